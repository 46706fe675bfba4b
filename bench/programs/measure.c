// measure: runs a command and writes what it took.
// Usage: measure FILE COMMAND ARGS...
// FILE gets one line: wall seconds, processor seconds (user + system, of the command and of the children that it
// waited for), peak resident KiB of the command's own process (looked at every 20 ms), exit code.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static long peak_kib(pid_t pid) {
  char path[64], line[256];
  long kib = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  FILE *status = fopen(path, "r");
  if (status == NULL) return 0;
  while (fgets(line, sizeof line, status) != NULL)
    if (!strncmp(line, "VmHWM:", 6)) kib = atol(line + 6);
  fclose(status);
  return kib;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: measure FILE COMMAND ARGS...\n");
    return 2;
  }
  sigset_t child, before;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, &before);
  struct timespec begin, end, look = {0, 20000000};
  clock_gettime(CLOCK_MONOTONIC, &begin);
  pid_t pid = fork();
  if (pid == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  if (pid < 0) {
    perror("fork");
    return 70;
  }
  long kib = 0;
  int status;
  struct rusage usage;
  while (wait4(pid, &status, WNOHANG, &usage) == 0) {
    long now = peak_kib(pid);
    if (now > kib) kib = now;
    sigtimedwait(&child, NULL, &look);
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  FILE *out = fopen(argv[1], "w");
  if (out == NULL) {
    perror(argv[1]);
    return 70;
  }
  fprintf(out, "%.4f %.4f %ld %d\n", end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9,
          seconds(usage.ru_utime) + seconds(usage.ru_stime), kib, code);
  fclose(out);
  return code;
}
