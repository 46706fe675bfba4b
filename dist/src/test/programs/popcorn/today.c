// Today's meaning of the numbers, beside threads: nothing here is Popcorn's.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *nothing(void *argument) { return argument; }

int main(void) {
  uint64_t arguments[11] = {[4] = SIGCHLD};
  pthread_t thread;
  struct stat plain;
  int status = 0;
  pthread_create(&thread, NULL, nothing, NULL);
  pthread_join(thread, NULL);
  long child = syscall(435, arguments, sizeof arguments); // clone3: a fork
  if (child == 0) _exit(7);
  int open = child > 0 ? (int)syscall(434, child, 0) : -1; // pidfd_open
  printf("pidfd_open %d\n", open >= 0);
  waitpid(child, &status, 0);
  printf("clone3 %d\n", WEXITSTATUS(status));
  long closed = syscall(436, open, ~0U, 0);
  printf("close_range %ld, closed %d\n", closed, fcntl(open, F_GETFD) == -1);
  printf("pidfd_open of nobody %d\n", syscall(434, 0, 0) == -1);
  printf("clone3 of nothing %d\n", syscall(435, NULL, 0) == -1);
  printf("stat %d\n", stat("/", &plain) == 0 && S_ISDIR(plain.st_mode)); // may be statx
  return 0;
}
