/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Popcorn's system calls, answered as on a cluster whose nodes are all up. On kernels without
   Popcorn their numbers mean other things, and three kernels number them differently:

      number   kernel of 2018   kernel of 2019   RFC of 2020     today
      330      migrate                                           pkey_alloc(flags, rights)
      331      propose                                           pkey_free(key)
      332      status                                            statx(directory, path, ...)
      333      node_info                                         io_pgetevents(context, n, ...)
      434                       migrate          migrate         pidfd_open(pid, flags)
      435                       propose          status          clone3(arguments, bytes)
      436                       status           node_info       close_range(first, last, flags)
      437                       node_info                        openat2(directory, path, how, bytes)

   A call is Popcorn's when its arguments mean nothing else. The register image is that of struct
   regset_x86_64: rip at 0, sixteen registers from 8 in the order of this table, flags at 616; 624
   bytes. */

#include "capture.h"

#include "libvex_guest_amd64.h"

#define IMAGE_BYTES 624
#define IMAGE_FLAGS 616
#define MAX_NODES 32
#define NODE_BYTES 12
#define LARGEST_DESCRIPTOR (1 << 20)
#define ERROR(e) ((ULong)(-(Long)(e)))

Int popcornMode = 1;
Int pretendNodes = 8;

/* Which kernel the program was written for, as far as its calls have shown it. */
static enum { ABI_UNKNOWN, ABI_2018, ABI_2019, ABI_RFC } abi;
static Bool seen; /* a call that could only be Popcorn's */

Bool popcornSeen(void)
{
   return seen;
}

static Bool writable(Addr a, SizeT bytes)
{
   return a >= PAGE_BYTES && a + bytes > a
          && VG_(am_is_valid_for_client)(a, bytes, VKI_PROT_READ | VKI_PROT_WRITE);
}

static Bool executable(Addr a)
{
   return VG_(am_is_valid_for_client)(a, 1, VKI_PROT_EXEC);
}

static Bool isNode(ULong a)
{
   return (Int)a >= -1 && (Int)a < MAX_NODES;
}

static Bool isImage(Addr a)
{
   return a >= PAGE_BYTES && (a & 7) == 0 && readable(a, IMAGE_BYTES) && executable(*(Addr*)a);
}

static Thread* threadOfLwp(ULong lwp, Thread* self)
{
   if (lwp == 0)
      return self;
   for (ThreadId i = 1; i < VG_N_THREADS; i++)
      if (threadOf[i] != NULL && (ULong)threadOf[i]->lwp == lwp)
         return threadOf[i];
   return NULL;
}

/* Whether clone3 would take these: struct clone_args of 64 bytes or more. */
static Bool isClone3(const VexGuestAMD64State* g)
{
   if (g->guest_RSI < 64 || g->guest_RSI > PAGE_BYTES || !readable(g->guest_RDI, g->guest_RSI))
      return False;
   const ULong* a = (const ULong*)g->guest_RDI;
   Bool flags = (a[0] & 0x4000ffULL) == 0 && a[0] < 1ULL << 34;
   return flags && a[4] <= 64 && (a[5] == 0) == (a[6] == 0);
}

/* Whether the code that made the call, or its caller where that is syscall(), names node_info by
   its number in the kernel of 2019: mov $437, %eax or %edi. */
static Bool names437(const VexGuestAMD64State* g, Addr next)
{
   Addr in[2] = { next, readable(g->guest_RSP, 8) ? *(Addr*)g->guest_RSP : 0 };
   for (UInt i = 0; i < 2; i++) {
      if (!executable(in[i]))
         continue;
      const NSegment* s = VG_(am_find_nsegment)(in[i]);
      if (s == NULL || s->kind != SkFileC)
         continue;
      for (const UChar* p = (const UChar*)s->start; p + 4 <= (const UChar*)s->end; p++)
         if ((*p == 0xb8 || *p == 0xbf) && p[1] == 0xb5 && p[2] == 0x01 && p[3] == 0 && p[4] == 0)
            return True;
   }
   return False;
}

