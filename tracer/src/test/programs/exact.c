// Accesses of every awkward kind (unaligned, across lines and pages, two pages of one slot, long, locked, repeated), the same in
// each run to the last instruction: no library, no start-up code, no system call but exit.
typedef unsigned long word;
typedef double pair __attribute__((vector_size(16), aligned(1)));
static _Alignas(4096) unsigned char field[64 * 4096];
static word cells[1 << 16], total;
static _Atomic word shared;
static word random_ = 88172645463325252UL;
static word next(void) { random_ ^= random_ << 13, random_ ^= random_ >> 7, random_ ^= random_ << 17; return random_; }
static __attribute__((noinline)) word deep(int n) {
  volatile word here[37];
  for (int i = 0; i < 37; i++) here[i] = n + i;
  return n == 0 ? here[5] : deep(n - 1) + here[n % 37];
}
static __attribute__((noinline)) void crossing(word at) {
  for (int i = 0; i < 40; i++) {
    *(volatile word *)(field + at + i) += i; // unaligned, crosses lines and pages
    *(volatile unsigned short *)(field + at + 4095 + i) = i;
    *(volatile pair *)(field + at + 4 * i) += 1.0;
  }
}
static __attribute__((noinline)) void structs(word at) {
  volatile word *p = (volatile word *)(field + at);
  p[0] += 1, p[3] = p[2], p[9] = p[17], p[25] = p[1] + p[24], p[30]++;
}
// A page's first write and first read lie between a read and a write of the same bytes, at an address that nothing relates to theirs.
static volatile word apart = 200;
static _Alignas(4096) unsigned char fresh[30 * 2 * 4096];
static __attribute__((noinline)) void between(unsigned char *p) {
  __asm__ volatile("mov (%0), %%r8\n mov %%r8, (%1)\n mov %%r8, (%0)" ::"r"(p), "r"(p + apart) : "r8", "memory");
  __asm__ volatile("mov %%r8, (%0)\n mov (%1), %%r8\n mov (%0), %%r8" ::"r"(p + 4096), "r"(p + 4096 + apart) : "r8", "memory");
}
int run(void) {
  for (int turn = 0; turn < 30; turn++) {
    for (int i = 0; i < 3000; i++) {
      word a = next();
      cells[a & 0xffff] += a;
      field[(a >> 20) % sizeof field] ^= i;
      structs((a >> 8) % (sizeof field - 256));
      if (i % 7 == 0) __builtin_memset(field + ((a >> 9) % 60) * 4096 + 100, i, 777);
      if (i % 50 == 0) shared += a, __sync_bool_compare_and_swap((word *)field + turn, 0, a);
    }
    total += deep(turn * 3);
    between(fresh + turn * 8192);
    crossing((turn * 4096UL + 4070) % (sizeof field - 9000));
    word from = (word)field, to = (word)cells, n = 300;
    __asm__ volatile("rep movsq" : "+S"(from), "+D"(to), "+c"(n)::"memory");
    __asm__ volatile("fxsave (%0)" ::"r"(field + 4096 * turn + 3904 - 64 * (turn & 1)) : "memory");
  }
  return 0;
}
__asm__(".globl _start\n_start: and $-16,%rsp\n call run\n mov $60,%eax\n xor %edi,%edi\n syscall\n");
void *memset(void *p, int c, word n) { char *q = p; while (n--) *q++ = c; return p; }
