// spin: threads that wait for each other in loops, without a system call.
// Usage: spin flag|ring|ticket|lock|barrier|counter threads rounds work
// flag: all wait for the first one. ring: a word is handed on. ticket, lock: two kinds of locks, held while
// working. barrier: a sense-reversing barrier. counter: a barrier that only counts.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, MAX_THREADS = 64 };

static struct { _Alignas(PAGE) int data; atomic_int raised; } flag;
static struct { _Alignas(PAGE) atomic_int turn; } ring;
static struct { _Alignas(PAGE) atomic_int next; atomic_int serving; } ticket;
static struct { _Alignas(PAGE) atomic_int taken; } lock;
static struct { _Alignas(PAGE) atomic_int arrived; atomic_int sense; } barrier;
static struct { _Alignas(PAGE) atomic_int arrived; } counter;
static _Alignas(PAGE) long value; // guarded by a lock
static _Alignas(PAGE) volatile long results[MAX_THREADS][PAGE / sizeof(long)];
static int threads, rounds;
static long work;

static void compute(long self) {
  long x = self;
  for (long i = 0; i < work; i++) x = x * 3 + i;
  results[self][0] = x;
}

static void *run_flag(void *argument) {
  long self = (long)argument;
  if (self == 0) {
    compute(self);
    flag.data = 42;
    atomic_store_explicit(&flag.raised, 1, memory_order_release);
  } else {
    while (!atomic_load_explicit(&flag.raised, memory_order_acquire)) {}
    results[self][1] = flag.data;
  }
  return NULL;
}

static void *run_ring(void *argument) {
  long self = (long)argument;
  for (int r = 0; r < rounds; r++) {
    while (atomic_load_explicit(&ring.turn, memory_order_acquire) != self) {}
    compute(self);
    atomic_store_explicit(&ring.turn, (self + 1) % threads, memory_order_release);
  }
  return NULL;
}

static void *run_ticket(void *argument) {
  for (int r = 0; r < rounds; r++) {
    int mine = atomic_fetch_add(&ticket.next, 1);
    while (atomic_load_explicit(&ticket.serving, memory_order_acquire) != mine) __builtin_ia32_pause();
    compute((long)argument);
    value++;
    atomic_store_explicit(&ticket.serving, mine + 1, memory_order_release);
  }
  return NULL;
}

static void *run_lock(void *argument) {
  for (int r = 0; r < rounds; r++) {
    while (atomic_exchange_explicit(&lock.taken, 1, memory_order_acquire))
      while (atomic_load_explicit(&lock.taken, memory_order_relaxed)) __builtin_ia32_pause();
    compute((long)argument);
    value++;
    atomic_store_explicit(&lock.taken, 0, memory_order_release);
  }
  return NULL;
}

static void *run_barrier(void *argument) {
  int sense = 0;
  for (int r = 0; r < rounds; r++) {
    compute((long)argument);
    sense = !sense;
    if (atomic_fetch_add(&barrier.arrived, 1) == threads - 1) {
      atomic_store(&barrier.arrived, 0);
      atomic_store_explicit(&barrier.sense, sense, memory_order_release);
    } else {
      while (atomic_load_explicit(&barrier.sense, memory_order_acquire) != sense) {}
    }
  }
  return NULL;
}

static void *run_counter(void *argument) {
  for (int r = 1; r <= rounds; r++) {
    compute((long)argument);
    atomic_fetch_add(&counter.arrived, 1);
    while (atomic_load_explicit(&counter.arrived, memory_order_acquire) < r * threads) {}
  }
  return NULL;
}

int main(int argc, char **argv) {
  static const struct { const char *name; void *(*run)(void *); } kinds[] = {
      {"flag", run_flag}, {"ring", run_ring},       {"ticket", run_ticket},
      {"lock", run_lock}, {"barrier", run_barrier}, {"counter", run_counter}};
  void *(*chosen)(void *) = NULL;
  for (size_t k = 0; argc == 5 && k < sizeof kinds / sizeof *kinds; k++)
    if (!strcmp(argv[1], kinds[k].name)) chosen = kinds[k].run;
  if (!chosen || atoi(argv[2]) < 1 || atoi(argv[2]) > MAX_THREADS) {
    fprintf(stderr, "usage: spin flag|ring|ticket|lock|barrier|counter threads rounds work\n");
    return 2;
  }
  threads = atoi(argv[2]);
  rounds = atoi(argv[3]);
  work = atol(argv[4]);
  pthread_t all[MAX_THREADS];
  for (long t = 0; t < threads; t++) pthread_create(&all[t], NULL, chosen, (void *)t);
  for (int t = 0; t < threads; t++) pthread_join(all[t], NULL);
  printf("%ld\n", value);
  return 0;
}
