// Threads that migrate by their number, work on shared pages behind barriers and a mutex, check where
// they are, and come back: crew THREADS CORES ROUNDS. The main thread waits in a loop, then joins.
#include <pthread.h>

#include "popcorn.h"

#define PAGE 4096

static int threads, cores, rounds;
static pthread_barrier_t together;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static char *pages;
static long total, turns;
static volatile int done;

static void check_place(int wanted, int other) {
  struct node nodes[NODES];
  int mine;
  if (node_info(&mine, nodes, NODES)) fail("node_info", errno);
  if (mine != wanted) fail("node_info: here", mine);
  if (!nodes[wanted].status || !nodes[other].status) fail("node_info: status", other);
  if (nodes[wanted].arch != 1) fail("node_info: arch", nodes[wanted].arch);
  if (here() != wanted) fail("status: here", here());
}

static void *work(void *argument) {
  int me = (int)(long)argument, node = me / cores;
  long tid = syscall(SYS_gettid), code;
  pthread_barrier_wait(&together);
  check_place(0, node);
  if (node && (code = migrate(node))) fail("migrate", code);
  check_place(node, 0);
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < PAGE; i++) pages[me * PAGE + i]++;
    pthread_barrier_wait(&together);
    long sum = pages[(me + 1) % threads * PAGE + round];
    pthread_barrier_wait(&together);
    pthread_mutex_lock(&lock);
    while (turns % threads != me) pthread_cond_wait(&more, &lock);
    turns++;
    total += sum;
    pthread_cond_broadcast(&more);
    pthread_mutex_unlock(&lock);
  }
  if (node && (code = migrate(0))) fail("migrate back", code);
  check_place(0, node);
  if (syscall(SYS_gettid) != tid) fail("gettid", tid);
  __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
  return argument;
}

int main(int words, char **word) {
  if (words != 4) return 2;
  threads = atoi(word[1]);
  cores = atoi(word[2]);
  rounds = atoi(word[3]);
  if (posix_memalign((void **)&pages, PAGE, threads * PAGE)) return 2;
  memset(pages, 0, threads * PAGE);
  pthread_t *all = calloc(threads, sizeof *all);
  pthread_barrier_init(&together, NULL, threads);
  for (long i = 0; i < threads; i++) pthread_create(&all[i], NULL, work, (void *)i);
  while (done < threads) usleep(1000);
  for (long i = 0; i < threads; i++) {
    void *result;
    pthread_join(all[i], &result);
    if (result != (void *)i) fail("join", (long)result);
  }
  printf("PASSED total %ld\n", total);
  return 0;
}
