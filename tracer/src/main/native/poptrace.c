/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * poptrace: the capture tool of Popcorn Replay, a Valgrind tool. It cuts each thread's execution into
 * slices, gathers what the thread does to each page in a slice, and writes that with system calls,
 * synchronisation and address-space changes to a pipe. poptrace_wire.h describes the stream.
 */
#include "pub_tool_basics.h"
#include "pub_tool_aspacehl.h"
#include "pub_tool_aspacemgr.h"
#include "pub_tool_clreq.h"
#include "pub_tool_debuginfo.h"
#include "pub_tool_guest.h"
#include "pub_tool_libcassert.h"
#include "pub_tool_libcbase.h"
#include "pub_tool_libcfile.h"
#include "pub_tool_libcprint.h"
#include "pub_tool_libcproc.h"
#include "pub_tool_machine.h"
#include "pub_tool_mallocfree.h"
#include "pub_tool_options.h"
#include "pub_tool_stacktrace.h"
#include "pub_tool_threadstate.h"
#include "pub_tool_tooliface.h"
#include "pub_tool_vki.h"
#include "pub_tool_vkiscnums.h"

#include "poptrace_requests.h"
#include "poptrace_wire.h"

/* In libcoregrind, declared in no tool header: moves a descriptor out of the client's range. */
extern Int VG_(safe_fd)(Int oldfd);
/* Likewise: where the heap that brk moves begins. */
extern Addr VG_(brk_base);

#define PAGE_SHIFT 12
#define LINE_SHIFT 6
#define TABLE_BITS 12
#define TABLE_SIZE (1 << TABLE_BITS)
/* A slice ends early when its pages fill the table this far. */
#define TABLE_FULL (TABLE_SIZE / 2)
#define NO_PAGE (~0ULL)
/* Slices are cut between superblocks, which have at most 60 instructions. */
#define SLICE_MARGIN 64

/* ---- options ------------------------------------------------------------------------------ */

static Int clo_out_fd = -1;
static Long clo_slice = 10000;
static Bool clo_full = False;
static Int clo_pretend_nodes = 8;
static const HChar *clo_popcorn = "auto";

/* ---- threads -------------------------------------------------------------------------------- */

typedef struct {
   UInt number;                 /* never reused */
   ULong icount;                /* instructions executed */
   ULong slice_start;
   Bool alive;
   UInt used_count;
   UShort used[TABLE_SIZE];
   WireVisit table[TABLE_SIZE];
   /* the system call that is going on */
   WireEvent call;
   Bool in_call;
   ULong call_began_millis;
   UInt kernel_count, kernel_room;
   WireRange *kernel;
   /* a Popcorn call in disguise */
   Int popcorn;                 /* WIRE_EVENT_… of it, or 0 */
   Int popcorn_numbers;         /* first system call number of its family */
   ULong popcorn_arg[3];
   Addr popcorn_next;
   Int node;
   Int proposed;
   ULong clone_child_tid, clone_tls;
} Thread;

static Thread **threads;        /* by ThreadId */
static UInt next_number;
static Thread *now;             /* the running thread */
static ULong sb_base;           /* its instruction count at the start of the running superblock */
static ULong icount;            /* its instruction count, kept while it runs */
static ULong slice_end;         /* when its slice is over */
static ULong sequence;          /* of events */
static ULong total_reads, total_writes;

/* ---- output ---------------------------------------------------------------------------------- */

#define OUT_BYTES (1 << 18)
static UChar out[OUT_BYTES];
static UInt out_used;
static Bool out_broken;

static void out_flush(void)
{
   UInt done = 0;
   while (done < out_used && !out_broken) {
      Int n = VG_(write)(clo_out_fd, out + done, out_used - done);
      if (n > 0) done += n;
      else if (n != -VKI_EINTR && n != -VKI_EAGAIN) out_broken = True;
   }
   out_used = 0;
}

static void put(const void *data, UInt bytes)
{
   if (clo_out_fd < 0) return;
   if (out_used + bytes > OUT_BYTES) out_flush();
   VG_(memcpy)(out + out_used, data, bytes);
   out_used += bytes;
}

static void put_text(const HChar *text)
{
   UInt bytes = text ? VG_(strlen)(text) : 0;
   if (bytes > WIRE_MAX_TEXT) bytes = WIRE_MAX_TEXT;
   put(&bytes, sizeof bytes);
   if (bytes) put(text, bytes);
}

static void head(UInt type)
{
   put(&type, sizeof type);
}

/* ---- code addresses: each is described once, when it first occurs ---------------------------- */

static Addr *ip_set;
static UInt ip_set_bits = 14, ip_set_count;

static UInt ip_slot(Addr ip)
{
   UInt mask = (1u << ip_set_bits) - 1;
   UInt i = (UInt)((ip * 0x9E3779B97F4A7C15ULL) >> (64 - ip_set_bits));
   while (ip_set[i] != 0 && ip_set[i] != ip) i = (i + 1) & mask;
   return i;
}

static void describe(Addr ip)
{
   const HChar *function = NULL, *file = NULL, *folder = NULL, *image = NULL;
   UInt line = 0, i;
   DiEpoch epoch;
   if (ip == 0) return;
   i = ip_slot(ip);
   if (ip_set[i] == ip) return;
   ip_set[i] = ip;
   if (++ip_set_count * 2 > (1u << ip_set_bits)) {
      Addr *old = ip_set;
      UInt size = 1u << ip_set_bits, k;
      ip_set_bits++;
      ip_set = VG_(calloc)("poptrace.ips", 1u << ip_set_bits, sizeof(Addr));
      for (k = 0; k < size; k++)
         if (old[k]) ip_set[ip_slot(old[k])] = old[k];
      VG_(free)(old);
   }
   epoch = VG_(current_DiEpoch)();
   head(WIRE_CODE);
   put(&ip, sizeof ip);
   if (!VG_(get_fnname)(epoch, ip, &function)) function = NULL;
   put_text(function);
   if (!VG_(get_filename_linenum)(epoch, ip, &file, &folder, &line)) file = NULL, line = 0;
   put_text(file ? folder : NULL);
   put_text(file);
   put(&line, sizeof line);
   if (!VG_(get_objname)(epoch, ip, &image)) image = NULL;
   put_text(image);
}

