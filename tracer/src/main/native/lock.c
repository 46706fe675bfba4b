/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which thread runs: a lock of our own in the place of the core's ticket lock, which --fair-sched
   selects. The linker takes these operations and leaves the core's out. Threads get the lock in the
   order in which they asked. A thread whose turn is over (yields) queues up again before it lets go:
   between letting go and asking anew the host often does not run it, and then the others would run
   turn after turn.

   Only who has the lock runs, so all threads are best off on one processor: another one has none of the
   tables in its caches, and waking a thread there costs more than a switch. The host rather spreads them, so who lets go
   calls the next one to its own processor. The thread that is called has the program's processors again before it runs the
   program's code, which therefore never sees another answer. */

#include "capture.h"

extern Bool VG_(is_exiting)(ThreadId tid); /* of the core, not among the tools' headers */

#define SLOTS 1024 /* words to sleep on: one for a ticket, shared where there are more threads */
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129

struct sched_lock {
   UInt next;         /* ticket of who asks next */
   UInt serving;      /* ticket of who has the lock, or may take it */
   Int  owner;        /* the kernel's number of the thread, 0 = none */
   UInt slots[SLOTS]; /* changes when a ticket's turn has come */
};

static struct sched_lock lock;
static ThreadId          yielding = VG_INVALID_THREADID;

/* Who waits: the ticket and the kernel's number of the thread, in one word, by the ticket's slot. */
static ULong waiting[SLOTS];

#define AFFINITY_BYTES 1024
typedef struct {
   ULong words[AFFINITY_BYTES / 8];
} Processors;

static Processors programs;       /* where the program's threads may run */
static Int        programsBytes;  /* 0 = not known yet, -1 = threads are not called, as the program or the host chose */
static Bool       called;         /* who has the lock, or may take it, was called to a processor */

static Long systemCall(UWord number, UWord a, UWord b, UWord c)
{
   register UWord d __asm__("r10") = 0;
   Long           result;
   __asm__ volatile("syscall"
                    : "=a"(result)
                    : "a"(number), "D"(a), "S"(b), "d"(c), "r"(d)
                    : "rcx", "r11", "memory");
   return result;
}

static void futex(UInt* word, UWord operation, UWord value)
{
   systemCall(__NR_futex, (UWord)word, operation, value);
}

static void learnProcessors(void)
{
   Long bytes = systemCall(__NR_sched_getaffinity, 0, sizeof(programs), (UWord)&programs);
   UInt processors = 0;
   for (Long i = 0; i < bytes / 8; i++)
      processors += __builtin_popcountll(programs.words[i]);
   programsBytes = processors > 1 ? (Int)bytes : -1;
}

/* Lets the thread wake up on this processor. */
static Bool call(Int lwp)
{
   if (programsBytes == 0)
      learnProcessors();
   UInt processor;
   if (programsBytes < 0 || systemCall(__NR_getcpu, (UWord)&processor, 0, 0) != 0
       || processor >= (UInt)programsBytes * 8)
      return False;
   static Processors here;
   here.words[processor / 64] = 1ULL << (processor & 63);
   Long failed = systemCall(__NR_sched_setaffinity, lwp, programsBytes, (UWord)&here);
   here.words[processor / 64] = 0;
   return failed == 0;
}

/* The program is about to say where a thread of its own shall run, which a return to where all might run would undo. */
void callNoMore(void)
{
   programsBytes = -1;
}

static UInt takeTicket(void)
{
   return __atomic_fetch_add(&lock.next, 1, __ATOMIC_SEQ_CST);
}

static void waitFor(UInt ticket, Int self)
{
   UInt* slot = &lock.slots[ticket % SLOTS];
   __atomic_store_n(&waiting[ticket % SLOTS], (ULong)ticket << 32 | (UInt)self, __ATOMIC_SEQ_CST);
   for (;;) {
      UInt seen = __atomic_load_n(slot, __ATOMIC_SEQ_CST);
      if (__atomic_load_n(&lock.serving, __ATOMIC_SEQ_CST) == ticket)
         break;
      futex(slot, FUTEX_WAIT_PRIVATE, seen);
   }
   lock.owner = self;
   if (called)
      systemCall(__NR_sched_setaffinity, 0, programsBytes, (UWord)&programs);
   called = False;
}

static void letGo(void)
{
   lock.owner = 0;
   UInt  ticket = lock.serving + 1;
   UInt* slot = &lock.slots[ticket % SLOTS];
   ULong next = __atomic_load_n(&waiting[ticket % SLOTS], __ATOMIC_SEQ_CST);
   called = next >> 32 == ticket && (Int)next != 0 && call((Int)next);
   __atomic_store_n(&lock.serving, ticket, __ATOMIC_SEQ_CST);
   __atomic_fetch_add(slot, 1, __ATOMIC_SEQ_CST);
   if (__atomic_load_n(&lock.next, __ATOMIC_SEQ_CST) != ticket)
      futex(slot, FUTEX_WAKE_PRIVATE, 0x7fffffff);
}

static const HChar* name(void)
{
   return "popcorn turns";
}

static struct sched_lock* create(void)
{
   VG_(memset)(&lock, 0, sizeof(lock)); /* also in a forked child, where nobody waits any more */
   VG_(memset)(waiting, 0, sizeof(waiting));
   called = False;
   yielding = VG_INVALID_THREADID;
   return &lock;
}

static void destroy(struct sched_lock* l) {}

static Int owner(struct sched_lock* l)
{
   return lock.owner;
}

static void acquire(struct sched_lock* l)
{
   Int self = VG_(gettid)(); /* a system call, so made once */
   if (lock.owner != self)   /* it has it already where it yielded */
      waitFor(takeTicket(), self);
}

static void release(struct sched_lock* l)
{
   ThreadId tid = yielding;
   yielding = VG_INVALID_THREADID;
   if (tid == VG_INVALID_THREADID || VG_(is_exiting)(tid)) {
      letGo();
      return;
   }
   UInt ticket = takeTicket();
   Int  self = lock.owner;
   letGo();
   waitFor(ticket, self);
}

Bool othersWait(void)
{
   return __atomic_load_n(&lock.next, __ATOMIC_RELAXED) - lock.serving > 1;
}

/* The thread's turn is over: what releases the lock next is the scheduler, at the end of its slice. */
void yieldTurn(ThreadId tid)
{
   yielding = tid;
}

const struct {
   const HChar* (*name)(void);
   struct sched_lock* (*create)(void);
   void (*destroy)(struct sched_lock*);
   Int (*owner)(struct sched_lock*);
   void (*acquire)(struct sched_lock*);
   void (*release)(struct sched_lock*);
} vgModuleLocal_linux_ticket_lock_ops = { name, create, destroy, owner, acquire, release };
