// counters: two (or more) threads increment a word each, again and again.
// Usage: counters packed|padded [threads] [increments]
// packed: the words lie side by side in one page; padded: each has a page of its own.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, MAX_THREADS = 64 };

static _Alignas(PAGE) volatile long packed[PAGE / sizeof(long)];
static _Alignas(PAGE) volatile long padded[MAX_THREADS][PAGE / sizeof(long)];
static int threads = 2;
static long increments = 2000000;
static int apart;

static void *count(void *argument) {
  long self = (long)argument;
  volatile long *mine = apart ? &padded[self][0] : &packed[self * 8];
  for (long i = 0; i < increments; i++) (*mine)++;
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 2 || (strcmp(argv[1], "packed") && strcmp(argv[1], "padded"))) {
    fprintf(stderr, "usage: counters packed|padded [threads] [increments]\n");
    return 2;
  }
  apart = !strcmp(argv[1], "padded");
  if (argc > 2) threads = atoi(argv[2]);
  if (argc > 3) increments = atol(argv[3]);
  if (threads < 1 || threads > MAX_THREADS) return 2;
  pthread_t thread[MAX_THREADS];
  for (long i = 0; i < threads; i++) pthread_create(&thread[i], NULL, count, (void *)i);
  long total = 0;
  for (long i = 0; i < threads; i++) {
    pthread_join(thread[i], NULL);
    total += apart ? padded[i][0] : packed[i * 8];
  }
  printf("%ld\n", total);
  return 0;
}
