// Two threads that use each kind of synchronisation; prints 3000.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t shelf = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static sem_t places;
static int ready;
static long total;
static long *heap;

static void prepare(void) { heap = calloc(512, sizeof *heap); }

static void *work(void *arg) {
  pthread_once(&once, prepare);
  pthread_barrier_wait(&barrier);
  pthread_mutex_lock(&mutex);
  while (!ready) pthread_cond_wait(&filled, &mutex);
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&mutex);
    total++;
    pthread_mutex_unlock(&mutex);
  }
  sem_wait(&places);
  pthread_rwlock_rdlock(&shelf);
  heap[(long)arg]++;
  pthread_rwlock_unlock(&shelf);
  sem_post(&places);
  pthread_spin_lock(&spin);
  __atomic_add_fetch(&total, 500, __ATOMIC_SEQ_CST);
  pthread_spin_unlock(&spin);
  return NULL;
}

int main(void) {
  pthread_t threads[2];
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_spin_init(&spin, 0);
  sem_init(&places, 0, 1);
  for (long i = 0; i < 2; i++) pthread_create(&threads[i], NULL, work, (void *)i);
  pthread_mutex_lock(&mutex);
  ready = 1;
  pthread_cond_broadcast(&filled);
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("%ld\n", total);
  free(heap);
  return 0;
}
