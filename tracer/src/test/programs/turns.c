/* Two threads compute side by side, with an atomic now and then, and never block. With an argument they use 64 pages each
   over and over instead of one. */
#include <pthread.h>
#include <stdio.h>

static int here, count[2];
static int stride = 1;
static volatile long work[2][64 * 512];

static void *compute(void *argument) {
  long self = (long)argument;
  __atomic_fetch_add(&here, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&here, __ATOMIC_ACQUIRE) < 2) {
  }
  for (int round = 0; round < 300; round++) {
    for (int i = 0; i < 5000; i++) work[self][(i & 63) * stride]++;
    __atomic_fetch_add(&count[self], 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1) stride = 512;
  pthread_t thread[2];
  for (long i = 0; i < 2; i++) pthread_create(&thread[i], NULL, compute, (void *)i);
  for (int i = 0; i < 2; i++) pthread_join(thread[i], NULL);
  printf("%d\n", count[0] + count[1]);
  return 0;
}
