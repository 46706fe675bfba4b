// Many threads at once, then many one after another: crowd TOGETHER IN_TURN.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_barrier_t barrier;
static long count;
static __thread long mine;

static void *meet(void *argument) {
  mine = (long)argument;
  pthread_barrier_wait(&barrier);
  __atomic_add_fetch(&count, mine, __ATOMIC_SEQ_CST);
  return NULL;
}

static void *pass(void *argument) {
  count += (long)argument;
  return NULL;
}

int main(int words, char **word) {
  int together = atoi(word[1]), in_turn = atoi(word[2]);
  pthread_t *all = calloc(together + 8, sizeof *all);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 65536);
  pthread_barrier_init(&barrier, NULL, together + 1);
  for (long i = 0; i < together; i++)
    if (pthread_create(&all[i], &attributes, meet, (void *)i)) return 2;
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < together; i++) pthread_join(all[i], NULL);
  for (long i = 0; i < in_turn; i++) {
    if (pthread_create(&all[0], &attributes, pass, (void *)1)) return 3;
    pthread_join(all[0], NULL);
  }
  printf("%ld\n", count);
  return 0;
}
