// ledger: threads add to one sum under one mutex (a contended lock).
// Usage: ledger [threads] [entries]
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_THREADS = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long sum;
static long entries = 2000;

static void *add(void *argument) {
  long self = (long)argument;
  for (long i = 0; i < entries; i++) {
    volatile long work = 0;
    for (int k = 0; k < 200; k++) work += k;
    pthread_mutex_lock(&lock);
    sum += self + 1;
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 4;
  if (argc > 2) entries = atol(argv[2]);
  if (threads < 1 || threads > MAX_THREADS) return 2;
  pthread_t thread[MAX_THREADS];
  for (long i = 0; i < threads; i++) pthread_create(&thread[i], NULL, add, (void *)i);
  for (int i = 0; i < threads; i++) pthread_join(thread[i], NULL);
  printf("%ld\n", sum);
  return 0;
}