/* ---- slices and visits ------------------------------------------------------------------------ */

static void begin_slice(Thread *t, ULong at)
{
   t->slice_start = at;
   if (t == now) slice_end = at + clo_slice - SLICE_MARGIN;
}

static void end_slice(Thread *t, ULong at)
{
   UInt i;
   WireSlice slice;
   if (t->used_count > 0) {
      for (i = 0; i < t->used_count; i++) {
         describe(t->table[t->used[i]].read_ip);
         describe(t->table[t->used[i]].write_ip);
      }
      slice.thread = t->number;
      slice.visits = t->used_count;
      slice.start = t->slice_start;
      slice.length = at - t->slice_start;
      head(WIRE_SLICE);
      put(&slice, sizeof slice);
      for (i = 0; i < t->used_count; i++) {
         WireVisit *v = &t->table[t->used[i]];
         put(v, sizeof *v);
         total_reads += v->reads;
         total_writes += v->writes;
         v->page = NO_PAGE;
      }
      t->used_count = 0;
   }
   begin_slice(t, at);
}

/* The instruction that executes now, where the superblock says it is the offset-th. */
static inline ULong at_instruction(UInt offset)
{
   return sb_base + offset;
}

static void cut(void)
{
   end_slice(now, icount);
}

static VG_REGPARM(0) void slice_is_over(void)
{
   cut();
}

static WireVisit *new_visit(ULong page, ULong position)
{
   WireVisit *v;
   UInt i;
   if (now->used_count >= TABLE_FULL) end_slice(now, position);
   i = (UInt)((page * 0x9E3779B97F4A7C15ULL) >> (64 - TABLE_BITS));
   while (now->table[i].page != NO_PAGE) {
      if (now->table[i].page == page) return &now->table[i];
      i = (i + 1) & (TABLE_SIZE - 1);
   }
   v = &now->table[i];
   VG_(memset)(v, 0, sizeof *v);
   v->page = page;
   v->first_read = v->first_write = -1;
   now->used[now->used_count++] = (UShort)i;
   return v;
}

static inline WireVisit *visit(ULong page, ULong position)
{
   UInt i = (UInt)((page * 0x9E3779B97F4A7C15ULL) >> (64 - TABLE_BITS));
   WireVisit *v = &now->table[i];
   return v->page == page ? v : new_visit(page, position);
}

/* Lines of one page that [from, to] touches, both in the page. */
static inline ULong lines(Addr from, Addr to)
{
   UInt low = (from >> LINE_SHIFT) & 63, high = (to >> LINE_SHIFT) & 63;
   return (~0ULL >> (63 - (high - low))) << low;
}

typedef struct {
   Addr ip;
   UInt bytes;
   UInt offset;                 /* instructions of the superblock before it */
   UInt kind;                   /* WIRE_ACCESS_… */
} Site;

static void put_access(Addr address, UInt bytes, const Site *site)
{
   WireAccess a;
   a.thread = now->number;
   a.bytes = bytes;
   a.instructions = at_instruction(site->offset);
   a.address = address;
   a.ip = site->ip;
   a.kind = site->kind;
   a.flags = 0;
   describe(site->ip);
   head(WIRE_ACCESS);
   put(&a, sizeof a);
   if (site->kind == WIRE_ACCESS_READ) total_reads++;
   else if (site->kind == WIRE_ACCESS_WRITE) total_writes++;
   else total_reads++, total_writes++;
}

static void read_part(Addr from, Addr to, const Site *site, UInt flags)
{
   ULong position = at_instruction(site->offset);
   WireVisit *v = visit(from >> PAGE_SHIFT, position);
   if (v->reads++ == 0) {
      v->first_read = (Int)(position - now->slice_start);
      v->read_ip = site->ip;
      if (v->writes == 0) v->flags |= flags;
   }
   v->read_lines |= lines(from, to);
}

static void write_part(Addr from, Addr to, const Site *site, UInt flags)
{
   ULong position = at_instruction(site->offset);
   WireVisit *v = visit(from >> PAGE_SHIFT, position);
   if (v->writes++ == 0) {
      v->first_write = (Int)(position - now->slice_start);
      v->write_ip = site->ip;
      v->flags |= flags & WIRE_VISIT_LOCKED;
      if ((flags & WIRE_VISIT_RMW) && v->first_read != v->first_write) flags = 0;
      v->flags |= flags & WIRE_VISIT_RMW;
   }
   v->write_lines |= lines(from, to);
}

/* Calls a part function for each page of a range. */
#define EACH_PAGE(part, address, bytes, site, flags)                                              \
   do {                                                                                          \
      Addr from_ = (address), last_ = from_ + (bytes) - 1;                                        \
      while ((from_ >> PAGE_SHIFT) != (last_ >> PAGE_SHIFT)) {                                    \
         part(from_, from_ | ((1UL << PAGE_SHIFT) - 1), site, flags);                             \
         from_ = (from_ | ((1UL << PAGE_SHIFT) - 1)) + 1;                                         \
      }                                                                                          \
      part(from_, last_, site, flags);                                                            \
   } while (0)

static VG_REGPARM(2) void on_read(Addr address, const Site *site)
{
   EACH_PAGE(read_part, address, site->bytes, site, 0);
}

static VG_REGPARM(2) void on_write(Addr address, const Site *site)
{
   EACH_PAGE(write_part, address, site->bytes, site, 0);
}

static VG_REGPARM(2) void on_read_write(Addr address, const Site *site)
{
   EACH_PAGE(read_part, address, site->bytes, site, 0);
   EACH_PAGE(write_part, address, site->bytes, site, WIRE_VISIT_RMW);
}

static VG_REGPARM(2) void on_access_full(Addr address, const Site *site)
{
   put_access(address, site->bytes, site);
}

static void put_event(WireEvent *e)
{
   describe(e->ip);
   head(WIRE_EVENT);
   put(e, sizeof *e);
}

