/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Popcorn's system calls, answered as on a cluster whose nodes are all up. On kernels without
   Popcorn their numbers mean other things; a call is Popcorn's when its arguments can only mean
   that. The register image is that of struct regset_x86_64: rip at 0, sixteen registers from 8 in
   the order of this table, flags at 616; 624 bytes. */

#include "capture.h"

#include "libvex_guest_amd64.h"

#define IMAGE_BYTES 624
#define IMAGE_FLAGS 616
#define MAX_NODES 32
#define LARGEST_PID (1 << 22)
#define ERROR(e) ((ULong)(-(Long)(e)))

Int popcornMode = 1;
Int pretendNodes = 8;

/* Which kernel the program was written for, as far as its calls have shown it. */
static Bool migratedOnce, oldNumbers, noPropose;

static Bool writable(Addr a, SizeT bytes)
{
   return a >= PAGE_BYTES && a + bytes > a
          && VG_(am_is_valid_for_client)(a, bytes, VKI_PROT_READ | VKI_PROT_WRITE);
}

static Bool isNode(ULong a)
{
   return (Int)a >= -1 && (Int)a < MAX_NODES;
}

static Bool isImage(Addr a)
{
   return a >= PAGE_BYTES && (a & 7) == 0 && readable(a, IMAGE_BYTES)
          && VG_(am_is_valid_for_client)(*(Addr*)a, 1, VKI_PROT_EXEC);
}

/* The event kind of a call that is Popcorn's, or 0. */
static UInt popcornKind(const VexGuestAMD64State* g)
{
   Bool on = popcornMode == 2;
   switch (g->guest_RAX) {
      case 434: /* pidfd_open(pid, flags): flags are never an address */
         return isNode(g->guest_RDI) && isImage(g->guest_RSI) ? EVENT_MIGRATE : on ? EVENT_MIGRATE : 0;
      case 330: /* pkey_alloc(flags, rights) */
         if (!isNode(g->guest_RDI) || !isImage(g->guest_RSI))
            return 0;
         oldNumbers = True;
         return EVENT_MIGRATE;
      case 331: /* pkey_free(key) */
         return oldNumbers ? EVENT_PROPOSE : 0;
      case 332: /* statx(directory, path, …): a directory is a small number or AT_FDCWD */
         return oldNumbers && writable(g->guest_RDI, 16) ? EVENT_THREAD_STATUS : 0;
      case 333: /* io_pgetevents(context, …) */
         return oldNumbers && writable(g->guest_RDI, 4) ? EVENT_NODE_INFO : 0;
      case 435: /* clone3(arguments, bytes of arguments >= 64) */
         if (g->guest_RDI <= LARGEST_PID && isNode(g->guest_RSI))
            return EVENT_PROPOSE;
         if ((migratedOnce || on) && writable(g->guest_RDI, 12)
             && !(g->guest_RSI >= 64 && g->guest_RSI <= PAGE_BYTES)) {
            noPropose = True; /* the numbers of the first public kernel: one lower from here */
            return EVENT_THREAD_STATUS;
         }
         return 0;
      case 436: /* close_range(first, last, flags): descriptors are small */
         if (!writable(g->guest_RDI, 12))
            return 0;
         return noPropose ? EVENT_NODE_INFO : EVENT_THREAD_STATUS;
      case 437: /* openat2(directory, path, how, bytes) */
         return writable(g->guest_RDI, 4) ? EVENT_NODE_INFO : 0;
      default:
         return 0;
   }
}

static ULong migrate(Thread* t, VexGuestAMD64State* g, Int node, Addr image)
{
   if (node == -1)
      node = t->proposed;
   if (node < 0 || node >= MAX_NODES)
      return ERROR(VKI_EINVAL);
   if (node == t->node)
      return ERROR(VKI_EBUSY);
   if (node >= pretendNodes)
      return ERROR(VKI_EAGAIN);
   if (!readable(image, IMAGE_BYTES))
      return ERROR(VKI_EFAULT);
   t->node = node;
   t->proposed = -1;
   migratedOnce = True;
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
   return 0;
}

static ULong threadStatus(Thread* t, Addr status, Addr ip)
{
   UInt bytes = noPropose ? 12 : 16;
   if (!writable(status, bytes))
      return ERROR(VKI_EINVAL);
   Int* s = (Int*)status;
   Int  away = t->node != 0;
   *s++ = t->node;
   if (!noPropose)
      *s++ = t->proposed;
   *s++ = away ? 0 : -1;
   *s++ = away ? VG_(gettid)() : -1;
   kernelAccess(t, True, status, bytes, ip);
   return 0;
}

static ULong nodeInfo(Thread* t, Addr mine, Addr info, ULong third, Addr ip)
{
   UInt nodes = noPropose && third > 0 && third < MAX_NODES ? (UInt)third : MAX_NODES;
   if (!writable(mine, 4) || (info != 0 && !writable(info, nodes * 12)))
      return ERROR(VKI_EINVAL);
   *(Int*)mine = t->node;
   kernelAccess(t, True, mine, 4, ip);
   if (info != 0) {
      Int* i = (Int*)info;
      for (UInt n = 0; n < nodes; n++) {
         *i++ = (Int)n < pretendNodes;
         *i++ = 1; /* POPCORN_ARCH_X86 */
         *i++ = 0;
      }
      kernelAccess(t, True, info, nodes * 12, ip);
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
   UInt kind = popcornKind(g);
   if (kind == 0 || running == NULL)
      return 0;
   Thread* t = running;
   drain();
   cutSlice(t);
   Addr  ip = next - 2, to = next;
   ULong a[6] = { g->guest_RDI, g->guest_RSI, g->guest_RDX, 0, 0, 0 };
   ULong result;
   switch (kind) {
      case EVENT_MIGRATE:
         if (readable(a[1], IMAGE_BYTES))
            kernelAccess(t, False, a[1], IMAGE_BYTES, ip);
         result = migrate(t, g, (Int)a[0], a[1]);
         a[0] = (ULong)(Long)(Int)a[0];
         if (result == 0)
            to = *(Addr*)a[1];
         break;
      case EVENT_PROPOSE:
         a[0] = (ULong)(Long)(Int)a[0];
         a[1] = (ULong)(Long)(Int)a[1];
         if (!isNode(a[1]))
            result = ERROR(VKI_EINVAL);
         else {
            Thread* of = a[0] == 0 ? t : NULL;
            for (ThreadId i = 1; of == NULL && i < VG_N_THREADS; i++)
               if (threadOf[i] != NULL && threadOf[i]->lwp == (Int)a[0])
                  of = threadOf[i];
            result = of == NULL ? ERROR(VKI_ENOENT) : 0;
            if (of != NULL)
               of->proposed = (Int)a[1];
         }
         break;
      case EVENT_THREAD_STATUS:
         result = threadStatus(t, a[0], ip);
         break;
      default:
         result = nodeInfo(t, a[0], a[1], a[2], ip);
         break;
   }
   if (kind != EVENT_MIGRATE || result != 0) {
      g->guest_RAX = result;
      g->guest_RCX = next;
   }
   putEvent(t, kind, number, 0, a, (Long)result, 0, ip);
   return to;
}
