// stencil: heat spreads over a grid; each thread owns a band of rows; a barrier ends each step.
// Usage: stencil [threads] [side] [steps]
// Neighbours exchange only the rows at the edges of their bands.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_THREADS = 64 };

static int threads = 4, side = 512, steps = 20;
static double *grid[2];
static pthread_barrier_t done;

static void *run(void *argument) {
  long self = (long)argument;
  int from = 1 + (int)((side - 2) * self / threads), to = 1 + (int)((side - 2) * (self + 1) / threads);
  for (int step = 0; step < steps; step++) {
    const double *old = grid[step & 1];
    double *new = grid[1 - (step & 1)];
    for (int y = from; y < to; y++)
      for (int x = 1; x < side - 1; x++) {
        const double *c = old + (long)y * side + x;
        new[(long)y * side + x] = 0.2 * (c[0] + c[-1] + c[1] + c[-side] + c[side]);
      }
    pthread_barrier_wait(&done);
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc > 1) threads = atoi(argv[1]);
  if (argc > 2) side = atoi(argv[2]);
  if (argc > 3) steps = atoi(argv[3]);
  if (threads < 1 || threads > MAX_THREADS || side < 3 || side > 1 << 14) return 2;
  for (int i = 0; i < 2; i++) {
    grid[i] = aligned_alloc(4096, ((size_t)side * side * sizeof(double) + 4095) & ~(size_t)4095);
    for (long k = 0; k < (long)side * side; k++) grid[i][k] = k < side ? 100.0 : 0.0;
  }
  pthread_barrier_init(&done, NULL, (unsigned)threads);
  pthread_t thread[MAX_THREADS];
  for (long i = 0; i < threads; i++) pthread_create(&thread[i], NULL, run, (void *)i);
  for (int i = 0; i < threads; i++) pthread_join(thread[i], NULL);
  printf("%.6f\n", grid[steps & 1][(long)side + side / 2]);
  return 0;
}
