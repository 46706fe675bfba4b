/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads: numbers that are never used again, their beginning and end. */

#include "capture.h"

#include "libvex_guest_amd64.h"

Thread*  running;
Thread** threadOf;

static Thread** all; /* by number */
static UInt     nAll, maxAll;
static Bool     processEnds;

static Thread* newThread(ThreadId tid, Thread* parent)
{
   Thread* t = VG_(calloc)("capture.thread", 1, sizeof(Thread));
   if (nAll == maxAll) {
      maxAll = maxAll == 0 ? 64 : maxAll * 2;
      all = VG_(realloc)("capture.threads", all, maxAll * sizeof(Thread*));
   }
   all[nAll] = t;
   t->number = nAll++;
   t->parent = parent == NULL ? 0 : parent->number + 1;
   t->tid = tid;
   t->proposed = -1;
   t->node = parent == NULL ? 0 : parent->node;
   threadOf[tid] = t;
   return t;
}

/* The thread whose pthread_t this is: the latest that had it. */
Thread* threadNumberedBy(Addr threadPointer)
{
   for (UInt i = nAll; i > 0; i--)
      if (all[i - 1]->threadPointer == threadPointer)
         return all[i - 1];
   return NULL;
}

static void created(ThreadId parent, ThreadId child)
{
   Thread* by = parent == VG_INVALID_THREADID ? NULL : threadOf[parent];
   Thread* t = newThread(child, by);
   if (by == NULL)
      return;
   if (t->number == 1 && yieldTurn == NULL && recording)
      putNote("the lock of this Valgrind's scheduler cannot be replaced: threads take turns more seldom than"
              " every 100,000 instructions; visits are as exact");
   if (by->call.active && by->call.number == __NR_clone) {
      if (by->call.args[0] & VKI_CLONE_CHILD_CLEARTID)
         t->clearChildTid = by->call.args[3];
      /* Known before it runs, so that a join that comes first knows whom it waits for. */
      if (by->call.args[0] & VKI_CLONE_SETTLS)
         t->threadPointer = by->call.args[4];
   }
   ULong a[6] = { t->number, 0, 0, 0, 0, 0 };
   putEvent(by, EVENT_THREAD_CREATE, 0, 0, a, 0, 0, by->call.ip);
}

void noteStack(Thread* t)
{
   Addr   high = VG_(thread_get_stack_max)(t->tid) + 1;
   SizeT  bytes = VG_(thread_get_stack_size)(t->tid);
   UChar* r = reserve(RECORD_THREAD, 32);
   ((UInt*)r)[0] = t->number;
   ((UInt*)r)[1] = VG_(gettid)();
   ((UInt*)r)[2] = t->parent;
   ((UInt*)r)[3] = 0;
   ((ULong*)r)[2] = high <= 1 ? 0 : high - bytes;
   ((ULong*)r)[3] = high <= 1 ? 0 : high;
}

static void begins(ThreadId tid)
{
   Thread* t = threadOf[tid];
   if (!recording || t == NULL || t->started)
      return;
   t->started = True;
   t->lwp = VG_(gettid)();
   UChar pointer[8];
   VG_(get_shadow_regs_area)(tid, pointer, 0, offsetof(VexGuestAMD64State, guest_FS_CONST), 8);
   t->threadPointer = *(Addr*)pointer;
   noteStack(t);
   if (t->number == 0)
      putInitialMap();
   ULong a[6] = { (ULong)(Long)((Int)t->parent - 1), VG_(gettid)(), 0, 0, 0, 0 };
   putEvent(t, EVENT_THREAD_START, 0, t->clearChildTid, a, 0, 0, 0);
}

static void ends(ThreadId tid)
{
   Thread* t = threadOf[tid];
   threadOf[tid] = NULL;
   if (t == NULL || t->exited)
      return;
   if (running == t) {
      drain();
      running = NULL;
   }
   t->exited = True;
   if (!recording)
      return;
   cutSlice(t);
   if (t->call.active)
      putCall(t, NEVER_RETURNED);
   if (t->started && !processEnds && t->exiting) {
      ULong a[6] = { t->call.args[0] & 0xff, 0, 0, 0, 0, 0 };
      putEvent(t, EVENT_THREAD_EXIT, 0, t->clearChildTid, a, 0, 0, t->call.ip);
   }
   UChar* r = reserve(RECORD_THREAD_END, 16);
   ((UInt*)r)[0] = t->number;
   ((UInt*)r)[1] = 0;
   ((ULong*)r)[1] = t->instructions;
   freeVisits(t);
}