static void new_event(WireEvent *e, UInt kind)
{
   VG_(memset)(e, 0, sizeof *e);
   e->kind = kind;
   e->thread = now->number;
   e->instructions = icount;
   e->sequence = sequence++;
}

static void end_plain_event(WireEvent *e);

static VG_REGPARM(3) void on_locked(Addr address, const Site *site, ULong failed)
{
   WireEvent e;
   if (clo_full) put_access(address, site->bytes, site);
   else {
      EACH_PAGE(read_part, address, site->bytes, site, 0);
      EACH_PAGE(write_part, address, site->bytes, site, WIRE_VISIT_LOCKED);
   }
   new_event(&e, WIRE_EVENT_ATOMIC);
   e.instructions = at_instruction(site->offset);
   e.object = address;
   e.a[0] = site->bytes;
   e.a[1] = failed & 1;
   e.ip = site->ip;
   end_plain_event(&e);
}

/* ---- instrumentation -------------------------------------------------------------------------- */

static Site *site_pool;
static UInt site_left;

static Site *new_site(Addr ip, UInt bytes, UInt offset, UInt kind)
{
   Site *s;
   if (site_left == 0) {
      site_left = 4096;
      site_pool = VG_(malloc)("poptrace.sites", site_left * sizeof(Site));
   }
   s = &site_pool[--site_left];
   s->ip = ip;
   s->bytes = bytes;
   s->offset = offset;
   s->kind = kind;
   return s;
}

static void add_access(IRSB *sb, IRExpr *address, Site *site, IRExpr *guard)
{
   void *helper = clo_full ? (void *)on_access_full
      : site->kind == WIRE_ACCESS_READ ? (void *)on_read
      : site->kind == WIRE_ACCESS_WRITE ? (void *)on_write : (void *)on_read_write;
   IRDirty *d = unsafeIRDirty_0_N(2, "poptrace_access", VG_(fnptr_to_fnentry)(helper),
                                  mkIRExprVec_2(address, mkIRExpr_HWord((HWord)site)));
   if (guard) d->guard = guard;
   addStmtToIRSB(sb, IRStmt_Dirty(d));
}

static void store_global(IRSB *sb, ULong *global, IRExpr *value)
{
   addStmtToIRSB(sb, IRStmt_Store(Iend_LE, mkIRExpr_HWord((HWord)global), value));
}

static IRTemp plus(IRSB *sb, IRTemp base, UInt n)
{
   IRTemp sum = newIRTemp(sb->tyenv, Ity_I64);
   addStmtToIRSB(sb, IRStmt_WrTmp(sum, IRExpr_Binop(Iop_Add64, IRExpr_RdTmp(base),
                                                    IRExpr_Const(IRConst_U64(n)))));
   return sum;
}

static Bool same_address(const IRExpr *a, const IRExpr *b)
{
   if (a->tag == Iex_RdTmp && b->tag == Iex_RdTmp) return a->Iex.RdTmp.tmp == b->Iex.RdTmp.tmp;
   if (a->tag == Iex_Const && b->tag == Iex_Const)
      return a->Iex.Const.con->Ico.U64 == b->Iex.Const.con->Ico.U64;
   return False;
}

/* What else the instruction that begins at statement i does to an address. */
static void same_instruction(const IRSB *sb, Int i, const IRExpr *address, Bool *stores, Bool *locks)
{
   *stores = *locks = False;
   for (i++; i < sb->stmts_used; i++) {
      const IRStmt *s = sb->stmts[i];
      if (s->tag == Ist_IMark) return;
      if (s->tag == Ist_Store && same_address(s->Ist.Store.addr, address)) *stores = True;
      if (s->tag == Ist_CAS && same_address(s->Ist.CAS.details->addr, address)) *locks = True;
   }
}

static void popcorn_gate(VexGuestAMD64State *guest, ULong next);