/* The event kind of a call that is Popcorn's, or 0. */
static UInt popcornKind(const VexGuestAMD64State* g, Addr next, Thread* t)
{
   const ULong first = g->guest_RDI, second = g->guest_RSI, third = g->guest_RDX;
   const Bool  on = popcornMode == 2;
   switch (g->guest_RAX) {
      case 434: /* flags are never an address */
         return on || isImage(second) || (seen && second == 0 && isNode(first)) ? EVENT_MIGRATE : 0;
      case 330: /* flags are 0 */
         if (!on && !isImage(second) && !(second == 0 && (seen || first != 0) && isNode(first)))
            return 0;
         abi = ABI_2018;
         return EVENT_MIGRATE;
      case 435:
         if (isClone3(g))
            return 0;
         if (abi != ABI_RFC && isNode(second) && threadOfLwp(first, t) != NULL
             && (on || seen || second != 0))
            return EVENT_PROPOSE;
         if (abi != ABI_2019 && writable(first, 12)) {
            abi = ABI_RFC;
            return EVENT_THREAD_STATUS;
         }
         /* a call that clone3 would refuse */
         return abi == ABI_RFC ? EVENT_THREAD_STATUS
                : on || abi == ABI_2019 || (first != 0 && isNode(second)) ? EVENT_PROPOSE
                                                                          : 0;
      case 436: /* descriptors are small */
         if (writable(first, 4)) {
            if (abi == ABI_UNKNOWN && third >= 1 && third <= MAX_NODES
                && writable(second, third * NODE_BYTES) && !names437(g, next))
               abi = ABI_RFC;
         } else if (!on && !(seen && (first == 0 || first > LARGEST_DESCRIPTOR)))
            return 0;
         return abi == ABI_RFC ? EVENT_NODE_INFO : EVENT_THREAD_STATUS;
      case 437: /* a directory is small or AT_FDCWD */
         if (!writable(first, 4))
            return on || (seen && first == 0) ? EVENT_NODE_INFO : 0;
         abi = ABI_2019;
         return EVENT_NODE_INFO;
      case 331: /* there are 16 keys, of which Valgrind gives none */
         return abi == ABI_2018 || (isNode(second) && (threadOfLwp(first, t) != NULL || first > 15))
                   ? EVENT_PROPOSE
                   : 0;
      case 332: /* a directory is small, a path is readable */
         if (!writable(first, 4))
            return abi == ABI_2018 && first == 0 && !readable(second, 1) ? EVENT_THREAD_STATUS : 0;
         abi = ABI_2018;
         return EVENT_THREAD_STATUS;
      case 333: /* a context is the address of a page, n is small */
         if (abi == ABI_2018 && first == 0)
            return EVENT_NODE_INFO;
         if (!writable(first, 4) || ((first & (PAGE_BYTES - 1)) == 0 && !writable(second, 4)))
            return 0;
         abi = ABI_2018;
         return EVENT_NODE_INFO;
      default:
         return 0;
   }
}

/* The registers as the image has them; without an image they stay. */
static void restore(VexGuestAMD64State* g, Addr image)
{
   const ULong* r = (const ULong*)image;
   g->guest_RAX = r[1];
   g->guest_RCX = r[2];
   g->guest_RDX = r[3];
   g->guest_RBX = r[4];
   g->guest_RSI = r[5];
   g->guest_RDI = r[6];
   g->guest_RBP = r[7];
   g->guest_RSP = r[8];
   g->guest_R8 = r[9];
   g->guest_R9 = r[10];
   g->guest_R10 = r[11];
   g->guest_R11 = r[12];
   g->guest_R12 = r[13];
   g->guest_R13 = r[14];
   g->guest_R14 = r[15];
   g->guest_R15 = r[16];
   ULong flags = *(const ULong*)(image + IMAGE_FLAGS);
   g->guest_CC_OP = 0; /* the flags themselves are in DEP1 */
   g->guest_CC_DEP1 = flags & 0x8d5;
   g->guest_CC_DEP2 = 0;
   g->guest_CC_NDEP = 0;
   g->guest_DFLAG = flags & 0x400 ? (ULong)-1 : 1;
}

static ULong migrate(Thread* t, VexGuestAMD64State* g, Int node, Addr image)
{
   if (node < 0 || node >= MAX_NODES)
      return ERROR(VKI_EINVAL);
   if (node == t->node)
      return ERROR(VKI_EBUSY);
   if (node >= pretendNodes)
      return ERROR(VKI_EAGAIN);
   if (image != 0 && !readable(image, IMAGE_BYTES))
      return ERROR(VKI_EFAULT);
   t->node = node;
   t->proposed = -1;
   if (image != 0)
      restore(g, image);
   return 0;
}

static ULong propose(Thread* t, ULong lwp, Int node)
{
   if (node < -1 || node >= MAX_NODES)
      return ERROR(VKI_EINVAL);
   Thread* of = threadOfLwp(lwp, t);
   if (of == NULL)
      return ERROR(VKI_ENOENT);
   of->proposed = node;
   return 0;
}

/* The RFC's kernel has no proposals, and so no field for them. */
static ULong threadStatus(Thread* t, Addr status, Bool proposals, Addr ip)
{
   UInt bytes = proposals ? 16 : 12;
   if (!writable(status, bytes))
      return ERROR(VKI_EINVAL);
   Int* s = (Int*)status;
   Bool away = t->node != 0;
   *s++ = t->node;
   if (proposals)
      *s++ = t->proposed;
   *s++ = away ? 0 : -1;
   *s++ = away ? VG_(gettid)() : -1;
   kernelAccess(t, True, status, bytes, ip);
   return 0;
}

