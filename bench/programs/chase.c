// chase: follows pointers through one random cycle of 8-byte cells: hardly two accesses in a row meet one page.
// Usage: chase [MiB] [steps]
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  size_t cells = (argc > 1 ? strtoul(argv[1], NULL, 10) : 64) << 17;
  long steps = argc > 2 ? atol(argv[2]) : 10000000;
  if (cells == 0 || cells > 1UL << 32) return 2;
  size_t *next = malloc(cells * sizeof *next);
  if (!next) return 1;
  for (size_t i = 0; i < cells; i++) next[i] = i;
  unsigned long random = 88172645463325252UL;
  for (size_t i = cells - 1; i > 0; i--) { // Sattolo's shuffle gives one cycle
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    size_t j = random % i, swap = next[i];
    next[i] = next[j], next[j] = swap;
  }
  size_t at = 0;
  for (long i = 0; i < steps; i++) at = next[at];
  printf("%zu\n", at);
  return 0;
}
