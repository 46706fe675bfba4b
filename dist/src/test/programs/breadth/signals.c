// Handlers, an alternate stack, timers, masks, sigwait, a fault that a handler jumps out of.
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile sig_atomic_t ticks, alarms, users, on_stack;
static char *stack;

static void tick(int signal) { ticks++; }
static void ring(int signal) { alarms++; }
static void user(int signal, siginfo_t *info, void *context) {
  char here;
  users += info->si_value.sival_int;
  on_stack = &here > stack && &here < stack + 65536;
}
static void fault(int signal) { siglongjmp(back, signal); }

static void *interrupted(void *argument) {
  struct timespec long_time = {100, 0};
  return (void *)(long)(nanosleep(&long_time, NULL) == -1);
}

int main(void) {
  struct sigaction act = {.sa_handler = tick};
  sigaction(SIGVTALRM, &act, NULL);
  act.sa_handler = ring;
  sigaction(SIGALRM, &act, NULL);
  act.sa_handler = fault;
  act.sa_flags = SA_NODEFER;
  sigaction(SIGSEGV, &act, NULL);
  sigaction(SIGFPE, &act, NULL);
  stack = malloc(65536);
  sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = 65536}, NULL);
  struct sigaction info = {.sa_sigaction = user, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGUSR1, &info, NULL);

  setitimer(ITIMER_VIRTUAL, &(struct itimerval){{0, 2000}, {0, 2000}}, NULL);
  while (ticks < 3) {}
  setitimer(ITIMER_VIRTUAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
  printf("ticks\n");

  alarm(1);
  pause();
  printf("alarms %d\n", alarms);

  sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42});
  while (users == 0) usleep(100); // under Valgrind it arrives a little later
  printf("users %d on stack %d\n", users, on_stack);

  volatile int caught = 0;
  for (int i = 0; i < 3; i++) {
    int which = sigsetjmp(back, 1);
    if (which == 0) *(volatile int *)(i * 8L) = 1;
    caught += which == SIGSEGV;
  }
  volatile int zero = 0;
  if (sigsetjmp(back, 1) == 0) caught += 1 / zero;
  printf("caught %d\n", caught);

  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  raise(SIGUSR2);
  int got = 0;
  sigwait(&set, &got);
  printf("sigwait %d\n", got == SIGUSR2);

  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
  timer_create(CLOCK_MONOTONIC, &event, &timer);
  timer_settime(timer, 0, &(struct itimerspec){{0, 0}, {0, 1000000}}, NULL);
  sigwait(&set, &got);
  timer_delete(timer);
  printf("timer %d\n", got == SIGUSR2);

  pthread_t thread;
  void *result;
  pthread_create(&thread, NULL, interrupted, NULL);
  usleep(50000);
  pthread_kill(thread, SIGALRM);
  pthread_join(thread, &result);
  printf("interrupted %ld alarms %d\n", (long)result, alarms);
  return 0;
}