static ULong nodeInfo(Thread* t, Addr mine, Addr info, UInt nodes, Addr ip)
{
   if (!writable(mine, 4) || (info != 0 && !writable(info, nodes * NODE_BYTES)))
      return ERROR(VKI_EINVAL);
   *(Int*)mine = t->node;
   kernelAccess(t, True, mine, 4, ip);
   if (info != 0) {
      Int* i = (Int*)info;
      for (UInt n = 0; n < nodes; n++) {
         Bool up = (Int)n < pretendNodes;
         *i++ = up;
         *i++ = up ? 1 : -1; /* x86-64 or unknown */
         *i++ = 0;
      }
      kernelAccess(t, True, info, nodes * NODE_BYTES, ip);
   }
   return 0;
}

/* Calls of today's kernels that this Valgrind may not know. A program that finds them missing does
   without in most cases; where little is needed they are made for it. Returns where to go on if the
   call has been made, else 0. */
static Addr todaysCall(VexGuestAMD64State* g, Addr next)
{
   if (g->guest_RAX == 434) {
      SysRes made = VG_(do_syscall)(434, g->guest_RDI, g->guest_RSI, 0, 0, 0, 0, 0, 0);
      ULong  a[6] = { g->guest_RDI, g->guest_RSI, 0, 0, 0, 0 };
      g->guest_RAX = sr_isError(made) ? ERROR(sr_Err(made)) : sr_Res(made);
      g->guest_RCX = next;
      if (running != NULL && recording) {
         drain();
         cutSlice(running);
         putEvent(running, EVENT_SYSCALL, 434, 0, a, (Long)g->guest_RAX, 0, next - 2);
         if (popcornMode == 1 && a[0] >= 1 && a[0] < MAX_NODES && a[1] == 0)
            putNote("system call 434 without registers is pidfd_open of today's kernels and was left"
                    " to the kernel, expected a register image where it is Popcorn's migrate: use"
                    " --popcorn-syscalls on");
      }
      return next;
   }
   if (g->guest_RAX == 435 && isClone3(g)) {
      const ULong* a = (const ULong*)g->guest_RDI;
      const ULong  tids = VKI_CLONE_CHILD_SETTID | VKI_CLONE_CHILD_CLEARTID | VKI_CLONE_PARENT_SETTID;
      Bool plain = (a[0] & ~tids) == 0 && a[5] == 0;
      for (UInt i = 8; i < g->guest_RSI / 8; i++)
         plain = plain && a[i] == 0;
      if (plain) { /* a fork */
         g->guest_RAX = __NR_clone;
         g->guest_RSI = 0;
         g->guest_RDX = a[3];
         g->guest_R10 = a[2];
         g->guest_R8 = 0;
         g->guest_RDI = a[0] | a[4];
      }
   }
   return 0;
}

/* Called where a block ends in a system call, before it. Returns where to go on if the call was
   Popcorn's and has been answered, else 0. */
Addr popcornCall(VexGuestAMD64State* g, Addr next)
{
   UInt number = (UInt)g->guest_RAX;
   if (LIKELY_(!((number >= 434 && number <= 437) || (number >= 330 && number <= 333))))
      return 0;
   Thread* t = running;
   UInt    kind = t == NULL || popcornMode == 0 ? 0 : popcornKind(g, next, t);
   if (kind == 0)
      return todaysCall(g, next);
   seen = True;
   drain();
   cutSlice(t);
   Addr  ip = next - 2, to = next;
   ULong a[6] = { g->guest_RDI, g->guest_RSI, g->guest_RDX, 0, 0, 0 };
   ULong result;
   switch (kind) {
      case EVENT_MIGRATE:
         if (readable(a[1], IMAGE_BYTES))
            kernelAccess(t, False, a[1], IMAGE_BYTES, ip);
         a[2] = a[0] = (ULong)(Long)(Int)a[0];
         if ((Int)a[0] == -1)
            a[0] = (ULong)(Long)t->proposed;
         result = migrate(t, g, (Int)a[0], a[1]);
         if (result == 0 && a[1] != 0)
            to = *(Addr*)a[1];
         break;
      case EVENT_PROPOSE:
         a[0] = (ULong)(Long)(Int)a[0];
         a[1] = (ULong)(Long)(Int)a[1];
         a[2] = 0;
         result = propose(t, a[0], (Int)a[1]);
         break;
      case EVENT_THREAD_STATUS:
         a[1] = a[2] = 0;
         result = threadStatus(t, a[0], number != 435, ip);
         break;
      default:
         result = nodeInfo(t, a[0], a[1],
                           number != 436 ? MAX_NODES : a[2] < MAX_NODES ? (UInt)a[2] : MAX_NODES, ip);
         break;
   }
   if (kind != EVENT_MIGRATE || result != 0 || a[1] == 0) {
      g->guest_RAX = result;
      g->guest_RCX = next;
   }
   putEvent(t, kind, number, 0, a, (Long)result, 0, ip);
   return to;
}
