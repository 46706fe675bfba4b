// Code that is written anew and called, again and again: translations are discarded, and what describes them with them.
// Usage: rewrite [times]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
int main(int argc, char **argv) {
  long n = argc > 1 ? atol(argv[1]) : 400, sum = 0;
  unsigned char *code = mmap(0, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (long i = 0; i < n; i++) {
    // 30 times mov (%rdi),%rax; add $imm,%rax; mov %rax,8*k(%rdi); then ret
    unsigned char *p = code;
    for (int k = 0; k < 30; k++) {
      memcpy(p, "\x48\x8b\x07\x48\x05", 5); p += 5;
      int imm = i + k; memcpy(p, &imm, 4); p += 4;
      memcpy(p, "\x48\x89\x87", 3); p += 3;
      int off = 8 * k; memcpy(p, &off, 4); p += 4;
    }
    *p = 0xc3;
    static long cells[64];
    ((void (*)(long *))code)(cells);
    sum += cells[7];
  }
  printf("%ld\n", sum);
  return 0;
}
