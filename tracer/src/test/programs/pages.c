/* Writes to 2048 pages in turn, 300 times, and then makes the file that its argument names. */
#include <fcntl.h>
#include <unistd.h>

static volatile char room[2048][4096];

int main(int argc, char **argv) {
  for (int round = 0; round < 300; round++)
    for (int page = 0; page < 2048; page++) room[page][round]++;
  return argc > 1 && close(open(argv[1], O_WRONLY | O_CREAT, 0600)) == 0 ? 0 : 1;
}
