// A handler of faults that looks where they happened, mends what was wrong and goes on, as collectors of garbage and
// memory that several processes share do. It comes when the code that faults has run for a while.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE 4096
#define ROUNDS 5

extern char faults[]; // the instruction
static char *page;
static volatile sig_atomic_t caught, inPlace, ofPage;

static void mend(int signal, siginfo_t *info, void *context) {
  ucontext_t *at = context;
  caught++;
  inPlace += at->uc_mcontext.gregs[REG_RIP] == (greg_t)faults;
  ofPage += info->si_addr == page + 24;
  mprotect(page, PAGE, PROT_READ | PROT_WRITE);
}

// Accesses before and after the one that faults, in one straight piece of code.
__attribute__((noinline)) static long touch(long *near, char *far) {
  long sum;
  asm volatile("movq (%1), %%rax\n\t"
               "addq 8(%1), %%rax\n\t"
               "movq %%rax, 16(%1)\n\t"
               ".globl faults\n"
               "faults: addq $1, 24(%2)\n\t"
               "addq 24(%2), %%rax\n\t"
               "addq 16(%1), %%rax\n\t"
               "movq %%rax, %0"
               : "=r"(sum)
               : "r"(near), "r"(far)
               : "rax", "memory");
  return sum;
}

int main(void) {
  long near[4] = {1, 2, 0, 0};
  page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long sum = 0;
  for (int i = 0; i < 1000; i++) sum += touch(near, page);
  struct sigaction act = {.sa_sigaction = mend, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &act, NULL);
  for (int i = 0; i < ROUNDS; i++) {
    mprotect(page, PAGE, i % 2 == 0 ? PROT_NONE : PROT_READ);
    sum += touch(near, page);
  }
  printf("sum %ld caught %d in place %d of the page %d\n", sum, caught, inPlace, ofPage);
  return 0;
}
