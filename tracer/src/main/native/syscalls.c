/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System calls, the user memory that the kernel reads and writes in them, and the address space. */

#include "capture.h"

#ifndef __NR_execveat
#define __NR_execveat 322
#endif
#ifndef __NR_clone3
#define __NR_clone3 435
#endif

/* futex operations, without the flag bits */
enum { OP_WAIT = 0, OP_WAIT_BITSET = 9, OP_LOCK_PI = 6, OP_WAIT_REQUEUE_PI = 11, OP_LOCK_PI2 = 13 };

Int exitStatus = -1;

static ULong clockNanos(Int clock)
{
   struct vki_timespec ts;
   VG_(clock_gettime)(&ts, clock);
   return (ULong)ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

ULong nowNanos(void)
{
   return clockNanos(VKI_CLOCK_MONOTONIC);
}

Bool readable(Addr a, SizeT bytes)
{
   return a != 0 && a + bytes > a && VG_(am_is_valid_for_client)(a, bytes, VKI_PROT_READ);
}

static Long nanosAt(Addr timespec)
{
   if (!readable(timespec, 16))
      return -1;
   const Long* t = (const Long*)timespec;
   return t[0] * 1000000000LL + t[1];
}

void kernelAccess(Thread* t, Bool write, Addr a, SizeT bytes, Addr ip)
{
   if (!recording || t == NULL || bytes == 0)
      return;
   needCode(ip);
   UChar* r = reserve(RECORD_KERNEL, 40);
   ((UInt*)r)[0] = t->number;
   ((UInt*)r)[1] = write;
   ((ULong*)r)[1] = t->instructions;
   ((ULong*)r)[2] = a;
   ((ULong*)r)[3] = bytes;
   ((ULong*)r)[4] = ip;
}

static void kernelReads(CorePart part, ThreadId tid, const HChar* what, Addr a, SizeT bytes)
{
   if (part == Vg_CoreSysCall && recording && readable(a, bytes))
      kernelAccess(threadOf[tid], False, a, bytes, threadOf[tid]->call.ip);
}

static void kernelReadsText(CorePart part, ThreadId tid, const HChar* what, Addr a)
{
   SizeT n = 0;
   if (part != Vg_CoreSysCall || !recording)
      return;
   while (n < PAGE_BYTES && readable(a + n, 1) && ((const HChar*)a)[n] != 0)
      n++;
   if (n < PAGE_BYTES && readable(a + n, 1))
      kernelAccess(threadOf[tid], False, a, n + 1, threadOf[tid]->call.ip);
}

static void kernelWrites(CorePart part, ThreadId tid, Addr a, SizeT bytes)
{
   if (part == Vg_CoreSysCall && recording && threadOf[tid] != NULL)
      kernelAccess(threadOf[tid], True, a, bytes, threadOf[tid]->call.ip);
}

/* ---------------------------------------------------------------- address space */

static Addr stackLow; /* of the main thread's stack, as last told */
static Addr stackTop; /* an address in it */
static Addr heapEnd;  /* what brk moves, in whole pages */

extern Addr VG_(brk_base); /* of the core, not among the tools' headers */

/* At exec the kernel makes the stack's area this much longer than what it holds (setup_arg_pages,
   fs/exec.c); Valgrind begins with less and lets it grow. */
#define STACK_EXPAND 131072

static UInt protectionOf(const NSegment* s)
{
   /* Valgrind makes heap and stack executable, which the kernel does not. */
   Bool executes = s->hasX && !(s->hasW && s->kind == SkAnonC);
   return (s->hasR ? 1 : 0) | (s->hasW ? 2 : 0) | (executes ? 4 : 0);
}

static void putMap(UInt thread, UInt op, Addr start, SizeT length, UInt prot, UInt flags,
                   ULong offset, const HChar* file)
{
   SizeT  n = VG_(strlen)(file);
   length = (length + PAGE_BYTES - 1) & ~(SizeT)(PAGE_BYTES - 1);
   UChar* r = reserve(RECORD_MAP, 40 + n + 1);
   ((UInt*)r)[0] = thread;
   ((UInt*)r)[1] = op;
   ((ULong*)r)[1] = start;
   ((ULong*)r)[2] = length;
   ((UInt*)r)[6] = prot;
   ((UInt*)r)[7] = flags;
   ((ULong*)r)[4] = offset;
   VG_(memcpy)(r + 40, file, n + 1);
}

/* The address space when the trace begins: at the first instruction, or at a fork. */
void putInitialMap(void)
{
   static Addr starts[4096];
   if (stackTop == 0) {
      stackTop = VG_(get_SP)(1);
      stackLow = VG_PGROUNDDN(stackTop) - STACK_EXPAND;
   }
   Int  n = VG_(am_get_segment_starts)(SkAnonC | SkFileC | SkShmC, starts, 4096);
   for (Int i = 0; i < n; i++) {
      const NSegment* s = VG_(am_find_nsegment)(starts[i]);
      if (s == NULL)
         continue;
      const HChar* file = s->kind == SkFileC ? VG_(am_get_filename)(s) : NULL;
      if (file != NULL && VG_(strstr)(file, "/poptrace-") != NULL)
         continue; /* a page of the capture tool's */
      if (file == NULL)
         file = "";
      Addr  start = s->start;
      SizeT length = s->end + 1 - start;
      UInt  flags = s->kind == SkShmC ? 0x1 : s->kind == SkFileC ? 0x2 : 0x22;
      if (stackTop >= s->start && stackTop <= s->end) {
         file = "[stack]";
         flags |= 0x100; /* MAP_GROWSDOWN */
         start = stackLow;
         length = s->end + 1 - start;
      } else if (s->kind == SkAnonC && s->start == VG_(brk_base)) {
         /* Valgrind maps the first page in advance; for the kernel the heap is empty. */
         file = "[heap]";
         if (heapEnd == 0)
            heapEnd = s->start;
         length = heapEnd - s->start;
      }
      putMap(0, MAP_INITIAL, start, length, protectionOf(s), flags, s->offset, file);
   }
}

/* The main thread's stack grows without a call. */
static void noteStackGrowth(Thread* t, ThreadId tid)
{
   if (t->number != 0 || VG_(get_SP)(tid) >= stackLow || stackLow == 0)
      return;
   const NSegment* s = VG_(am_find_nsegment)(VG_(get_SP)(tid));
   if (s == NULL || s->start >= stackLow || s->end + 1 < stackLow)
      return;
   putMap(0, MAP_STACK, s->start, stackLow - s->start, 3, 0x22, 0, "[stack]");
   stackLow = s->start;
}

static void noteMapChange(const Thread* t, UInt number, const ULong a[6], Long result)
{
   switch (number) {
      case __NR_mmap: {
         if (result < 0 && result > -4096)
            break;
         const NSegment* s = VG_(am_find_nsegment)((Addr)result);
         const HChar*    file = s != NULL && s->kind == SkFileC ? VG_(am_get_filename)(s) : NULL;
         putMap(t->number, MAP_MMAP, result, a[1], a[2], a[3], a[3] & 0x20 ? 0 : a[5], file == NULL ? "" : file);
         break;
      }
      case __NR_munmap:
         if (result == 0)
            putMap(t->number, MAP_MUNMAP, a[0], a[1], 0, 0, 0, "");
         break;
      case __NR_mprotect:
         if (result == 0)
            putMap(t->number, MAP_MPROTECT, a[0], a[1], a[2], 0, 0, "");
         break;
      case __NR_mremap:
         if (!(result < 0 && result > -4096)) {
            /* Where it moved, the old range is gone. */
            if ((Addr)result != a[0] || a[2] < a[1])
               putMap(t->number, MAP_MUNMAP, a[0], a[1], 0, 0, 0, "");
            const NSegment* s = VG_(am_find_nsegment)((Addr)result);
            const HChar*    file = s != NULL && s->kind == SkFileC ? VG_(am_get_filename)(s) : NULL;
            putMap(t->number, MAP_MREMAP, result, a[2], s == NULL ? 3 : protectionOf(s), a[3],
                   s == NULL || file == NULL ? 0 : s->offset + (result - s->start), file == NULL ? "" : file);
         }
         break;
      case __NR_brk: {
         Addr to = VG_PGROUNDUP(result);
         if (heapEnd != 0 && to > heapEnd)
            putMap(t->number, MAP_BRK, heapEnd, to - heapEnd, 3, 0x22, 0, "[heap]");
         else if (to < heapEnd)
            putMap(t->number, MAP_MUNMAP, to, heapEnd - to, 0, 0, 0, "");
         heapEnd = to;
         break;
      }
      case __NR_madvise:
         if (result == 0)
            putMap(t->number, MAP_MADVISE, a[0], a[1], 0, a[2], 0, "");
         break;
      default:
         break;
   }
}

/* ---------------------------------------------------------------- calls */

/* How long a futex call may wait from now on: most operations name a point in time. */
static Long futexTimeout(UInt op, Addr timespec)
{
   Long at = nanosAt(timespec);
   UInt command = op & 0x7f;
   if (at < 0 || command == OP_WAIT)
      return at;
   Bool realtime = command == OP_LOCK_PI || (op & 256) != 0;
   Long now = (Long)clockNanos(realtime ? VKI_CLOCK_REALTIME : VKI_CLOCK_MONOTONIC);
   return at > now ? at - now : 0;
}

void putCall(Thread* t, Long result)
{
   PendingCall* c = &t->call;
   ULong        a[6], nanos = nowNanos() - c->began;
   for (Int i = 0; i < 6; i++)
      a[i] = c->args[i];
   c->active = False;
   switch (c->number) {
      case __NR_futex: {
         ULong f[6] = { a[1], a[2], (ULong)c->timeout, a[4], a[3], a[5] };
         putEvent(t, EVENT_FUTEX, 0, a[0], f, result, nanos, c->ip);
         break;
      }
      case __NR_mmap:
      case __NR_munmap:
      case __NR_mprotect:
      case __NR_mremap:
      case __NR_brk:
      case __NR_madvise:
         putEvent(t, EVENT_VMA, c->number, 0, a, result, nanos, c->ip);
         noteMapChange(t, c->number, a, result);
         break;
      case __NR_exit_group:
         putEvent(t, EVENT_PROCESS_EXIT, 0, 0, (ULong[6]){ a[0] & 0xff, 0, 0, 0, 0, 0 }, 0, 0, c->ip);
         break;
      case __NR_prctl:
         if (a[0] == 15 /* PR_SET_NAME */ && readable(a[1], 1)) {
            UChar* r = reserve(RECORD_NAME, 8 + 16);
            ((UInt*)r)[0] = t->number;
            ((UInt*)r)[1] = 0;
            VG_(memset)(r + 8, 0, 16);
            for (Int i = 0; i < 15 && readable(a[1] + i, 1) && ((HChar*)a[1])[i] != 0; i++)
               r[8 + i] = ((UChar*)a[1])[i];
         }
         putEvent(t, EVENT_SYSCALL, c->number, 0, a, result, nanos, c->ip);
         break;
      case __NR_clock_gettime:
      case __NR_gettimeofday:
      case __NR_time:
      case __NR_getcpu:
         a[5] = 1; /* natively answered without entering the kernel */
         putEvent(t, EVENT_SYSCALL, c->number, 0, a, result, nanos, c->ip);
         break;
      default:
         putEvent(t, EVENT_SYSCALL, c->number, 0, a, result,
                  c->timeout >= 0 ? (ULong)c->timeout : nanos, c->ip);
         break;
   }
}

static void before(ThreadId tid, UInt number, UWord* args, UInt nArgs)
{
   Thread* t = threadOf[tid];
   keepTurn();
   if (number == __NR_sched_setaffinity && callNoMore != NULL)
      callNoMore();
   if (number == __NR_rt_sigaction)
      beforeSignalAction((Int)args[0], args[1]);
   if (!recording || t == NULL)
      return;
   if (running == t)
      drain();
   cutSlice(t);
   noteStackGrowth(t, tid);
   PendingCall* c = &t->call;
   c->active = True;
   c->number = number;
   c->ip = VG_(get_IP)(tid) - 2; /* the address is that of the next instruction */
   for (UInt i = 0; i < 6; i++)
      c->args[i] = i < nArgs ? args[i] : 0;
   c->timeout = -1;
   c->began = nowNanos();
   switch (number) {
      case __NR_futex: {
         UInt op = args[1] & 0x7f;
         if ((op == OP_WAIT || op == OP_WAIT_BITSET || op == OP_LOCK_PI || op == OP_WAIT_REQUEUE_PI
              || op == OP_LOCK_PI2) && args[3] != 0)
            c->timeout = futexTimeout(args[1], args[3]);
         break;
      }
      case __NR_nanosleep:
         c->timeout = nanosAt(args[0]);
         break;
      case __NR_clock_nanosleep:
         if (args[1] == 0)
            c->timeout = nanosAt(args[2]);
         break;
      case __NR_exit_group:
         exitStatus = (Int)(args[0] & 0xff);
         putCall(t, 0);
         break;
      case __NR_exit:
         t->exiting = True;
         c->active = False;
         break;
      case __NR_rt_sigreturn:
         putCall(t, 0);
         break;
      case __NR_execve:
      case __NR_execveat: {
         ULong a[6];
         for (Int i = 0; i < 6; i++)
            a[i] = c->args[i];
         putEvent(t, EVENT_SYSCALL, number, 0, a, 0, 0, c->ip);
         beforeExecution(args[number == __NR_execve ? 0 : 1]);
         flushOutput();
         break;
      }
      default:
         break;
   }
}

/* ---------------------------------------------------------------- terminals */

/* A pseudo-terminal has blocks of 1024 bytes, a console's device file the 4096 of its file system,
   and stdio makes a terminal's buffer as large as its block. Popcorn's programs ran on consoles: a
   program that makes Popcorn's calls finds the blocks of one. */
#define CONSOLE_BLOCK 4096

Int terminalBlockBytes = -1;

/* Unix98 pseudo-terminals, Documentation/admin-guide/devices.txt */
static Bool isPseudoTerminal(UInt mode, UInt major)
{
   return (mode & 0170000) == 0020000 && major >= 136 && major <= 143;
}

static void tellTerminalBlock(UInt number, const UWord* args)
{
   UInt bytes = terminalBlockBytes >= 0 ? terminalBlockBytes : popcornSeen() ? CONSOLE_BLOCK : 0;
   if (bytes == 0)
      return;
   Addr at = 0; /* of the struct */
   switch (number) {
      case __NR_stat:
      case __NR_fstat:
      case __NR_lstat:
         at = args[1];
         break;
      case __NR_newfstatat:
         at = args[2];
         break;
      case __NR_statx:
         at = args[4];
         break;
      default:
         return;
   }
   if (number == __NR_statx) {
      /* stx_mode, stx_rdev_major, stx_blksize */
      if (isPseudoTerminal(*(UShort*)(at + 28), *(UInt*)(at + 128)))
         *(UInt*)(at + 4) = bytes;
   } else if (isPseudoTerminal(*(UInt*)(at + 24), (*(ULong*)(at + 40) >> 8) & 0xfff)) {
      /* st_mode, st_rdev, st_blksize */
      *(ULong*)(at + 56) = bytes;
   }
}

static void after(ThreadId tid, UInt number, UWord* args, UInt nArgs, SysRes result)
{
   Thread* t = threadOf[tid];
   if (!recording || t == NULL || !t->call.active)
      return;
   if (!sr_isError(result))
      tellTerminalBlock(number, t->call.args);
   if (number == __NR_wait4 && !sr_isError(result) && sr_Res(result) > 0 && readable(args[1], 4)) {
      UChar* r = reserve(RECORD_WAITED, 8);
      ((UInt*)r)[0] = sr_Res(result);
      ((Int*)r)[1] = *(Int*)args[1];
   }
   putCall(t, sr_isError(result) ? -(Long)sr_Err(result) : (Long)sr_Res(result));
}

static void signalled(ThreadId tid, Int signal, Bool alternateStack)
{
   Thread* t = threadOf[tid];
   if (!recording || t == NULL)
      return;
   if (running == t)
      drain();
   cutSlice(t);
   putEvent(t, EVENT_SIGNAL, signal, 0, NULL, 0, 0, VG_(get_IP)(tid));
}

void initSyscalls(void)
{
   VG_(needs_syscall_wrapper)(before, after);
   VG_(track_pre_mem_read)(kernelReads);
   VG_(track_pre_mem_read_asciiz)(kernelReadsText);
   VG_(track_post_mem_write)(kernelWrites);
   VG_(track_pre_deliver_signal)(signalled);
}
