/* Prints 1 where the kernel gives it an io_uring, else 0. */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
   char parameters[120] = { 0 };
   printf("%d\n", syscall(425 /* io_uring_setup */, 4, parameters) >= 0);
   return 0;
}
