/* Loads of one thread whose accesses an independent tool counts: what is done is the first argument's letter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double a[40][40], b[40][40], c[40][40];

static double matmul(void)
{
   for (int i = 0; i < 40; i++)
      for (int j = 0; j < 40; j++) {
         a[i][j] = i + j;
         b[i][j] = i - j;
      }
   for (int i = 0; i < 40; i++)
      for (int j = 0; j < 40; j++)
         for (int k = 0; k < 40; k++)
            c[i][j] += a[i][k] * b[k][j];
   return c[7][9];
}

struct node { struct node* next; long value; };

static long chase(void)
{
   enum { NODES = 5000 };
   struct node* all = malloc(NODES * sizeof(struct node));
   long sum = 0;
   for (int i = 0; i < NODES; i++) {
      all[i].next = &all[(i * 2017L + 1) % NODES];
      all[i].value = i;
   }
   struct node* at = all;
   for (int i = 0; i < 50000; i++, at = at->next)
      sum += at->value;
   free(all);
   return sum;
}

static long strings(void)
{
   static char from[9001], to[9001];
   memset(from, 'x', sizeof(from) - 1);
   long n = sizeof(from);
   void *d = to, *s = from;
   __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
   return (long)strlen(to) + (strchr(to + 17, 'y') == NULL) + memcmp(from, to, sizeof(from));
}

static int compare(const void* x, const void* y)
{
   return *(const int*)x - *(const int*)y;
}

static long sort(void)
{
   int* all = malloc(4000 * sizeof(int));
   for (int i = 0; i < 4000; i++)
      all[i] = (int)(i * 7919L % 10007);
   qsort(all, 4000, sizeof(int), compare);
   long middle = all[2000];
   free(all);
   return middle;
}

static long bits(void)
{
   unsigned char map[512];
   unsigned sum = 0;
   memset(map, 0, sizeof(map));
   for (unsigned i = 0; i < 20000; i++) {
      map[i * 31 % 4096 / 8] ^= 1u << (i & 7);
      sum = sum * 31 + map[i % 512];
   }
   return sum;
}

static long blocks(void)
{
   void* all[100];
   for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 100; i++)
         all[i] = memset(malloc(10 + i * 37), round, 10 + i * 37);
      for (int i = 0; i < 100; i++)
         free(all[(i * 7) % 100]);
   }
   return 1;
}

/* Locked instructions: exchange-and-add, exchange, compare-and-exchange that succeeds and fails. */
static long locked(void)
{
   static long word;
   for (long i = 0; i < 1000; i++) {
      __atomic_fetch_add(&word, i, __ATOMIC_SEQ_CST);
      long expected = i & 1 ? word : -1;
      __atomic_compare_exchange_n(&word, &expected, 3, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
      __atomic_exchange_n(&word, i, __ATOMIC_SEQ_CST);
   }
   return word;
}

int main(int n, char** words)
{
   (void)n;
   switch (words[1][0]) {
      case 'm': printf("%g\n", matmul()); break;
      case 'c': printf("%ld\n", chase()); break;
      case 't': printf("%ld\n", strings()); break;
      case 's': printf("%ld\n", sort()); break;
      case 'b': printf("%ld\n", bits()); break;
      case 'h': printf("%ld\n", blocks()); break;
      default: printf("%ld\n", locked()); break;
   }
   return 0;
}
