/* A tree of processes: a forked child that uses threads, one that outlives its parent, one that is killed, one that
   executes a program, and forks of a forked child. */
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int total;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused)
{
   for (int i = 0; i < 1000; i++) {
      pthread_mutex_lock(&lock);
      total++;
      pthread_mutex_unlock(&lock);
   }
   return unused;
}

static int threads(void)
{
   pthread_t t[3];
   for (int i = 0; i < 3; i++)
      pthread_create(&t[i], NULL, work, NULL);
   for (int i = 0; i < 3; i++)
      pthread_join(t[i], NULL);
   return total == 3000 ? 3 : 99;
}

static int tree(int depth)
{
   int sum = 1;
   for (int i = 0; i < 2 && depth > 0; i++) {
      pid_t child = fork();
      if (child == 0)
         _exit(tree(depth - 1));
      int status;
      waitpid(child, &status, 0);
      sum += WEXITSTATUS(status);
   }
   return sum;
}

int main(int n, char** words)
{
   const char* what = n > 1 ? words[1] : "";
   int status = 0;
   if (strcmp(what, "tree") == 0) {
      printf("%d\n", tree(atoi(words[2])));
      return 0;
   }
   if (strcmp(what, "spawn") == 0) {
      extern char** environ;
      pid_t child;
      words[1] = "echo";
      if (posix_spawn(&child, "/bin/echo", NULL, NULL, words + 1, environ) != 0)
         return 1;
      waitpid(child, &status, 0);
      return 0;
   }
   if (strcmp(what, "outlive") == 0) { /* after the parent's end, which the pipe tells */
      int ends[2];
      char c;
      if (pipe(ends) != 0)
         return 1;
      if (fork() == 0) {
         close(ends[1]);
         if (read(ends[0], &c, 1) == 0 && write(1, "late\n", 5) == 5)
            _exit(9);
         _exit(1);
      }
      return 4;
   }
   if (strcmp(what, "linger") == 0) { /* its child ends when it is told to */
      if (fork() == 0) {
         dprintf(1, "%d\n", getpid());
         pause();
      }
      return 6;
   }
   int ready[2];
   char c;
   if (pipe(ready) != 0)
      return 1;
   pid_t child = fork();
   if (child == 0) {
      if (strcmp(what, "threads") == 0)
         return threads();
      total = 17;
      if (write(ready[1], "r", 1) == 1)
         pause();
      return 1;
   }
   if (strcmp(what, "killed") == 0 && read(ready[0], &c, 1) == 1)
      kill(child, SIGKILL);
   waitpid(child, &status, 0);
   printf("%d %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
   return 5;
}
