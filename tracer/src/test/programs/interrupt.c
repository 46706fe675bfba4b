/* Says that it is ready and works until SIGINT; then says so and ends with 7. */
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t interrupted;

static void note(int signal)
{
   interrupted = signal;
}

int main(void)
{
   volatile unsigned long work = 0;
   signal(SIGINT, note);
   puts("ready");
   fflush(stdout);
   while (!interrupted)
      work++;
   puts("interrupted");
   return 7;
}
