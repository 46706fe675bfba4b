// matmul: product of two square matrices of doubles; each thread computes a band of rows, columns are walked.
// Usage: matmul [threads] [side]
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_THREADS = 64 };

static int threads = 2, side = 256;
static double *a, *b, *c;

static void *run(void *argument) {
  long self = (long)argument;
  for (long i = side * self / threads; i < side * (self + 1) / threads; i++)
    for (long j = 0; j < side; j++) {
      double sum = 0;
      for (long k = 0; k < side; k++) sum += a[i * side + k] * b[k * side + j];
      c[i * side + j] = sum;
    }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc > 1) threads = atoi(argv[1]);
  if (argc > 2) side = atoi(argv[2]);
  if (threads < 1 || threads > MAX_THREADS || side < 1 || side > 8192) return 2;
  size_t cells = (size_t)side * side;
  a = malloc(cells * sizeof *a);
  b = malloc(cells * sizeof *b);
  c = malloc(cells * sizeof *c);
  if (!a || !b || !c) return 1;
  for (size_t i = 0; i < cells; i++) a[i] = i % 7, b[i] = i % 5;
  pthread_t thread[MAX_THREADS];
  for (long i = 0; i < threads; i++) pthread_create(&thread[i], NULL, run, (void *)i);
  for (int i = 0; i < threads; i++) pthread_join(thread[i], NULL);
  double trace = 0;
  for (int i = 0; i < side; i++) trace += c[(size_t)i * side + i];
  printf("%g\n", trace);
  return 0;
}
