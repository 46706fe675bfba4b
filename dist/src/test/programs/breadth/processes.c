// fork, vfork and exec, posix_spawn, and at last exec in place: processes, or processes echo WORD.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int ended(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int main(int words, char **word) {
  if (words > 2 && !strcmp(word[1], "echo")) {
    printf("%s\n", word[2]);
    return 5;
  }
  char *echo[] = {word[0], "echo", "spawned", NULL};
  pid_t child;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if ((child = fork()) == 0) {
    char *block = malloc(100000);
    memset(block, 7, 100000);
    printf("forked\n");
    _exit(block[99999]);
  }
  printf("fork %d\n", ended(child));
  if ((child = vfork()) == 0) {
    execl(word[0], word[0], "echo", "vforked", NULL);
    _exit(1);
  }
  printf("vfork %d\n", ended(child));
  printf("posix_spawn %d", posix_spawn(&child, word[0], NULL, NULL, echo, environ));
  printf(" %d\n", ended(child));
  if ((child = fork()) == 0) abort();
  printf("abort %d\n", ended(child));
  printf("system %d\n", WEXITSTATUS(system("exit 3")));
  execl(word[0], word[0], "echo", "replaced", NULL);
  return 1;
}