static IRSB *instrument(VgCallbackClosure *closure, IRSB *in, const VexGuestLayout *layout,
                        const VexGuestExtents *extents, const VexArchInfo *host, IRType guest_word,
                        IRType host_word)
{
   IRSB *sb;
   IRTemp base;
   IRDirty *d;
   Int i = 0;
   UInt count = 0;
   Addr ip = 0;
   const HChar *object;
   const IRExpr *merged = NULL;  /* address whose store is part of a read-modify-write */

   if (VG_(get_objname)(VG_(current_DiEpoch)(), closure->readdr, &object)
       && VG_(strstr)(object, "/vgpreload_"))
      return in;                 /* wrappers are not the program */

   sb = deepCopyIRSBExceptStmts(in);
   while (i < in->stmts_used && in->stmts[i]->tag != Ist_IMark) addStmtToIRSB(sb, in->stmts[i++]);

   base = newIRTemp(sb->tyenv, Ity_I64);
   addStmtToIRSB(sb, IRStmt_WrTmp(base, IRExpr_Load(Iend_LE, Ity_I64, mkIRExpr_HWord((HWord)&icount))));
   store_global(sb, &sb_base, IRExpr_RdTmp(base));
   if (!clo_full) {
      IRTemp limit = newIRTemp(sb->tyenv, Ity_I64), over = newIRTemp(sb->tyenv, Ity_I1);
      addStmtToIRSB(sb, IRStmt_WrTmp(limit, IRExpr_Load(Iend_LE, Ity_I64, mkIRExpr_HWord((HWord)&slice_end))));
      addStmtToIRSB(sb, IRStmt_WrTmp(over, IRExpr_Binop(Iop_CmpLE64U, IRExpr_RdTmp(limit), IRExpr_RdTmp(base))));
      d = unsafeIRDirty_0_N(0, "poptrace_slice", VG_(fnptr_to_fnentry)((void *)slice_is_over), mkIRExprVec_0());
      d->guard = IRExpr_RdTmp(over);
      addStmtToIRSB(sb, IRStmt_Dirty(d));
   }

   for (; i < in->stmts_used; i++) {
      IRStmt *s = in->stmts[i];
      Bool stores, locks;
      switch (s->tag) {
      case Ist_IMark:
         ip = s->Ist.IMark.addr;
         count++;
         merged = NULL;
         break;
      case Ist_WrTmp: {
         IRExpr *e = s->Ist.WrTmp.data;
         if (e->tag != Iex_Load) break;
         same_instruction(in, i, e->Iex.Load.addr, &stores, &locks);
         if (locks) break;       /* the compare-and-swap tells it */
         if (stores) merged = e->Iex.Load.addr;
         add_access(sb, e->Iex.Load.addr,
                    new_site(ip, sizeofIRType(e->Iex.Load.ty), count - 1, stores ? WIRE_ACCESS_RMW : WIRE_ACCESS_READ), NULL);
         break;
      }
      case Ist_LoadG: {
         IRLoadG *l = s->Ist.LoadG.details;
         IRType from, to;
         typeOfIRLoadGOp(l->cvt, &to, &from);
         add_access(sb, l->addr, new_site(ip, sizeofIRType(from), count - 1, WIRE_ACCESS_READ), l->guard);
         break;
      }
      case Ist_Store:
         if (merged && same_address(s->Ist.Store.addr, merged)) break;
         add_access(sb, s->Ist.Store.addr,
                    new_site(ip, sizeofIRType(typeOfIRExpr(in->tyenv, s->Ist.Store.data)), count - 1, WIRE_ACCESS_WRITE), NULL);
         break;
      case Ist_StoreG: {
         IRStoreG *g = s->Ist.StoreG.details;
         add_access(sb, g->addr, new_site(ip, sizeofIRType(typeOfIRExpr(in->tyenv, g->data)), count - 1, WIRE_ACCESS_WRITE), g->guard);
         break;
      }
      case Ist_Dirty: {
         IRDirty *x = s->Ist.Dirty.details;
         if (x->mFx == Ifx_None) break;
         add_access(sb, x->mAddr,
                    new_site(ip, x->mSize, count - 1,
                             x->mFx == Ifx_Read ? WIRE_ACCESS_READ : x->mFx == Ifx_Write ? WIRE_ACCESS_WRITE : WIRE_ACCESS_RMW),
                    x->guard);
         break;
      }
      case Ist_Exit:
         store_global(sb, &icount, IRExpr_RdTmp(plus(sb, base, count)));
         break;
      default:
         break;
      }
      addStmtToIRSB(sb, s);
      if (s->tag == Ist_CAS) {
         IRCAS *c = s->Ist.CAS.details;
         UInt bytes = sizeofIRType(typeOfIRExpr(in->tyenv, c->dataLo)) * (c->dataHi ? 2 : 1);
         IRDirty *l = unsafeIRDirty_0_N(3, "poptrace_locked", VG_(fnptr_to_fnentry)((void *)on_locked),
                                        mkIRExprVec_3(c->addr, mkIRExpr_HWord((HWord)new_site(ip, bytes, count - 1, WIRE_ACCESS_LOCKED)),
                                                      mkIRExpr_HWord(0)));
         addStmtToIRSB(sb, IRStmt_Dirty(l));
      }
   }
   store_global(sb, &icount, IRExpr_RdTmp(plus(sb, base, count)));

   if (in->jumpkind == Ijk_Sys_syscall) {
      /* May turn a Popcorn call into a harmless one before Valgrind sees it. */
      d = unsafeIRDirty_0_N(0, "poptrace_popcorn", VG_(fnptr_to_fnentry)((void *)popcorn_gate),
                            mkIRExprVec_2(IRExpr_GSPTR(), in->next));
      d->nFxState = 1;
      VG_(memset)(&d->fxState, 0, sizeof d->fxState);
      d->fxState[0].fx = Ifx_Modify;
      d->fxState[0].offset = offsetof(VexGuestAMD64State, guest_RAX);
      d->fxState[0].size = 8;
      addStmtToIRSB(sb, IRStmt_Dirty(d));
   }
   return sb;
}

/* ---- threads -------------------------------------------------------------------------------- */

static Thread *thread_of(ThreadId tid)
{
   return threads[tid];
}

static Thread *new_thread(ThreadId tid)
{
   Thread *t = threads[tid];
   UInt i;
   if (t == NULL) {
      t = VG_(calloc)("poptrace.thread", 1, sizeof *t);
      threads[tid] = t;
   } else {
      if (t->kernel) VG_(free)(t->kernel);
      VG_(memset)(t, 0, sizeof *t);
   }
   t->number = next_number++;
   t->proposed = -1;
   t->alive = True;
   for (i = 0; i < TABLE_SIZE; i++) t->table[i].page = NO_PAGE;
   return t;
}

static void put_thread(Thread *t, Int tid, Int parent, Addr low, Addr high, Bool start)
{
   WireThread w;
   VG_(memset)(&w, 0, sizeof w);
   w.thread = t->number;
   w.tid = tid;
   w.parent = parent;
   w.stack_low = low;
   w.stack_high = high;
   w.start = start ? sequence : 0;
   w.exit = start ? ~0ULL : sequence;
   w.instructions = t->icount;
   head(WIRE_THREAD);
   put(&w, sizeof w);
   put_text("");
}

static void end_event(WireEvent *e, Thread *t)
{
   UInt i;
   put_event(e);
   put(&t->kernel_count, sizeof t->kernel_count);
   for (i = 0; i < t->kernel_count; i++) put(&t->kernel[i], sizeof t->kernel[i]);
   t->kernel_count = 0;
}

/* An event that has no kernel ranges. */
static void end_plain_event(WireEvent *e)
{
   UInt none = 0;
   put_event(e);
   put(&none, sizeof none);
}

/* The thread that runs from here on. */
static void start_client_code(ThreadId tid, ULong blocks)
{
   Thread *t = thread_of(tid);
   if (t == NULL || t == now) return;
   now = t;
   icount = t->icount;
   slice_end = t->slice_start + clo_slice - SLICE_MARGIN;
}

static void stop_client_code(ThreadId tid, ULong blocks)
{
   if (now && now == thread_of(tid)) now->icount = icount;
}

static void switch_to(ThreadId tid)
{
   if (now && now != thread_of(tid)) now->icount = icount;
   start_client_code(tid, 0);
}

