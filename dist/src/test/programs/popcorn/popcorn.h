// What a program for Popcorn brings along: the system calls by number, with KERNEL 2018 (Linux 4.4),
// 2019 (Linux 5.2) or 2020 (the RFC), and migration with the registers that a call keeps.
#ifndef POPCORN_H
#define POPCORN_H
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NODES 32

#if KERNEL == 2018
#define MIGRATE 330
#define PROPOSE 331
#define STATUS 332
#define NODE_INFO 333
#elif KERNEL == 2019
#define MIGRATE 434
#define PROPOSE 435
#define STATUS 436
#define NODE_INFO 437
#else
#define MIGRATE 434
#define STATUS 435
#define NODE_INFO 436
#endif

struct status {
  int node;
#ifdef PROPOSE
  int proposed;
#endif
  int peer_node, peer_pid;
};

struct node {
  unsigned status;
  int arch, distance;
};

struct registers {
  void *rip;
  unsigned long rax, rdx_as_rcx, rcx_as_rdx, rbx, rsi, rdi, rbp, rsp, r8_to_r15[8];
  unsigned long mmx[8];
  unsigned __int128 xmm[16];
  long double st[8];
  unsigned segments[6];
  unsigned long flags;
};
_Static_assert(sizeof(struct registers) == 624, "as the kernel has it");

// 0 or a negated error code; the thread goes on behind the call at either node.
__attribute__((noinline, unused)) static long migrate(int node) {
  struct registers image;
  long result;
  memset(&image, 0xcd, sizeof image);
  __asm__ volatile(
      "mov %%rbx, 32(%[image])\n mov %%rbp, 56(%[image])\n mov %%rsp, 64(%[image])\n"
      "mov %%r12, 104(%[image])\n mov %%r13, 112(%[image])\n"
      "mov %%r14, 120(%[image])\n mov %%r15, 128(%[image])\n"
      "movq $0, 8(%[image])\n mov %[image], 40(%[image])\n"
      "lea 1f(%%rip), %%rax\n mov %%rax, (%[image])\n"
      "pushfq\n popq 616(%[image])\n"
      "mov %[number], %%eax\n syscall\n"
      "1:"
      : "=&a"(result)
      : [image] "S"(&image), "D"((long)node), [number] "i"(MIGRATE)
      : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory", "cc");
  return result;
}

__attribute__((unused)) static int get_status(struct status *to) { return syscall(STATUS, to); }

#if KERNEL == 2020
__attribute__((unused)) static int node_info(int *mine, struct node *nodes, int n) {
  return syscall(NODE_INFO, mine, nodes, n);
}
#else
__attribute__((unused)) static int node_info(int *mine, struct node *nodes, int n) {
  struct node all[NODES];
  int failed = syscall(NODE_INFO, mine, all);
  memcpy(nodes, all, n * sizeof *nodes);
  return failed;
}
#endif

__attribute__((unused)) static int here(void) {
  struct status s;
  return get_status(&s) ? -errno : s.node;
}

__attribute__((unused)) static void fail(const char *what, long got) {
  printf("FAILED: %s: %ld\n", what, got);
  exit(1);
}

#endif
