// affinity: threads that take turns ask where they and the others may run, first where nobody said anything, then after
// main has put each on one processor. Writes how often the answer was wrong: 0 and 0.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 100, WORK = 30000 };

static pthread_barrier_t begun;
static pthread_t thread[THREADS];
static cpu_set_t expected;
static volatile int placed;
static long wrong;

static int differs(pthread_t asked) {
  cpu_set_t answer;
  return pthread_getaffinity_np(asked, sizeof answer, &answer) != 0 || !CPU_EQUAL(&answer, &expected);
}

static void work(void) {
  for (volatile int k = 0; k < WORK; k++) continue;
}

static void *ask(void *argument) {
  long bad = 0;
  pthread_barrier_wait(&begun);
  while (!placed) work();
  for (int round = 0; round < ROUNDS; round++) {
    work();
    bad += differs(pthread_self());
    for (int i = 0; i < THREADS; i++) bad += differs(thread[i]);
  }
  __atomic_add_fetch(&wrong, bad, __ATOMIC_SEQ_CST);
  pthread_barrier_wait(&begun);  // nobody is asked about who is gone
  return argument;
}

static void run(int place) {
  wrong = placed = 0;
  for (int i = 0; i < THREADS; i++) pthread_create(&thread[i], NULL, ask, NULL);
  pthread_barrier_wait(&begun);
  for (int i = 0; i < 200; i++) work();  // the others have had turns when they are placed
  for (int i = 0; place && i < THREADS; i++) pthread_setaffinity_np(thread[i], sizeof expected, &expected);
  placed = 1;
  pthread_barrier_wait(&begun);
  for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
  printf("%ld\n", wrong);
}

int main(void) {
  pthread_barrier_init(&begun, NULL, THREADS + 1);
  sched_getaffinity(0, sizeof expected, &expected);
  run(0);
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &expected)) last--;
  CPU_ZERO(&expected);
  CPU_SET(last, &expected);
  run(1);
  return 0;
}