static void initial_maps(Addr sp);

static void thread_created(ThreadId parent, ThreadId child)
{
   Thread *t;
   if (parent == VG_INVALID_THREADID) return;   /* the main thread: see first_instruction */
   t = new_thread(child);
   t->clone_child_tid = threads[parent]->clone_child_tid;
   {
      WireEvent e;
      switch_to(parent);
      cut();
      new_event(&e, WIRE_EVENT_THREAD_CREATE);
      e.a[0] = t->number;
      e.object = threads[parent]->clone_tls;
      end_plain_event(&e);
      threads[parent]->call.sequence = sequence++; /* the clone ends after that */
      put_thread(t, 0, threads[parent]->number, 0, 0, True);
   }
}

static void first_instruction(ThreadId tid)
{
   WireEvent e;
   Thread *t = threads[tid];
   if (t == NULL || !t->alive) {
      t = new_thread(tid);
      initial_maps(VG_(get_SP)(tid));
      put_thread(t, VG_(gettid)(), -1, VG_(thread_get_stack_max)(tid) - VG_(thread_get_stack_size)(tid) + 1,
                 VG_(thread_get_stack_max)(tid) + 1, True);
   }
   switch_to(tid);
   begin_slice(t, 0);
   new_event(&e, WIRE_EVENT_THREAD_START);
   e.a[0] = -1;
   e.a[1] = VG_(gettid)();
   e.a[3] = VG_(get_SP)(tid);
   e.object = t->clone_child_tid;
   end_plain_event(&e);
}

static void thread_exits(ThreadId tid)
{
   WireEvent e;
   Thread *t = threads[tid];
   switch_to(tid);
   cut();
   if (t->in_call) {            /* exit or exit_group never returns */
      t->in_call = False;
      end_event(&t->call, t);
   }
   new_event(&e, WIRE_EVENT_THREAD_EXIT);
   end_plain_event(&e);
   t->icount = icount;
   put_thread(t, 0, -1, 0, 0, False);
   t->alive = False;
}

/* ---- the kernel's own accesses ---------------------------------------------------------------- */

static void kernel_range(ThreadId tid, Addr address, SizeT bytes, UInt write)
{
   Thread *t = thread_of(tid);
   WireRange *r;
   if (t == NULL || !t->in_call || t->popcorn || bytes == 0) return;
   if (t->kernel_count == t->kernel_room) {
      t->kernel_room = t->kernel_room ? 2 * t->kernel_room : 16;
      t->kernel = VG_(realloc)("poptrace.kernel", t->kernel, t->kernel_room * sizeof *t->kernel);
   }
   r = &t->kernel[t->kernel_count++];
   r->address = address;
   r->bytes = bytes;
   r->write = write;
   r->unused = 0;
}

static void kernel_reads(CorePart part, ThreadId tid, const HChar *s, Addr address, SizeT bytes)
{
   if (part == Vg_CoreSysCall) kernel_range(tid, address, bytes, 0);
}

static void kernel_reads_text(CorePart part, ThreadId tid, const HChar *s, Addr address)
{
   if (part == Vg_CoreSysCall && VG_(am_is_valid_for_client)(address, 1, VKI_PROT_READ))
      kernel_range(tid, address, VG_(strlen)((const HChar *)address) + 1, 0);
}

static void kernel_wrote(CorePart part, ThreadId tid, Addr address, SizeT bytes)
{
   if (part == Vg_CoreSysCall) kernel_range(tid, address, bytes, 1);
}

/* ---- address space ------------------------------------------------------------------------------ */

static void put_map(UInt op, ULong at, Addr start, SizeT length, UInt prot, UInt flags, ULong offset, const HChar *file)
{
   WireMap m;
   m.sequence = at;
   m.thread = now ? now->number : 0;
   m.op = op;
   m.start = start;
   m.length = length;
   m.prot = prot;
   m.flags = flags;
   m.offset = offset;
   head(WIRE_MAP);
   put(&m, sizeof m);
   put_text(file);
}

static UInt prot_of(const NSegment *s)
{
   /* Valgrind makes heap and stack executable, which the kernel does not. */
   Bool executes = s->hasX && !(s->hasW && s->kind == SkAnonC);
   return (s->hasR ? VKI_PROT_READ : 0) | (s->hasW ? VKI_PROT_WRITE : 0) | (executes ? VKI_PROT_EXEC : 0);
}

static Addr brk_now;             /* where the heap ends */

/* At exec the kernel makes the stack's VMA this much longer than what it put there (fs/exec.c,
   setup_arg_pages: stack_expand). Valgrind's segment is shorter and grows otherwise. */
#define STACK_EXPAND 131072
#define MAP_GROWSDOWN 0x100

static void put_segment(UInt op, const NSegment *s, Addr sp)
{
   const HChar *file = s->kind == SkFileC ? VG_(am_get_filename)(s) : NULL;
   if (s->kind != SkFileC && s->kind != SkAnonC && s->kind != SkShmC) return;
   /* The capture tool's own mappings are not the program's. */
   if (file && VG_(strstr)(file, "poptrace-amd64-linux")) return;
   if (s->start <= sp && sp <= s->end) {
      Addr start = VG_PGROUNDDN(sp) - STACK_EXPAND;
      put_map(op, ~0ULL, start, s->end + 1 - start, prot_of(s), VKI_MAP_ANONYMOUS | VKI_MAP_PRIVATE | MAP_GROWSDOWN, 0, "[stack]");
      return;
   }
   if (s->kind == SkAnonC && s->start == VG_(brk_base)) {
      /* Valgrind maps the first page of the heap in advance; for the kernel it is empty. */
      brk_now = VG_(brk_base);
      put_map(op, ~0ULL, s->start, 0, prot_of(s), VKI_MAP_ANONYMOUS | VKI_MAP_PRIVATE, 0, "[heap]");
      return;
   }
   put_map(op, ~0ULL, s->start, s->end - s->start + 1, prot_of(s),
           (s->kind == SkFileC ? 0 : VKI_MAP_ANONYMOUS) | VKI_MAP_PRIVATE, s->offset, file);
}

