// k-means on numbers, as programs for Popcorn are written with OpenMP: each thread of the team moves to
// node thread / CORES at the start of the region and back at its end: means CORES.
#include <omp.h>

#include "popcorn.h"

#define POINTS 20000
#define MEANS 8

static int point[POINTS], cluster[POINTS];
static long mean[MEANS], sum[MEANS], count[MEANS];

int main(int words, char **word) {
  int cores = words > 1 ? atoi(word[1]) : 1, modified = 1, iterations = 0;
  unsigned random = 1;
  for (int i = 0; i < POINTS; i++) point[i] = (random = random * 1103515245 + 12345) >> 16 & 1023;
  for (int m = 0; m < MEANS; m++) mean[m] = m * 100;
#pragma omp parallel num_threads(4)
  {
    int node = omp_get_thread_num() / cores;
    long code;
    if (node && (code = migrate(node))) fail("migrate", code);
    while (modified) {
#pragma omp barrier
#pragma omp single
      {
        modified = 0;
        iterations++;
        memset(sum, 0, sizeof sum);
        memset(count, 0, sizeof count);
      }
#pragma omp for reduction(| : modified)
      for (int i = 0; i < POINTS; i++) {
        int best = 0;
        for (int m = 1; m < MEANS; m++)
          if (labs(point[i] - mean[m]) < labs(point[i] - mean[best])) best = m;
        if (cluster[i] != best || iterations == 1) modified = 1;
        cluster[i] = best;
#pragma omp atomic
        sum[best] += point[i];
#pragma omp atomic
        count[best]++;
      }
#pragma omp single
      for (int m = 0; m < MEANS; m++)
        if (count[m]) mean[m] = sum[m] / count[m];
    }
    if (node && (code = migrate(0))) fail("migrate back", code);
  }
  printf("PASSED %d iterations, means", iterations);
  for (int m = 0; m < MEANS; m++) printf(" %ld", mean[m]);
  printf("\n");
  return 0;
}
