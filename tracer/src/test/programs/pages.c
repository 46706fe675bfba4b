/* Writes to 2048 pages in turn, 300 times or as often as its second argument says, and then makes the file that its first one
   names. With a third one it stays until it is killed. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static volatile char room[2048][4096];

int main(int argc, char **argv) {
  int rounds = argc > 2 ? atoi(argv[2]) : 300;
  for (int round = 0; round < rounds; round++)
    for (int page = 0; page < 2048; page++) room[page][round & 4095]++;
  if (argc < 2 || close(open(argv[1], O_WRONLY | O_CREAT, 0600)) != 0) return 1;
  while (argc > 3) pause();
  return 0;
}