static void initial_maps(Addr sp)
{
   Int n, i;
   Addr *starts = VG_(get_segment_starts)(SkFileC | SkAnonC | SkShmC, &n);
   for (i = 0; i < n; i++) put_segment(WIRE_MAP_INITIAL, VG_(am_find_nsegment)(starts[i]), sp);
   VG_(free)(starts);
}

/* ---- system calls ------------------------------------------------------------------------------- */

static UInt kind_of(UInt number)
{
   switch (number) {
   case __NR_mmap: case __NR_munmap: case __NR_mprotect: case __NR_mremap: case __NR_brk: case __NR_madvise:
      return WIRE_EVENT_VMA;
   case __NR_futex:
      return WIRE_EVENT_FUTEX;
   case __NR_exit_group:
      return WIRE_EVENT_PROCESS_EXIT;
   default:
      return WIRE_EVENT_SYSCALL;
   }
}

static ULong nanos_of(Addr timespec)
{
   struct vki_timespec *t = (struct vki_timespec *)timespec;
   if (timespec == 0 || !VG_(am_is_valid_for_client)(timespec, sizeof *t, VKI_PROT_READ)) return ~0ULL;
   return (ULong)t->tv_sec * 1000000000ULL + t->tv_nsec;
}

static void before_call(ThreadId tid, UInt number, UWord *args, UInt count)
{
   Thread *t = thread_of(tid);
   WireEvent *e = &t->call;
   UInt i;
   switch_to(tid);
   cut();
   new_event(e, t->popcorn ? (UInt)t->popcorn : kind_of(number));
   e->ip = VG_(get_IP)(tid);
   e->code = number;
   for (i = 0; i < 6 && i < count; i++) e->a[i] = args[i];
   if (number == __NR_futex) {
      e->object = args[0];
      e->a[0] = args[1];
      e->a[1] = args[2];
      e->a[2] = (args[1] & 127) == 0 || (args[1] & 127) == 9 ? nanos_of(args[3]) : args[3];
      e->a[3] = args[4];
      e->a[4] = args[3];
      e->a[5] = args[5];
   } else if (number == __NR_nanosleep) {
      e->nanos = nanos_of(args[0]);
   } else if (number == __NR_clock_nanosleep) {
      e->nanos = (args[1] & 1) ? 0 : nanos_of(args[2]);
   } else if (number == __NR_clone) {
      t->clone_child_tid = (args[0] & 0x200000) ? args[3] : 0;
      t->clone_tls = args[4];
   } else if (number == __NR_exit || number == __NR_exit_group) {
      e->a[0] = args[0];
   }
   t->in_call = True;
   t->kernel_count = 0;
   t->call_began_millis = VG_(read_millisecond_timer)();
   t->icount = icount;
}

static void map_effect(Thread *t, const WireEvent *e, SysRes res)
{
   Addr result = sr_Res(res);
   if (sr_isError(res)) return;
   switch (e->code) {
   case __NR_mmap: {
      const NSegment *s = VG_(am_find_nsegment)(result);
      put_map(WIRE_MAP_MMAP, e->sequence, result, VG_PGROUNDUP(e->a[1]), e->a[2], e->a[3], e->a[5],
              s && s->kind == SkFileC ? VG_(am_get_filename)(s) : NULL);
      break;
   }
   case __NR_munmap:
      put_map(WIRE_MAP_MUNMAP, e->sequence, e->a[0], VG_PGROUNDUP(e->a[1]), 0, 0, 0, NULL);
      break;
   case __NR_mprotect:
      put_map(WIRE_MAP_MPROTECT, e->sequence, e->a[0], VG_PGROUNDUP(e->a[1]), e->a[2], 0, 0, NULL);
      break;
   case __NR_mremap:
      put_map(WIRE_MAP_MREMAP, e->sequence, result, VG_PGROUNDUP(e->a[2]), 0, 0, e->a[0], NULL);
      break;
   case __NR_madvise:
      put_map(WIRE_MAP_MADVISE, e->sequence, e->a[0], VG_PGROUNDUP(e->a[1]), 0, e->a[2], 0, NULL);
      break;
   case __NR_brk:
      if (brk_now && result != brk_now)
         put_map(WIRE_MAP_BRK, e->sequence, brk_now, result - brk_now, VKI_PROT_READ | VKI_PROT_WRITE, VKI_MAP_ANONYMOUS | VKI_MAP_PRIVATE, 0, "[heap]");
      brk_now = result;
      break;
   }
}

static void popcorn_result(ThreadId tid, Thread *t);

static void after_call(ThreadId tid, UInt number, UWord *args, UInt count, SysRes res)
{
   Thread *t = thread_of(tid);
   WireEvent *e = &t->call;
   switch_to(tid);
   if (!t->in_call) return;
   t->in_call = False;
   e->result = sr_isError(res) ? -(Long)sr_Err(res) : (Long)sr_Res(res);
   if (e->nanos == 0) e->nanos = (ULong)(VG_(read_millisecond_timer)() - t->call_began_millis) * 1000000ULL;
   if (t->popcorn) popcorn_result(tid, t);
   if (e->kind == WIRE_EVENT_VMA) map_effect(t, e, res);
   if (number == __NR_set_tid_address) t->clone_child_tid = e->object = args[0];
   end_event(e, t);
}

/* ---- Popcorn's system calls ----------------------------------------------------------------------- */

/* The registers in the image that popcorn_migrate takes, x86-64. */
#define IMAGE_BYTES 624
#define IMAGE_FLAGS 616
static const PtrdiffT image_register[16] = {
   offsetof(VexGuestAMD64State, guest_RAX), offsetof(VexGuestAMD64State, guest_RDX), offsetof(VexGuestAMD64State, guest_RCX),
   offsetof(VexGuestAMD64State, guest_RBX), offsetof(VexGuestAMD64State, guest_RSI), offsetof(VexGuestAMD64State, guest_RDI),
   offsetof(VexGuestAMD64State, guest_RBP), offsetof(VexGuestAMD64State, guest_RSP), offsetof(VexGuestAMD64State, guest_R8),
   offsetof(VexGuestAMD64State, guest_R9), offsetof(VexGuestAMD64State, guest_R10), offsetof(VexGuestAMD64State, guest_R11),
   offsetof(VexGuestAMD64State, guest_R12), offsetof(VexGuestAMD64State, guest_R13), offsetof(VexGuestAMD64State, guest_R14),
   offsetof(VexGuestAMD64State, guest_R15)};

