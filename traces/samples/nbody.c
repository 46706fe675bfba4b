// nbody: bodies attract each other, all pairs, threads x contiguous blocks, two barriers a step.
// Usage: nbody [threads] [bodies] [steps]
// Much arithmetic for few shared pages, so it gains from more nodes. One thing is planted: every 32
// bodies the threads add to counters that are neighbours in one page (false sharing).
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_THREADS = 64, MAX_BODIES = 1 << 16 };

static int threads = 8, bodies = 4096, steps = 1;
static _Alignas(4096) double position[3][MAX_BODIES], velocity[3][MAX_BODIES];
static long interactions[MAX_THREADS];
static pthread_barrier_t moved;

static void attract(int body, double force[3]) {
  for (int other = 0; other < bodies; other++) {
    double d[3], square = 1e-3;
    for (int k = 0; k < 3; k++) {
      d[k] = position[k][other] - position[k][body];
      square += d[k] * d[k];
    }
    double strength = 1.0 / (square * sqrt(square));
    for (int k = 0; k < 3; k++) force[k] += strength * d[k];
  }
}

static void *run(void *argument) {
  int self = (int)(long)argument;
  int from = (int)((long)bodies * self / threads), to = (int)((long)bodies * (self + 1) / threads);
  for (int step = 0; step < steps; step++) {
    for (int body = from; body < to; body++) {
      double force[3] = {0, 0, 0};
      attract(body, force);
      for (int k = 0; k < 3; k++) velocity[k][body] += 1e-4 * force[k];
      if (body % 32 == 31) interactions[self] += 32L * bodies;
    }
    pthread_barrier_wait(&moved);
    for (int body = from; body < to; body++)
      for (int k = 0; k < 3; k++) position[k][body] += 1e-2 * velocity[k][body];
    pthread_barrier_wait(&moved);
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc > 1) threads = atoi(argv[1]);
  if (argc > 2) bodies = atoi(argv[2]);
  if (argc > 3) steps = atoi(argv[3]);
  if (threads < 1 || threads > MAX_THREADS || bodies < threads || bodies > MAX_BODIES) {
    fprintf(stderr, "nbody: threads=%d bodies=%d, expected 1..%d and threads..%d\n", threads, bodies, MAX_THREADS, MAX_BODIES);
    return 2;
  }
  unsigned seed = 7;
  for (int body = 0; body < bodies; body++)
    for (int k = 0; k < 3; k++) {
      seed = seed * 1103515245u + 12345u;
      position[k][body] = (double)(seed >> 8) / (1 << 24);
    }
  pthread_barrier_init(&moved, NULL, (unsigned)threads);
  pthread_t thread[MAX_THREADS];
  for (long i = 0; i < threads; i++) pthread_create(&thread[i], NULL, run, (void *)i);
  long total = 0;
  for (int i = 0; i < threads; i++) {
    pthread_join(thread[i], NULL);
    total += interactions[i];
  }
  printf("%ld interactions, first body at %.6f\n", total, position[0][0]);
  return 0;
}
