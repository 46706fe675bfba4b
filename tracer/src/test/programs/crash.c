// Writes a line, then to address 8: ends by signal 11.
#include <stdio.h>

int main(void) {
  puts("before");
  fflush(stdout);
  *(volatile int *)8 = 1;
  return 0;
}
