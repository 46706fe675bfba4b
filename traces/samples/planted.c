// planted: programs with one problem each, whose line and object a report shall name.
// Usage: planted globals|blocks|lock|table|pairs
// globals: two threads count in two variables that lie side by side in one page.
// blocks: two threads count in two heap blocks that lie side by side in one page.
// lock:   four threads add under one mutex nearly all of the time.
// table:  four threads look up a table again and again; the first writes an entry now and then.
// pairs:  threads 1 and 2 hand a value to and fro, and so do 3 and 4: each pair belongs on one node.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, THREADS = 4, ENTRIES = 256 };

struct tally {
  volatile long count;
  char name[120];
};

static struct tally *make_tally(void) {
  struct tally *made = malloc(sizeof *made);  // site of the blocks
  if (made == NULL) abort();
  memset(made, 0, sizeof *made);
  return made;
}

static void *count(void *argument) {
  struct tally *mine = argument;
  for (long i = 0; i < 3000000; i++) mine->count++;  // line of blocks
  return NULL;
}

static _Alignas(64) volatile long visitors;
static _Alignas(64) volatile long requests;

static void *count_visitors(void *unused) {
  for (long i = 0; i < 3000000; i++) visitors++;  // line of globals, visitors
  return unused;
}

static void *count_requests(void *unused) {
  for (long i = 0; i < 3000000; i++) requests++;  // line of globals, requests
  return unused;
}

static _Alignas(PAGE) struct {
  pthread_mutex_t lock;
  volatile long total;
} ledger = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void work(long amount) {
  for (volatile long i = 0; i < amount; i++) {
  }
}

static void *add(void *argument) {
  for (int i = 0; i < 100; i++) {
    pthread_mutex_lock(&ledger.lock);  // line of lock
    ledger.total += (long)argument;
    work(8000);
    pthread_mutex_unlock(&ledger.lock);
    work(200);
  }
  return NULL;
}

static _Alignas(PAGE) volatile long rates[ENTRIES];
static _Alignas(PAGE) volatile long results[THREADS][PAGE / sizeof(long)];

static void *look_up(void *argument) {
  long self = (long)argument, sum = 0;
  for (int i = 0; i < 60; i++) {
    if (self == 0) rates[i % 8] = i;  // line of table, writer
    for (int j = 0; j < 20000; j++) sum += rates[j % ENTRIES];  // line of table, readers
  }
  results[self][0] = sum;
  return NULL;
}

static _Alignas(PAGE) volatile long desk[THREADS / 2][PAGE / sizeof(long)];

static void *exchange(void *argument) {
  volatile long *own = desk[(long)argument / 2];
  for (int i = 0; i < 60; i++) {
    (*own)++;  // line of pairs
    work(20000);
  }
  return NULL;
}

static void run(void *(*what)(void *), void *argument[], int threads) {
  pthread_t thread[THREADS];
  for (int i = 0; i < threads; i++) pthread_create(&thread[i], NULL, what, argument[i]);
  for (int i = 0; i < threads; i++) pthread_join(thread[i], NULL);
}

int main(int argc, char **argv) {
  const char *problem = argc > 1 ? argv[1] : "";
  void *number[THREADS];
  for (long i = 0; i < THREADS; i++) number[i] = (void *)i;
  if (!strcmp(problem, "globals")) {
    pthread_t other;
    pthread_create(&other, NULL, count_requests, NULL);
    run(count_visitors, number, 1);
    pthread_join(other, NULL);
  } else if (!strcmp(problem, "blocks")) {
    void *block[2] = {make_tally(), make_tally()};
    run(count, block, 2);
  } else if (!strcmp(problem, "lock")) {
    run(add, number, THREADS);
  } else if (!strcmp(problem, "table")) {
    run(look_up, number, THREADS);
  } else if (!strcmp(problem, "pairs")) {
    run(exchange, number, THREADS);
  } else {
    fprintf(stderr, "usage: planted globals|blocks|lock|table|pairs\n");
    return 2;
  }
  return 0;
}
