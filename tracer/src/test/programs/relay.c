/* Threads that take turns through pipes, so that one of them works at a time and every run is the same: each multiplies
   rows of a matrix that share pages with the rows of the others, under a lock, with atomics, text and heap blocks. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 60, THREADS = 3, ROUNDS = 4 };

static double left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];
static int pipes[THREADS + 1][2]; /* the last one is main's */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_long done;
static char* blocks[THREADS];

static void turn(int of)
{
   char c = 'x';
   if (read(pipes[of][0], &c, 1) != 1)
      _exit(1);
}

static void multiply(int self)
{
   char text[5000];
   memset(text, 'x', sizeof(text));
   pthread_mutex_lock(&lock);
   for (int i = self; i < SIDE; i += THREADS)
      for (int j = 0; j < SIDE; j++) {
         double sum = 0;
         for (int k = 0; k < SIDE; k++)
            sum += left[i][k] * right[k][j];
         product[i][j] = sum + text[(i * SIDE + j) % sizeof(text)];
         atomic_fetch_add(&done, 1);
      }
   pthread_mutex_unlock(&lock);
   blocks[self] = realloc(blocks[self], 3000 + strlen(text + 4000 + self * 300));
}

static void* work(void* number)
{
   int self = (int)(long)number;
   char c = 'x';
   for (;;) {
      turn(self);
      multiply(self);
      if (write(pipes[self + 1][1], &c, 1) != 1)
         _exit(1);
   }
   return NULL;
}

int main(void)
{
   pthread_t threads[THREADS];
   char c = 'x';
   for (int i = 0; i < SIDE; i++)
      for (int j = 0; j < SIDE; j++) {
         left[i][j] = (i + j) % 7;
         right[i][j] = (i * j) % 5;
      }
   for (int i = 0; i <= THREADS; i++)
      if (pipe(pipes[i]) != 0)
         return 1;
   for (long i = 0; i < THREADS; i++)
      pthread_create(&threads[i], NULL, work, (void*)i);
   for (int round = 0; round < ROUNDS; round++) {
      if (write(pipes[0][1], &c, 1) != 1)
         return 1;
      turn(THREADS);
   }
   printf("%g %ld\n", product[17][31], atomic_load(&done));
   fflush(stdout);
   _exit(0); /* the threads still wait for their turn */
}