/* Small negative 32-bit numbers are not pointers: AT_FDCWD is one. */
static Bool is_pointer(ULong x) { return x >= 0x10000 && x < 0x800000000000ULL && (x >> 16) != 0xffff; }
static Bool is_node(ULong x) { Int n = (Int)x; return n >= -64 && n <= 4096; }

/* Which Popcorn call a system call can only be, or 0. The numbers are taken on newer kernels by pidfd_open,
   clone3, close_range and openat2, and on older ones by pkey_alloc, pkey_free and statx. */
static Int popcorn_kind(ULong number, ULong a, ULong b)
{
   Bool on = VG_STREQ(clo_popcorn, "on");
   switch (number) {
   case 434: case 330:
      return is_node(a) && is_pointer(b) ? WIRE_EVENT_MIGRATE : 0;
   case 435:
      if (is_pointer(a)) return 0;  /* clone3 */
      return is_node(b) ? WIRE_EVENT_PROPOSE : 0;
   case 331:
      return on && !is_pointer(a) && is_node(b) ? WIRE_EVENT_PROPOSE : 0;
   case 436: case 332:
      return is_pointer(a) ? WIRE_EVENT_THREAD_STATUS : 0;
   case 437: case 333:
      return is_pointer(a) && is_pointer(b) ? WIRE_EVENT_NODE_INFO : 0;
   }
   return 0;
}

/* Runs in front of every system call of the program. A Popcorn call becomes a getpid, whose end
   popcorn_result replaces. */
static void popcorn_gate(VexGuestAMD64State *guest, ULong next)
{
   Int kind = 0;
   if (!VG_STREQ(clo_popcorn, "off")) kind = popcorn_kind(guest->guest_RAX, guest->guest_RDI, guest->guest_RSI);
   now->popcorn = kind;
   if (kind == 0) return;
   now->popcorn_arg[0] = guest->guest_RDI;
   now->popcorn_arg[1] = guest->guest_RSI;
   now->popcorn_arg[2] = guest->guest_RAX;
   now->popcorn_next = next;
   guest->guest_RAX = __NR_getpid;
}

static void set_register(ThreadId tid, PtrdiffT offset, ULong value)
{
   VG_(set_shadow_regs_area)(tid, 0, offset, sizeof value, (const UChar *)&value);
}

static Bool writable(Addr a, SizeT bytes)
{
   return VG_(am_is_valid_for_client)(a, bytes, VKI_PROT_WRITE);
}

static Long popcorn_call(ThreadId tid, Thread *t, Int kind)
{
   Addr pointer = t->popcorn_arg[1];
   switch (kind) {
   case WIRE_EVENT_MIGRATE: {
      Int nid = (Int)t->popcorn_arg[0], i;
      if (nid == -1) nid = t->proposed;
      if (nid < 0 || nid >= 32) return -VKI_EINVAL;
      if (nid == t->node) return -VKI_EBUSY;
      if (nid >= clo_pretend_nodes) return -VKI_EAGAIN;
      if (!VG_(am_is_valid_for_client)(pointer, IMAGE_BYTES, VKI_PROT_READ)) return -VKI_EINVAL;
      t->popcorn_numbers = 0;
      kernel_range(tid, pointer, IMAGE_BYTES, 0);
      for (i = 0; i < 16; i++) set_register(tid, image_register[i], ((ULong *)pointer)[1 + i]);
      set_register(tid, offsetof(VexGuestAMD64State, guest_CC_OP), 0);
      set_register(tid, offsetof(VexGuestAMD64State, guest_CC_DEP1), *(ULong *)(pointer + IMAGE_FLAGS) & 0x8d5);
      set_register(tid, offsetof(VexGuestAMD64State, guest_CC_DEP2), 0);
      set_register(tid, offsetof(VexGuestAMD64State, guest_CC_NDEP), 0);
      set_register(tid, offsetof(VexGuestAMD64State, guest_RIP), *(ULong *)pointer);
      t->node = nid;
      t->proposed = -1;
      return 0;
   }
   case WIRE_EVENT_PROPOSE: {
      Int pid = (Int)t->popcorn_arg[0], nid = (Int)t->popcorn_arg[1];
      if (nid < -1 || nid >= 32) return -VKI_EINVAL;
      if (pid != 0 && pid != VG_(gettid)()) return -VKI_ENOENT;
      t->proposed = nid;
      return 0;
   }
   case WIRE_EVENT_THREAD_STATUS: {
      Int *status = (Int *)t->popcorn_arg[0];
      if (!writable((Addr)status, 4 * sizeof(Int))) return -VKI_EINVAL;
      status[0] = t->node;
      status[1] = t->proposed;
      status[2] = t->node;
      status[3] = t->node ? VG_(getpid)() : -1;
      kernel_range(tid, (Addr)status, 4 * sizeof(Int), 1);
      return 0;
   }
   default: {
      Int *mine = (Int *)t->popcorn_arg[0], *info = (Int *)pointer, i;
      if (!writable((Addr)mine, sizeof(Int)) || !writable((Addr)info, 32 * 3 * sizeof(Int))) return -VKI_EINVAL;
      *mine = t->node;
      for (i = 0; i < 32; i++) {
         info[3 * i] = i < clo_pretend_nodes;
         info[3 * i + 1] = i < clo_pretend_nodes ? 1 : -1;
         info[3 * i + 2] = 0;
      }
      kernel_range(tid, (Addr)mine, sizeof(Int), 1);
      kernel_range(tid, (Addr)info, 32 * 3 * sizeof(Int), 1);
      return 0;
   }
   }
}

