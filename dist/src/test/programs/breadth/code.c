// Code that comes and goes: a library opened and closed, code written and rewritten in memory that
// is executable, code in a file, longjmp out of depth, coroutines on own stacks, alloca.
#define _GNU_SOURCE
#include <alloca.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static jmp_buf out;
static ucontext_t here, there;
static int steps;

static int fall(int n) {
  volatile char *room = alloca(5000);
  room[0] = (char)n;
  if (n == 0) longjmp(out, 9);
  return fall(n - 1) + room[0];
}

static void walk(void) {
  for (int i = 0; i < 3; i++) {
    steps++;
    swapcontext(&there, &here);
  }
}

int main(void) {
  double sum = 0;
  for (int i = 0; i < 3; i++) {
    void *library = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
    double (*cosine)(double) = library ? (double (*)(double))dlsym(library, "cos") : NULL;
    sum += cosine ? cosine(0) : 100;
    if (library) dlclose(library);
  }
  printf("dlopen %.0f\n", sum);

  unsigned char code[] = {0xb8, 0, 0, 0, 0, 0xc3}; // mov $n, %eax; ret
  unsigned char *page = mmap(NULL, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int total = 0;
  for (int i = 0; i < 100; i++) {
    code[1] = (unsigned char)i;
    memcpy(page, code, sizeof code);
    total += ((int (*)(void))page)();
  }
  munmap(page, 4096);
  // The same bytes through two mappings of a file: one is written, one executed.
  int file = memfd_create("code", 0);
  if (ftruncate(file, 4096)) return 2;
  unsigned char *write = mmap(NULL, 4096, 3, MAP_SHARED, file, 0);
  unsigned char *run = mmap(NULL, 4096, 5, MAP_SHARED, file, 0);
  code[1] = 50;
  memcpy(write, code, sizeof code);
  total += ((int (*)(void))run)();
  printf("rewritten %d\n", total);

  int jumped = setjmp(out);
  if (jumped == 0) fall(100);
  printf("longjmp %d\n", jumped);

  static char stack[65536];
  getcontext(&there);
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = sizeof stack;
  there.uc_link = &here;
  makecontext(&there, walk, 0);
  for (int i = 0; i < 4; i++) swapcontext(&here, &there);
  printf("coroutine %d\n", steps);
  return 0;
}