/* The process ends: threads that still run have no exit of their own. */
void endThreads(void)
{
   processEnds = True;
   drain();
   for (UInt i = 0; i < nAll; i++) {
      Thread* t = all[i];
      if (t->exited)
         continue;
      t->exited = True;
      cutSlice(t);
      if (t->call.active)
         putCall(t, NEVER_RETURNED);
      UChar* r = reserve(RECORD_THREAD_END, 16);
      ((UInt*)r)[0] = t->number;
      ((UInt*)r)[1] = 0;
      ((ULong*)r)[1] = t->instructions;
   }
}

/* Turns: the core lets a thread run for 100,000 blocks, which is often a million instructions and more. Visits are
   true under any order of turns, but which thread comes first at a lock or an atomic should not depend on so
   coarse a schedule. A thread that uses many pages does not spin for another one, and pays for each turn of others with what
   it had in the caches: it keeps its turn for longer. */

#define WIDE_PAGES 32 /* of the slice that has just ended */
#define WIDE_TURNS 10

ULong          turnInstructions = 100000;
static ULong   turnStart;
static Thread* turnOf;

static ULong turnLength(void)
{
   return slicePages < WIDE_PAGES ? turnInstructions : turnInstructions * WIDE_TURNS;
}

void perhapsYield(VexGuestAMD64State* guest)
{
   if (yieldTurn == NULL || turnInstructions == 0 || running->instructions - turnStart < turnLength() || !othersWait())
      return;
   yieldTurn(running->tid);
   guest->host_EvC_COUNTER = 0; /* back to the scheduler after this block */
}

void keepTurn(void)
{
   if (yieldTurn != NULL)
      yieldTurn(VG_INVALID_THREADID);
}

void keepOnly(ThreadId tid)
{
   Thread* t = threadOf[tid];
   for (UInt i = 0; i < nAll; i++)
      if (all[i] != t) {
         freeVisits(all[i]);
         VG_(free)(all[i]);
      }
   for (ThreadId i = 1; i < VG_N_THREADS; i++)
      threadOf[i] = NULL;
   threadOf[tid] = all[0] = running = t;
   nAll = 1;
   turnOf = t;
   turnStart = 0;
   Bool clears = t->call.number == __NR_clone && (t->call.args[0] & VKI_CLONE_CHILD_CLEARTID) != 0;
   t->clearChildTid = clears ? t->call.args[3] : 0;
   t->call.active = False;
   t->number = t->parent = 0;
   t->instructions = t->sliceStart = 0;
   t->started = False;
   begins(tid);
}

static void codeStarts(ThreadId tid, ULong blocks)
{
   keepTurn();
   running = threadOf[tid];
   /* PAUSE, as in a loop that waits, ends a turn in the middle of a slice. The slice ends there too, so that the slices of
      all threads come in the order in which they happened. */
   if (running != NULL && turnOf != NULL && turnOf != running && !fullDetail && turnOf->instructions != turnOf->sliceStart)
      cutSlice(turnOf);
   takeTable(running);
   if (running != NULL && turnOf != running) {
      turnOf = running;
      turnStart = running->instructions;
   }
   if (running != NULL && running->threadPointer == 0) {
      UChar pointer[8];
      VG_(get_shadow_regs_area)(tid, pointer, 0, offsetof(VexGuestAMD64State, guest_FS_CONST), 8);
      running->threadPointer = *(Addr*)pointer;
   }
}

static void codeStops(ThreadId tid, ULong blocks)
{
   drain();
}

void initThreads(void)
{
   threadOf = VG_(calloc)("capture.threadOf", VG_N_THREADS + 1, sizeof(Thread*));
   VG_(track_pre_thread_ll_create)(created);
   VG_(track_pre_thread_first_insn)(begins);
   VG_(track_pre_thread_ll_exit)(ends);
   VG_(track_start_client_code)(codeStarts);
   VG_(track_stop_client_code)(codeStops);
}