static void popcorn_result(ThreadId tid, Thread *t)
{
   WireEvent *e = &t->call;
   Int kind = t->popcorn;
   Long result;
   t->popcorn = 0;
   t->in_call = True;           /* kernel_range takes what the real call would touch */
   result = popcorn_call(tid, t, kind);
   t->in_call = False;
   if (!(kind == WIRE_EVENT_MIGRATE && result == 0)) set_register(tid, offsetof(VexGuestAMD64State, guest_RAX), result);
   e->code = (UInt)t->popcorn_arg[2];
   e->a[0] = (Long)(Int)t->popcorn_arg[0];
   e->a[1] = t->popcorn_arg[1];
   e->result = result;
   e->nanos = 0;
}

/* ---- what the wrappers tell ----------------------------------------------------------------------- */

static UInt heap_blocks, stack_count;

static Bool client_request(ThreadId tid, UWord *args, UWord *ret)
{
   WireEvent e;
   if (!VG_IS_TOOL_USERREQ('P', 'T', args[0])) return False;
   *ret = 0;
   switch_to(tid);
   switch (args[0]) {
   case POPTRACE_ENTER:
   case POPTRACE_EXIT:
      cut();
      new_event(&e, args[0] == POPTRACE_ENTER ? WIRE_EVENT_SYNC_ENTER : WIRE_EVENT_SYNC_EXIT);
      e.code = args[1];
      e.object = args[2];
      e.a[0] = args[3];
      e.result = args[0] == POPTRACE_EXIT ? args[4] : 0;
      if (args[0] == POPTRACE_ENTER) {
         Addr ips[4];
         UInt n = VG_(get_StackTrace)(tid, ips, 2, NULL, NULL, 0);
         e.ip = n > 1 ? ips[1] : 0;
      }
      end_plain_event(&e);
      return True;
   case POPTRACE_ALLOC: {
      Addr ips[12];
      ULong wide;
      UInt n = VG_(get_StackTrace)(tid, ips, 12, NULL, NULL, 0), i, type, depth;
      type = WIRE_STACK;
      depth = n > 0 ? n - 1 : 0; /* without the wrapper itself */
      for (i = 1; i < n; i++) describe(ips[i]);
      put(&type, sizeof type);
      put(&stack_count, sizeof stack_count);
      put(&depth, sizeof depth);
      for (i = 1; i < n; i++) {
         wide = ips[i];
         put(&wide, sizeof wide);
      }
      new_event(&e, WIRE_EVENT_HEAP_ALLOC);
      e.object = args[1];
      e.a[0] = args[2];
      e.a[1] = heap_blocks++;
      e.a[2] = stack_count++;
      e.ip = n > 1 ? ips[1] : 0;
      end_plain_event(&e);
      return True;
   }
   case POPTRACE_FREE:
      new_event(&e, WIRE_EVENT_HEAP_FREE);
      e.object = args[1];
      end_plain_event(&e);
      return True;
   }
   return False;
}

/* ---- start and end ----------------------------------------------------------------------------------- */

static Bool option(const HChar *arg)
{
   if (VG_INT_CLO(arg, "--out-fd", clo_out_fd)) return True;
   if (VG_BINT_CLO(arg, "--slice", clo_slice, 128, 1000000000)) return True;
   if (VG_BINT_CLO(arg, "--pretend-nodes", clo_pretend_nodes, 1, 1024)) return True;
   if (VG_BOOL_CLO(arg, "--full", clo_full)) return True;
   if (VG_STR_CLO(arg, "--popcorn", clo_popcorn)) return True;
   return False;
}

static void usage(void)
{
   VG_(printf)("    --out-fd=N --slice=N --full=no|yes --popcorn=auto|on|off --pretend-nodes=N\n");
}

static void debug_usage(void)
{
}

static void in_child(ThreadId tid)
{
   clo_out_fd = -1;             /* the child of a fork is not in this trace */
   out_used = 0;
}

static void post_clo_init(void)
{
   ULong magic = WIRE_MAGIC, slice = clo_slice;
   Int pid = VG_(getpid)();
   UInt full = clo_full;
   if (clo_out_fd >= 0) clo_out_fd = VG_(safe_fd)(clo_out_fd);
   threads = VG_(calloc)("poptrace.threads", VG_N_THREADS, sizeof *threads);
   ip_set = VG_(calloc)("poptrace.ips", 1u << ip_set_bits, sizeof(Addr));
   head(WIRE_HELLO);
   put(&magic, sizeof magic);
   put(&pid, sizeof pid);
   put(&slice, sizeof slice);
   put(&full, sizeof full);
   put(&clo_pretend_nodes, sizeof clo_pretend_nodes);
   VG_(atfork)(NULL, NULL, in_child);
}

static void fini(Int code)
{
   head(WIRE_END);
   put(&code, sizeof code);
   put(&total_reads, sizeof total_reads);
   put(&total_writes, sizeof total_writes);
   out_flush();
}

static void pre_clo_init(void)
{
   VG_(details_name)("poptrace");
   VG_(details_version)(NULL);
   VG_(details_description)("the capture tool of Popcorn Replay");
   VG_(details_copyright_author)("Copyright (C) 2026, the Popcorn Replay authors. GPL-2.0-or-later.");
   VG_(details_bug_reports_to)("the Popcorn Replay authors");
   VG_(basic_tool_funcs)(post_clo_init, instrument, fini);
   VG_(needs_command_line_options)(option, usage, debug_usage);
   VG_(needs_syscall_wrapper)(before_call, after_call);
   VG_(needs_client_requests)(client_request);
   VG_(track_start_client_code)(start_client_code);
   VG_(track_stop_client_code)(stop_client_code);
   VG_(track_pre_thread_ll_create)(thread_created);
   VG_(track_pre_thread_first_insn)(first_instruction);
   VG_(track_pre_thread_ll_exit)(thread_exits);
   VG_(track_pre_mem_read)(kernel_reads);
   VG_(track_pre_mem_read_asciiz)(kernel_reads_text);
   VG_(track_post_mem_write)(kernel_wrote);
}

VG_DETERMINE_INTERFACE_VERSION(pre_clo_init)
