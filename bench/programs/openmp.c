// openmp: a five-point stencil and a reduction in parallel loops.
// Usage: openmp [side] [steps]   (threads: OMP_NUM_THREADS)
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  long side = argc > 1 ? atol(argv[1]) : 512;
  int steps = argc > 2 ? atoi(argv[2]) : 20;
  if (side < 3 || side > 16384) return 2;
  double *old = calloc(side * side, sizeof *old), *new = calloc(side * side, sizeof *new), heat = 0;
  if (!old || !new) return 1;
  for (long i = 0; i < side; i++) old[i] = new[i] = 100;
  for (int step = 0; step < steps; step++) {
#pragma omp parallel for schedule(static)
    for (long y = 1; y < side - 1; y++)
      for (long x = 1; x < side - 1; x++) {
        const double *c = old + y * side + x;
        new[y * side + x] = 0.25 * (c[-1] + c[1] + c[-side] + c[side]);
      }
    double *swap = old;
    old = new, new = swap;
  }
#pragma omp parallel for reduction(+ : heat)
  for (long i = 0; i < side * side; i++) heat += old[i];
  printf("%.6f\n", heat);
  return 0;
}
