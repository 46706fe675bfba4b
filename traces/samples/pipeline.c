// pipeline: producers hand blocks to consumers through a bounded queue (mutex and two condition variables).
// Usage: pipeline [pairs] [items]
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 16, BLOCK = 512, MAX_PAIRS = 32 };

struct queue {
  pthread_mutex_t lock;
  pthread_cond_t filled, emptied;
  int head, count;
  long block[SLOTS][BLOCK];
};

static struct queue queue = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, {{0}}};
static long items = 500;
static long taken[MAX_PAIRS];

static void *produce(void *argument) {
  long self = (long)argument;
  for (long i = 0; i < items; i++) {
    pthread_mutex_lock(&queue.lock);
    while (queue.count == SLOTS) pthread_cond_wait(&queue.emptied, &queue.lock);
    long *block = queue.block[(queue.head + queue.count++) % SLOTS];
    for (int k = 0; k < BLOCK; k++) block[k] = self + i;
    pthread_cond_signal(&queue.filled);
    pthread_mutex_unlock(&queue.lock);
  }
  return NULL;
}

static void *consume(void *argument) {
  long self = (long)argument;
  long sum = 0;
  for (long i = 0; i < items; i++) {
    pthread_mutex_lock(&queue.lock);
    while (queue.count == 0) pthread_cond_wait(&queue.filled, &queue.lock);
    const long *block = queue.block[queue.head];
    for (int k = 0; k < BLOCK; k++) sum += block[k];
    queue.head = (queue.head + 1) % SLOTS;
    queue.count--;
    pthread_cond_signal(&queue.emptied);
    pthread_mutex_unlock(&queue.lock);
  }
  taken[self] = sum;
  return NULL;
}

int main(int argc, char **argv) {
  int pairs = argc > 1 ? atoi(argv[1]) : 2;
  if (argc > 2) items = atol(argv[2]);
  if (pairs < 1 || pairs > MAX_PAIRS) return 2;
  pthread_t thread[2 * MAX_PAIRS];
  for (long i = 0; i < pairs; i++) {
    pthread_create(&thread[2 * i], NULL, produce, (void *)i);
    pthread_create(&thread[2 * i + 1], NULL, consume, (void *)i);
  }
  long sum = 0;
  for (int i = 0; i < 2 * pairs; i++) pthread_join(thread[i], NULL);
  for (int i = 0; i < pairs; i++) sum += taken[i];
  printf("%ld\n", sum);
  return 0;
}
