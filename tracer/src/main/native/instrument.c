/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes translated code tell what it does. A block is divided into segments, which are executed as
   a whole: they end at exits.

   Visits: at the end of a segment its code looks for the page of each group of accesses in the
   table and adds their lines and their number to the entry there; C is called where the page is not
   there. What a slice has left is counted down at each exit, and looked at at a block's start.

   Full detail: a segment logs one word that names it (its descriptor says how many instructions and
   which accesses it has) and one word for each root of an address: a value from which the addresses
   of several accesses follow by adding constants. Addresses that are constant log nothing. */

#include "capture.h"

#include "libvex_guest_amd64.h"

#define MAX_MEMBERS 256
#define MAX_ROOTS 200
#define MAX_PARTS 8
#define REACH 256 /* bytes from the first to the last one of a group at most: longer ones cross pages more often */
#define NARROW 8 /* a group of at most as many bytes names one line */

typedef struct {
   Bool constant;
   IRTemp temp;
   Long offset;
} Place; /* of an address: temp + offset, or the constant offset */

/* Bytes of a group that touch at most two lines, which the first and the last byte name exactly. */
typedef struct {
   UInt from, last; /* distances from the group's first byte */
} Part;

typedef struct {
   UInt n;
   Part part[MAX_PARTS];
} Parts;

/* Descriptors of a block, freed with its translation. */
typedef struct Held {
   struct Held* next;
   ULong        aligns;
} Held;

typedef struct {
   VgHashNode node; /* by the block's address */
   Held*      held;
} HeldBy;

static VgHashTable* holders;

typedef struct {
   IRSB*    out;
   Held*    held;
   Place*   placeOf;       /* by temp */
   IRTemp   cursor;        /* value of logCursor at the last check */
   UInt     logged;        /* words logged since then */
   UInt     left;          /* counted instructions of the block from here */
   Bool     mayCut;        /* no instruction of the block was logged yet */
   Bool     counted;       /* the instruction is one of the program's own */
   UInt     invented;      /* accesses that only the translation makes: bits by ACCESS_… */
   Addr     ip;
   UInt     uncommitted;   /* visits: instructions since the last commit */
   /* the open segment */
   Bool     open;
   Segment* segment;       /* full detail: its descriptor */
   Int      before;        /* visits: instructions between the last commit and the segment */
   UInt     instructions;
   UInt     header;        /* words logged before its header */
   UInt     nMembers, nRoots;
   Member   members[MAX_MEMBERS];
   IRTemp   roots[MAX_ROOTS];
} Block;

/* ---------------------------------------------------------------- our own code in the program */

static Addr ourLow, ourHigh; /* text of the preloaded wrappers */

Bool isOurCode(Addr a)
{
   if (a >= ourLow && a < ourHigh)
      return True;
   if (ourHigh != 0)
      return False;
   const NSegment* segment = VG_(am_find_nsegment)(a);
   const HChar*    name = segment == NULL ? NULL : VG_(am_get_filename)(segment);
   if (name == NULL || VG_(strstr)(name, "/vgpreload_poptrace") == NULL)
      return False;
   ourLow = segment->start;
   ourHigh = segment->end + 1;
   return True;
}

/* ---------------------------------------------------------------- small things of the IR */

static IRExpr* tempOf(Block* b, IRType type, IRExpr* e)
{
   IRTemp t = newIRTemp(b->out->tyenv, type);
   addStmtToIRSB(b->out, IRStmt_WrTmp(t, e));
   return IRExpr_RdTmp(t);
}

static IRExpr* word(ULong value)
{
   return IRExpr_Const(IRConst_U64(value));
}

static void logWord(Block* b, UInt index, IRExpr* value)
{
   IRExpr* at = tempOf(b, Ity_I64, IRExpr_Binop(Iop_Add64, IRExpr_RdTmp(b->cursor), word(index * 8)));
   addStmtToIRSB(b->out, IRStmt_Store(Iend_LE, at, value));
}

static IRTemp loadCursor(Block* b)
{
   IRTemp t = newIRTemp(b->out->tyenv, Ity_I64);
   addStmtToIRSB(b->out, IRStmt_WrTmp(t, IRExpr_Load(Iend_LE, Ity_I64, word((Addr)&logCursor))));
   return t;
}

/* A call that may end the thread's turn. */
static IRDirty* turnCall(const HChar* name, void* function, IRExpr* guard)
{
   IRDirty* call = unsafeIRDirty_0_N(0, name, VG_(fnptr_to_fnentry)(function), mkIRExprVec_0());
   call->guard = guard;
   call->nFxState = 2;
   VG_(memset)(&call->fxState, 0, sizeof(call->fxState));
   call->fxState[0].fx = Ifx_Write;
   call->fxState[0].offset = offsetof(VexGuestAMD64State, host_EvC_COUNTER);
   call->fxState[0].size = 4;
   call->fxState[1].fx = Ifx_Modify;
   call->fxState[1].offset = SLICE_LEFT;
   call->fxState[1].size = 8;
   return call;
}

/* Room for what follows: takes the log to its end where it is nearly full. */
static void checkRoom(Block* b)
{
   IRTemp  t = loadCursor(b);
   IRExpr* full = tempOf(b, Ity_I1,
                         IRExpr_Binop(Iop_CmpLT64U, word((Addr)(logWords + LOG_WORDS)),
                                      IRExpr_RdTmp(t)));
   addStmtToIRSB(b->out, IRStmt_Dirty(turnCall("logFull", &logFull, full)));
   b->cursor = loadCursor(b);
   b->logged = 0;
}

/* Room for a descriptor, as long as the block's translation lives. */
static void* hold(Block* b, SizeT bytes)
{
   Held* h = VG_(calloc)("capture.held", 1, sizeof(Held) + bytes);
   h->next = b->held;
   b->held = h;
   return h + 1;
}

static void commit(Block* b)
{
   if (fullDetail) {
      if (b->logged == 0)
         return;
      IRExpr* at = tempOf(b, Ity_I64,
                          IRExpr_Binop(Iop_Add64, IRExpr_RdTmp(b->cursor), word(b->logged * 8)));
      addStmtToIRSB(b->out, IRStmt_Store(Iend_LE, word((Addr)&logCursor), at));
      return;
   }
   if (b->uncommitted == 0)
      return;
   IRExpr* left = tempOf(b, Ity_I64, IRExpr_Get(SLICE_LEFT, Ity_I64));
   left = tempOf(b, Ity_I64, IRExpr_Binop(Iop_Sub64, left, word(b->uncommitted)));
   addStmtToIRSB(b->out, IRStmt_Put(SLICE_LEFT, left));
   b->uncommitted = 0;
}

/* Visits: cuts the slice where the block may not fit into what it has left. */
static void checkSlice(Block* b)
{
   IRExpr* left = tempOf(b, Ity_I64, IRExpr_Get(SLICE_LEFT, Ity_I64));
   IRExpr* full = tempOf(b, Ity_I1, IRExpr_Binop(Iop_CmpLT64S, left, word(b->left)));
   addStmtToIRSB(b->out, IRStmt_Dirty(turnCall("sliceFull", &sliceFull, full)));
}

/* ---------------------------------------------------------------- segments */

static void openSegment(Block* b)
{
   b->open = False;
   b->segment = NULL;
   b->instructions = 0;
   b->nMembers = b->nRoots = 0;
}

/* Full detail: the header is logged with the first thing that the segment holds. */
static void begin(Block* b)
{
   if (b->open)
      return;
   b->open = True;
   b->before = b->uncommitted;
   if (!fullDetail)
      return;
   if (b->logged > LOG_MARGIN - MAX_ROOTS - 8) {
      commit(b);
      checkRoom(b);
   }
   b->segment = hold(b, sizeof(Segment));
   b->header = b->logged++;
   logWord(b, b->header, word((Addr)b->segment));
   b->segment->need = b->mayCut ? b->left : 0;
   b->mayCut = False;
}

static Int byPlace(const void* x, const void* y)
{
   const Member *a = x, *b = y;
   if (a->root != b->root)
      return a->root < b->root ? -1 : 1;
   if (a->offset != b->offset)
      return a->offset < b->offset ? -1 : 1;
   return 0;
}

static IRExpr* plus(Block* b, IRExpr* e, Long by)
{
   return by == 0 ? e : tempOf(b, Ity_I64, IRExpr_Binop(Iop_Add64, e, word((ULong)by)));
}

static IRExpr* binary(Block* b, IROp op, IRExpr* x, IRExpr* y)
{
   return tempOf(b, Ity_I64, IRExpr_Binop(op, x, y));
}

/* Bits of lines that a visit has named already: reads and writes of a structure often begin with the same one. */
typedef struct {
   UInt    distance; /* of the byte, from the group's first one */
   IRExpr* bit;
} NamedLine;

typedef struct {
   IRExpr*   a;    /* address of the first byte */
   IRExpr*   line; /* a >> 6 */
   UInt      n;
   NamedLine named[4 * MAX_PARTS];
} NamedLines;

static IRExpr* lineOf(Block* b, IRExpr* a)
{
   return binary(b, Iop_Shr64, a, IRExpr_Const(IRConst_U8(6)));
}

/* The bit of the line in which a byte lies. The processor shifts by the amount modulo 64, which is what is wanted, so nothing
   is masked here. */
static IRExpr* lineBit(Block* b, NamedLines* lines, UInt distance)
{
   for (UInt i = 0; i < lines->n; i++)
      if (lines->named[i].distance == distance)
         return lines->named[i].bit;
   IRExpr*    line = distance == 0 ? lines->line : lineOf(b, plus(b, lines->a, distance));
   IRExpr*    in = tempOf(b, Ity_I8, IRExpr_Unop(Iop_64to8, line));
   NamedLine* named = &lines->named[lines->n++];
   named->distance = distance;
   named->bit = tempOf(b, Ity_I64, IRExpr_Binop(Iop_Shl64, word(1), in));
   return named->bit;
}

static Bool sameParts(const Parts* x, const Parts* y)
{
   if (x->n != y->n)
      return False;
   for (UInt i = 0; i < x->n; i++)
      if (x->part[i].from != y->part[i].from || x->part[i].last != y->part[i].last)
         return False;
   return True;
}

/* The lines of a group's bytes. */
static IRExpr* linesOfParts(Block* b, NamedLines* named, const Parts* parts, Bool narrow)
{
   IRExpr* lines = NULL;
   for (UInt i = 0; i < parts->n; i++) {
      const Part* p = &parts->part[i];
      IRExpr*     bit = lineBit(b, named, p->from);
      lines = lines == NULL ? bit : binary(b, Iop_Or64, lines, bit);
      if (p->last > 0 && !narrow)
         lines = binary(b, Iop_Or64, lines, lineBit(b, named, p->from + p->last));
   }
   return lines;
}

static ULong constantLines(Addr at, const Parts* parts)
{
   ULong bits = 0;
   for (UInt i = 0; i < parts->n; i++) {
      Addr from = at + parts->part[i].from;
      bits |= 1ULL << ((from >> 6) & 63) | 1ULL << (((from + parts->part[i].last) >> 6) & 63);
   }
   return bits;
}

static void callMiss(Block* b, const Group* g, IRExpr* a, IRExpr* guard)
{
   IRDirty* call = unsafeIRDirty_0_N(0, "visitMiss", VG_(fnptr_to_fnentry)(&visitMiss),
                                     mkIRExprVec_2(word((Addr)g), a));
   if (guard != NULL)
      call->guard = guard;
   addStmtToIRSB(b->out, IRStmt_Dirty(call));
}

/* The address of a field of an entry: where an entry lies, and how far from there. A sum of its own for each use, which
   becomes part of the instruction that uses it. */
static IRExpr* field(Block* b, IRExpr* slot, Addr entry, ULong offset)
{
   return plus(b, slot, (Long)(entry + offset));
}

static IRExpr* loadBase(Block* b, const Group* g, IRExpr* slot, Addr entry)
{
   return tempOf(b, Ity_I64, IRExpr_Load(Iend_LE, Ity_I64, field(b, slot, entry, offsetof(Entry, base) + g->write * 8)));
}

static void addLines(Block* b, const Group* g, IRExpr* slot, Addr entry, IRExpr* lines)
{
   ULong   at = offsetof(Entry, lines) + g->write * 8;
   IRExpr* old = tempOf(b, Ity_I64, IRExpr_Load(Iend_LE, Ity_I64, field(b, slot, entry, at)));
   addStmtToIRSB(b->out, IRStmt_Store(Iend_LE, field(b, slot, entry, at), binary(b, Iop_Or64, lines, old)));
}

/* Adds the number of a group's accesses to an entry. Those of reads and of writes that go together lie side by side and take
   one addition: none of them comes near 2^32 in a slice. */
static void addCount(Block* b, const Group* g, IRExpr* slot, Addr entry)
{
   ULong at = offsetof(Entry, count) + g->write * 4;
   if (g->writes != NULL) {
      IRExpr* old = tempOf(b, Ity_I64, IRExpr_Load(Iend_LE, Ity_I64, field(b, slot, entry, at)));
      old = binary(b, Iop_Add64, word(g->count | (ULong)g->writes->count << 32), old);
      addStmtToIRSB(b->out, IRStmt_Store(Iend_LE, field(b, slot, entry, at), old));
      return;
   }
   IRExpr* old = tempOf(b, Ity_I32, IRExpr_Load(Iend_LE, Ity_I32, field(b, slot, entry, at)));
   old = tempOf(b, Ity_I32, IRExpr_Binop(Iop_Add32, old, IRExpr_Const(IRConst_U32(g->count))));
   addStmtToIRSB(b->out, IRStmt_Store(Iend_LE, field(b, slot, entry, at), old));
}

/* Adds a group's accesses, and those of the writes that go with it, to the entry of their page. */
static void visit(Block* b, const Group* g, IRTemp root, const Parts* parts, const Parts* writesParts)
{
   IRExpr *slot = NULL, *lines = NULL, *writesLines = NULL;
   Addr    entry = (Addr)table;
   if (root == IRTemp_INVALID) {
      Addr at = (Addr)g->offset, page = at & ~(Addr)(PAGE_BYTES - 1);
      if (at - page > g->most) {
         callMiss(b, g, word(at), NULL);
         return;
      }
      entry = (Addr)&table[(at >> 12) & (ENTRIES - 1)];
      /* An absolute address would be loaded into a register of its own for each use. */
      slot = tempOf(b, Ity_I64, IRExpr_Get(ALWAYS_ZERO, Ity_I64));
      lines = word(constantLines(at, parts));
      IRExpr* differs;
      if (g->writes == NULL)
         differs = IRExpr_Binop(Iop_CmpNE64, word(page), loadBase(b, g, slot, entry));
      else {
         writesLines = word(constantLines(at, writesParts));
         differs = IRExpr_Unop(Iop_CmpNEZ64, binary(b, Iop_Or64,
                                                    binary(b, Iop_Xor64, loadBase(b, g, slot, entry), word(page)),
                                                    binary(b, Iop_Xor64, loadBase(b, g->writes, slot, entry), word(page))));
      }
      callMiss(b, g, word(at), tempOf(b, Ity_I1, differs));
   } else {
      NamedLines named;
      named.a = plus(b, IRExpr_RdTmp(root), g->offset);
      named.line = lineOf(b, named.a);
      named.n = 0;
      slot = binary(b, Iop_And64, named.line, word((ENTRIES - 1) * sizeof(Entry)));
      /* Narrow: within the line, so that one line has to be named and not two. */
      IRExpr* from = g->narrow ? binary(b, Iop_And64, named.a, word(~(ULong)0xfc0)) : named.a;
      IRExpr* distance = binary(b, Iop_Sub64, from, loadBase(b, g, slot, entry));
      /* Two distances that are both small are those from the same page, and so the same. */
      if (g->writes != NULL)
         distance = binary(b, Iop_Or64, distance, binary(b, Iop_Sub64, from, loadBase(b, g->writes, slot, entry)));
      /* The negation of "fewer than" takes the number as a part of the instruction. */
      IRExpr* near = tempOf(b, Ity_I1,
                            IRExpr_Binop(Iop_CmpLT64U, distance, word((g->narrow ? 63 - g->last : g->most) + 1)));
      callMiss(b, g, named.a, tempOf(b, Ity_I1, IRExpr_Unop(Iop_Not1, near)));
      lines = linesOfParts(b, &named, parts, g->narrow);
      if (g->writes != NULL)
         writesLines = sameParts(parts, writesParts) ? lines : linesOfParts(b, &named, writesParts, g->narrow);
   }
   addLines(b, g, slot, entry, lines);
   if (g->writes != NULL)
      addLines(b, g->writes, slot, entry, writesLines);
   addCount(b, g, slot, entry);
}

/* Reads, then writes, each in program order. */
static Int byOrder(const void* x, const void* y)
{
   const Group *a = *(Group* const*)x, *b = *(Group* const*)y;
   if (a->write != b->write)
      return (Int)a->write - (Int)b->write;
   return a->instruction < b->instruction ? -1 : a->instruction > b->instruction;
}

/* The root of the addresses of a group. */
static inline Int rootOfGroup(const Group* g)
{
   return g->members[0].root;
}

/* From the first byte to the last one of some reads and some writes; *low: the first one's distance from their root. */
static Long span(const Group* read, const Group* write, Long* low)
{
   Long readEnd = read->offset + read->last, writeEnd = write->offset + write->last;
   *low = read->offset < write->offset ? read->offset : write->offset;
   return (readEnd > writeEnd ? readEnd : writeEnd) - *low;
}

/* Whether one look for the page may do for some reads and some writes: they lie close by. Those of one line go together where
   they are of the same bytes only; with others they would have to name two. */
static Bool mayGoTogether(const Group* read, const Group* write, const Parts* readParts, const Parts* writeParts)
{
   if (rootOfGroup(read) != rootOfGroup(write))
      return False;
   if (read->narrow != write->narrow)
      return False;
   if (read->narrow)
      return read->offset == write->offset && read->last == write->last && sameParts(readParts, writeParts);
   Long low, last = span(read, write, &low);
   if (last >= REACH)
      return False;
   return rootOfGroup(read) >= 0 || ((low ^ (low + last)) & ~(Long)(PAGE_BYTES - 1)) == 0; /* constant ones: in one page */
}

/* Makes a group begin and end where reads and writes together do; a narrow one does already. */
static void widen(Group* g, Parts* parts, Long low, UInt last)
{
   UInt by = (UInt)(g->offset - low);
   for (UInt i = 0; i < parts->n; i++)
      parts->part[i].from += by;
   g->offset = low;
   g->last = last;
   g->most = PAGE_BYTES - (last + 1);
}

static void goTogether(Group* read, Group* write, Parts* readParts, Parts* writeParts)
{
   Long low;
   UInt last = (UInt)span(read, write, &low);
   widen(read, readParts, low, last);
   widen(write, writeParts, low, last);
   read->writes = write;
}

/* Which reads and writes go together: the most pairs that leave the order of reads and that of writes as they are. best[i][j]:
   how many there are from read i and write j on. */
static UShort best[MAX_MEMBERS + 1][MAX_MEMBERS + 1];

static void countPairs(Group* const* reads, UInt nReads, Group* const* writes, UInt nWrites, const Group* first,
                       const Parts* parts)
{
   for (UInt i = 0; i <= nReads; i++)
      best[i][nWrites] = 0;
   for (UInt j = 0; j <= nWrites; j++)
      best[nReads][j] = 0;
   for (UInt i = nReads; i-- > 0;)
      for (UInt j = nWrites; j-- > 0;) {
         UShort most = best[i + 1][j] > best[i][j + 1] ? best[i + 1][j] : best[i][j + 1];
         if (best[i + 1][j + 1] >= most
             && mayGoTogether(reads[i], writes[j], &parts[reads[i] - first], &parts[writes[j] - first]))
            most = best[i + 1][j + 1] + 1;
         best[i][j] = most;
      }
}

static void visitHeld(Block* b, const Group* g, const Group* first, const Parts* parts)
{
   Int root = rootOfGroup(g);
   visit(b, g, root < 0 ? IRTemp_INVALID : b->roots[root], &parts[g - first],
         g->writes == NULL ? NULL : &parts[g->writes - first]);
}

/* The first one that comes to a page says where its first access was, so reads keep their order, and so do writes. */
static void visitInOrder(Block* b, Group* const* reads, UInt nReads, Group* const* writes, UInt nWrites,
                         const Group* first, Parts* parts)
{
   countPairs(reads, nReads, writes, nWrites, first, parts);
   UInt i = 0, j = 0;
   while (i < nReads || j < nWrites)
      if (i < nReads && best[i][j] == best[i + 1][j])
         visitHeld(b, reads[i++], first, parts);
      else if (j < nWrites && best[i][j] == best[i][j + 1])
         visitHeld(b, writes[j++], first, parts);
      else {
         goTogether(reads[i], writes[j], &parts[reads[i] - first], &parts[writes[j] - first]);
         visitHeld(b, reads[i++], first, parts);
         j++;
      }
}

/* Gathers the segment's accesses by kind and place. */
static void visitMembers(Block* b)
{
   static Group  all[2 * MAX_MEMBERS];
   static Group* order[2 * MAX_MEMBERS];
   static Parts  parts[2 * MAX_MEMBERS];
   UInt          nGroups = 0, nByKind = b->nMembers;
   for (UInt i = 0; i < b->nMembers; i++)
      nByKind += b->members[i].kind == ACCESS_UPDATE;
   Member* byKind = hold(b, nByKind * sizeof(Member));
   nByKind = 0;
   for (UInt write = 0; write < 2; write++) {
      Member* sorted = byKind + nByKind;
      UInt    n = 0;
      for (UInt i = 0; i < b->nMembers; i++)
         if (b->members[i].kind == ACCESS_UPDATE || b->members[i].kind == (write ? ACCESS_WRITE : ACCESS_READ))
            sorted[n++] = b->members[i];
      nByKind += n;
      VG_(ssort)(sorted, n, sizeof(Member), byPlace);
      for (UInt i = 0; i < n;) {
         Group* g = &all[nGroups];
         Parts* in = &parts[nGroups];
         Part*  part = in->part;
         Long   low = sorted[i].offset, high = low + sorted[i].bytes, top = high;
         UInt   earliest = i, next = i + 1;
         part->from = 0;
         part->last = sorted[i].bytes - 1;
         for (; next < n && sorted[next].root == sorted[i].root; next++) {
            const Member* m = &sorted[next];
            Long          end = m->offset + m->bytes;
            if (end > low + REACH)
               break;
            if (end <= low + part->from + 64)
               top = end > top ? end : top;
            else {
               if (part == &in->part[MAX_PARTS - 1])
                  break;
               part++;
               part->from = (UInt)(m->offset - low);
               top = end;
            }
            part->last = (UInt)(top - low) - part->from - 1;
            high = end > high ? end : high;
            if (m->instruction < sorted[earliest].instruction
                || (m->instruction == sorted[earliest].instruction && m->order < sorted[earliest].order))
               earliest = next;
         }
         in->n = (UInt)(part - in->part) + 1;
         g->ip = sorted[earliest].ip;
         g->code = 0;
         g->known = 0;
         g->offset = low;
         g->members = &sorted[i];
         g->writes = NULL;
         g->most = PAGE_BYTES - (UInt)(high - low);
         g->last = (UInt)(high - low) - 1;
         g->before = b->before;
         g->instruction = b->before + sorted[earliest].instruction;
         g->count = next - i;
         g->write = write;
         g->update = !write && sorted[earliest].kind == ACCESS_UPDATE;
         g->narrow = g->last < NARROW;
         nGroups++;
         i = next;
      }
   }
   Group* held = hold(b, nGroups * sizeof(Group));
   VG_(memcpy)(held, all, nGroups * sizeof(Group));
   for (UInt i = 0; i < nGroups; i++)
      order[i] = &held[i];
   VG_(ssort)(order, nGroups, sizeof(Group*), byOrder);
   UInt nReads = 0;
   while (nReads < nGroups && !order[nReads]->write)
      nReads++;
   visitInOrder(b, order, nReads, order + nReads, nGroups - nReads, held, parts);
}

static void describe(Block* b, Segment* s, UInt form)
{
   s->instructions = b->instructions;
   s->form = form;
   s->before = b->before;
   s->nMembers = b->nMembers;
   if (b->nMembers > 0) {
      s->members = hold(b, b->nMembers * sizeof(Member));
      VG_(memcpy)(s->members, b->members, b->nMembers * sizeof(Member));
   }
}

/* Visits: a segment of one access that C looks at; gives its descriptor. */
static Segment* single(Block* b, UInt form)
{
   Segment* s = hold(b, sizeof(Segment));
   describe(b, s, form);
   openSegment(b);
   return s;
}

static void closeSegment(Block* b, UInt form)
{
   if (b->open && fullDetail) {
      Segment* s = b->segment;
      describe(b, s, form);
      s->words = b->logged - b->header - 1;
      for (UInt i = 0; i < s->nMembers; i++)
         if (s->members[i].root < 0) /* constant: relative to the header word */
            s->members[i].offset -= (Long)(Addr)s;
   } else if (b->open && b->nMembers > 0)
      visitMembers(b);
   openSegment(b);
}

static Place placeOf(Block* b, const IRExpr* e)
{
   Place p = { True, IRTemp_INVALID, 0 };
   if (e->tag == Iex_Const)
      p.offset = (Long)e->Iex.Const.con->Ico.U64;
   else {
      tl_assert(e->tag == Iex_RdTmp);
      p = b->placeOf[e->Iex.RdTmp.tmp];
   }
   return p;
}

/* The index of the root among the segment's words, logging it where it is new. */
static Int rootOf(Block* b, const Place* p)
{
   if (p->constant)
      return -1;
   for (UInt i = 0; i < b->nRoots; i++)
      if (b->roots[i] == p->temp)
         return i;
   b->roots[b->nRoots] = p->temp;
   if (fullDetail)
      logWord(b, b->logged++, IRExpr_RdTmp(p->temp));
   return b->nRoots++;
}

static void addMember(Block* b, Int root, Long offset, UInt bytes, UInt kind)
{
   Member* m = &b->members[b->nMembers];
   m->root = root;
   m->offset = offset;
   m->bytes = bytes;
   m->kind = kind;
   m->ip = b->ip;
   m->instruction = (Int)b->instructions - 1;
   m->order = b->nMembers > 255 ? 255 : b->nMembers;
   b->nMembers++;
}

/* Two kinds of instruction are translated with accesses that the processor does not make: bit tests
   of a register go through memory below the stack pointer, and a store of masked bytes reads what it
   does not change. Gives the kinds of access to leave out. */
static UInt inventedBy(const UChar* code, UInt bytes)
{
   UInt i = 0;
   while (i < bytes
          && (code[i] == 0x66 || code[i] == 0x67 || (code[i] & 0xe7) == 0x26 || code[i] == 0x64
              || code[i] == 0x65 || code[i] == 0xf2 || code[i] == 0xf3))
      i++;
   if (i + 3 < bytes && code[i] == 0xc4 && (code[i + 1] & 31) == 1) /* VEX, three bytes */
      return code[i + 3] == 0xf7 ? 1 << ACCESS_READ : 0;
   if (i + 2 < bytes && code[i] == 0xc5) /* VEX, two bytes */
      return code[i + 2] == 0xf7 ? 1 << ACCESS_READ : 0;
   if (i < bytes && (code[i] & 0xf0) == 0x40)
      i++;
   if (i + 2 >= bytes || code[i] != 0x0f)
      return 0;
   UInt operation = code[i + 1];
   Bool inRegister = code[i + 2] >= 0xc0;
   if (operation == 0xf7)
      return 1 << ACCESS_READ;
   if (inRegister
       && (operation == 0xa3 || operation == 0xab || operation == 0xb3 || operation == 0xbb))
      return 1 << ACCESS_READ | 1 << ACCESS_WRITE;
   return 0;
}

static void callSlowly(Block* b, const IRExpr* guard, const IRExpr* address)
{
   IRDirty* call =
      unsafeIRDirty_0_N(0, "visitSlowly", VG_(fnptr_to_fnentry)(&visitSlowly),
                        mkIRExprVec_2(word((Addr)single(b, SEGMENT_SLOW)), deepCopyIRExpr(address)));
   call->guard = deepCopyIRExpr(guard);
   addStmtToIRSB(b->out, IRStmt_Dirty(call));
}

/* An access that always happens. */
static void plainAccess(Block* b, const IRExpr* address, UInt bytes, UInt kind)
{
   if (!b->counted || (b->invented >> kind & 1) != 0)
      return;
   if (bytes > 64) {
      closeSegment(b, SEGMENT_PLAIN);
      begin(b);
      Place p = placeOf(b, address);
      addMember(b, rootOf(b, &p), p.offset, bytes, kind);
      if (fullDetail)
         closeSegment(b, SEGMENT_SLOW);
      else
         callSlowly(b, IRExpr_Const(IRConst_U1(True)), address);
      return;
   }
   if (b->nMembers >= MAX_MEMBERS - 1 || b->nRoots >= MAX_ROOTS - 1)
      closeSegment(b, SEGMENT_PLAIN);
   begin(b);
   Place p = placeOf(b, address);
   Int   root = rootOf(b, &p);
   if (kind == ACCESS_WRITE) /* reads and writes the same bytes in one instruction? */
      for (UInt i = 0; i < b->nMembers; i++) {
         Member* m = &b->members[i];
         if (m->ip == b->ip && m->instruction == (Int)b->instructions - 1 && m->kind == ACCESS_READ
             && m->root == root && m->offset == p.offset && m->bytes == bytes) {
            m->kind = ACCESS_UPDATE;
            return;
         }
      }
   addMember(b, root, p.offset, bytes, kind);
}

/* An access that happens when the guard holds; full detail logs its address or 0. */
static void guardedAccess(Block* b, const IRExpr* guard, const IRExpr* address, UInt bytes, UInt kind)
{
   if (!b->counted)
      return;
   closeSegment(b, SEGMENT_PLAIN);
   begin(b);
   if (!fullDetail) {
      addMember(b, 0, 0, bytes, kind);
      callSlowly(b, guard, address);
      return;
   }
   IRExpr* value = tempOf(b, Ity_I64, IRExpr_ITE(deepCopyIRExpr(guard), deepCopyIRExpr(address), word(0)));
   logWord(b, b->logged++, value);
   addMember(b, 0, 0, bytes, kind);
   closeSegment(b, SEGMENT_GUARDED);
}

static IRExpr* differs(Block* b, IRTemp old, const IRExpr* expected)
{
   IROp widen = Iop_INVALID;
   switch (typeOfIRTemp(b->out->tyenv, old)) {
      case Ity_I8: widen = Iop_8Uto64; break;
      case Ity_I16: widen = Iop_16Uto64; break;
      case Ity_I32: widen = Iop_32Uto64; break;
      default: break;
   }
   IRExpr* x = IRExpr_RdTmp(old);
   IRExpr* y = deepCopyIRExpr(expected);
   if (widen != Iop_INVALID) {
      x = tempOf(b, Ity_I64, IRExpr_Unop(widen, x));
      y = tempOf(b, Ity_I64, IRExpr_Unop(widen, y));
   }
   return tempOf(b, Ity_I64, IRExpr_Binop(Iop_Xor64, x, y));
}

/* After the statement: tells the address and whether the exchange failed. */
static void atomicAccess(Block* b, const IRCAS* cas)
{
   if (!b->counted)
      return;
   Place p = placeOf(b, cas->addr);
   UInt  bytes = sizeofIRType(typeOfIRTemp(b->out->tyenv, cas->oldLo));
   /* The load that comes before, in locked instructions other than compare-exchange, is part of it. */
   for (UInt i = 0; i < b->nMembers; i++) {
      Member* m = &b->members[i];
      if (m->ip == b->ip && m->instruction == (Int)b->instructions - 1 && m->kind == ACCESS_READ
          && m->offset == p.offset
          && (p.constant ? m->root == -1 : m->root >= 0 && b->roots[m->root] == p.temp)) {
         for (UInt j = i + 1; j < b->nMembers; j++)
            b->members[j - 1] = b->members[j];
         b->nMembers--;
         break;
      }
   }
   closeSegment(b, SEGMENT_PLAIN);
   IRExpr* failed = differs(b, cas->oldLo, cas->expdLo);
   if (cas->oldHi != IRTemp_INVALID) {
      failed = tempOf(b, Ity_I64, IRExpr_Binop(Iop_Or64, failed, differs(b, cas->oldHi, cas->expdHi)));
      bytes *= 2;
   }
   begin(b);
   if (!fullDetail) {
      addMember(b, 0, 0, bytes, ACCESS_LOCKED);
      IRExpr* segment = word((Addr)single(b, SEGMENT_ATOMIC));
      addStmtToIRSB(b->out, IRStmt_Dirty(unsafeIRDirty_0_N(
                               0, "visitAtomic", VG_(fnptr_to_fnentry)(&visitAtomic),
                               mkIRExprVec_3(segment, deepCopyIRExpr(cas->addr), failed))));
      return;
   }
   logWord(b, b->logged++, deepCopyIRExpr(cas->addr));
   logWord(b, b->logged++, failed);
   addMember(b, 0, 0, bytes, ACCESS_LOCKED);
   closeSegment(b, SEGMENT_ATOMIC);
}

static void dirtyAccess(Block* b, const IRDirty* d)
{
   if (d->mFx == Ifx_None)
      return;
   UInt kind = d->mFx == Ifx_Read ? ACCESS_READ : d->mFx == Ifx_Write ? ACCESS_WRITE : ACCESS_UPDATE;
   Bool always = d->guard->tag == Iex_Const && d->guard->Iex.Const.con->Ico.U1;
   if (always)
      plainAccess(b, d->mAddr, d->mSize, kind);
   else
      guardedAccess(b, d->guard, d->mAddr, d->mSize, kind);
}

/* ---------------------------------------------------------------- blocks */

static void noteTemp(Block* b, IRTemp t, const IRExpr* e)
{
   Place p = { False, t, 0 };
   if (e->tag == Iex_RdTmp)
      p = b->placeOf[e->Iex.RdTmp.tmp];
   else if (e->tag == Iex_Const && e->Iex.Const.con->tag == Ico_U64) {
      p.constant = True;
      p.offset = (Long)e->Iex.Const.con->Ico.U64;
   } else if (e->tag == Iex_Binop && (e->Iex.Binop.op == Iop_Add64 || e->Iex.Binop.op == Iop_Sub64)
              && e->Iex.Binop.arg1->tag == Iex_RdTmp && e->Iex.Binop.arg2->tag == Iex_Const) {
      p = b->placeOf[e->Iex.Binop.arg1->Iex.RdTmp.tmp];
      Long by = (Long)e->Iex.Binop.arg2->Iex.Const.con->Ico.U64;
      p.offset += e->Iex.Binop.op == Iop_Add64 ? by : -by;
   }
   b->placeOf[t] = p;
}

/* What happens before a statement's effect; the statement itself is added by the caller. */
static void logStatement(Block* b, const IRStmt* st)
{
   const IRTypeEnv* types = b->out->tyenv;
   switch (st->tag) {
      case Ist_IMark:
         b->ip = st->Ist.IMark.addr + st->Ist.IMark.delta;
         b->counted = !isOurCode(b->ip);
         b->invented = inventedBy((const UChar*)st->Ist.IMark.addr, st->Ist.IMark.len);
         if (b->counted) {
            begin(b);
            b->instructions++;
            b->uncommitted++;
            b->left--;
         }
         break;
      case Ist_WrTmp: {
         const IRExpr* e = st->Ist.WrTmp.data;
         noteTemp(b, st->Ist.WrTmp.tmp, e);
         if (e->tag == Iex_Load)
            plainAccess(b, e->Iex.Load.addr, sizeofIRType(e->Iex.Load.ty), ACCESS_READ);
         break;
      }
      case Ist_Store:
         plainAccess(b, st->Ist.Store.addr,
                     sizeofIRType(typeOfIRExpr(types, st->Ist.Store.data)), ACCESS_WRITE);
         break;
      case Ist_LoadG: {
         const IRLoadG* g = st->Ist.LoadG.details;
         IRType         from = Ity_INVALID, to = Ity_INVALID;
         typeOfIRLoadGOp(g->cvt, &to, &from);
         guardedAccess(b, g->guard, g->addr, sizeofIRType(from), ACCESS_READ);
         break;
      }
      case Ist_StoreG: {
         const IRStoreG* g = st->Ist.StoreG.details;
         guardedAccess(b, g->guard, g->addr, sizeofIRType(typeOfIRExpr(types, g->data)), ACCESS_WRITE);
         break;
      }
      case Ist_Dirty:
         dirtyAccess(b, st->Ist.Dirty.details);
         break;
      case Ist_Exit:
         closeSegment(b, SEGMENT_PLAIN);
         commit(b);
         break;
      default:
         break;
   }
}

/* ---------------------------------------------------------------- descriptors */

static void holdBy(Addr block, Held* held)
{
   HeldBy* by = VG_(HT_lookup)(holders, block);
   if (by == NULL) {
      by = VG_(calloc)("capture.holder", 1, sizeof(HeldBy));
      by->node.key = block;
      VG_(HT_add_node)(holders, by);
   }
   while (held != NULL) {
      Held* next = held->next;
      held->next = by->held;
      by->held = held;
      held = next;
   }
}

/* A translation is gone: no code of it runs, so what it logged is taken before its descriptors go. */
static void discarded(Addr block, VexGuestExtents extents)
{
   drain();
   HeldBy* by = VG_(HT_remove)(holders, block);
   if (by == NULL)
      return;
   while (by->held != NULL) {
      Held* next = by->held->next;
      VG_(free)(by->held);
      by->held = next;
   }
   VG_(free)(by);
}

void initBlocks(void)
{
   holders = VG_(HT_construct)("capture.holders");
   VG_(needs_superblock_discards)(discarded);
}

IRSB* instrumentBlock(VgCallbackClosure* closure, IRSB* in, const VexGuestLayout* layout,
                      const VexGuestExtents* extents, const VexArchInfo* host, IRType guestWord,
                      IRType hostWord)
{
   Int   i, firstMark = in->stmts_used;
   UInt  counted = 0;
   for (i = in->stmts_used - 1; i >= 0; i--)
      if (in->stmts[i]->tag == Ist_IMark) {
         firstMark = i;
         counted += !isOurCode(in->stmts[i]->Ist.IMark.addr);
      }
   if (counted == 0)
      return in;

   static Block b; /* blocks are translated one at a time */
   b.out = deepCopyIRSBExceptStmts(in);
   b.placeOf = VG_(malloc)("capture.places", (in->tyenv->types_used + 1) * sizeof(Place));
   for (i = 0; i < in->tyenv->types_used; i++) {
      b.placeOf[i].constant = False;
      b.placeOf[i].temp = i;
      b.placeOf[i].offset = 0;
   }
   b.left = counted;
   b.mayCut = True;
   b.counted = False;
   b.invented = 0;
   b.ip = 0;
   b.uncommitted = 0;
   b.held = NULL;
   openSegment(&b);
   for (i = 0; i < firstMark; i++)
      addStmtToIRSB(b.out, in->stmts[i]);
   if (fullDetail)
      checkRoom(&b);
   else
      checkSlice(&b);
   for (; i < in->stmts_used; i++) {
      IRStmt* st = in->stmts[i];
      if (st->tag == Ist_NoOp)
         continue;
      if (st->tag == Ist_IMark) {
         /* begin() logs into the block: after the mark, as the code of the instruction. */
         addStmtToIRSB(b.out, st);
         logStatement(&b, st);
      } else {
         logStatement(&b, st);
         addStmtToIRSB(b.out, st);
         if (st->tag == Ist_CAS) {
            atomicAccess(&b, st->Ist.CAS.details);
         }
      }
   }
   closeSegment(&b, SEGMENT_PLAIN);
   commit(&b);
   VG_(free)(b.placeOf);
   holdBy(closure->nraddr, b.held);

   if (in->jumpkind == Ijk_Sys_syscall) {
      /* A Popcorn call is answered here and goes on at the address that the register image names;
         every other system call leaves the block as it did. */
      IRTemp   target = newIRTemp(b.out->tyenv, Ity_I64);
      IRDirty* call = unsafeIRDirty_1_N(target, 0, "popcornCall", VG_(fnptr_to_fnentry)(&popcornCall),
                                        mkIRExprVec_2(IRExpr_GSPTR(), deepCopyIRExpr(in->next)));
      call->nFxState = 2;
      VG_(memset)(&call->fxState, 0, sizeof(call->fxState));
      call->fxState[0].fx = Ifx_Modify;
      call->fxState[0].offset = offsetof(VexGuestAMD64State, guest_RAX);
      call->fxState[0].size = offsetof(VexGuestAMD64State, guest_RIP) - offsetof(VexGuestAMD64State, guest_RAX);
      call->fxState[1].fx = Ifx_Read;
      call->fxState[1].offset = offsetof(VexGuestAMD64State, guest_FS_CONST);
      call->fxState[1].size = 8;
      addStmtToIRSB(b.out, IRStmt_Dirty(call));
      IRExpr* none = tempOf(&b, Ity_I1, IRExpr_Binop(Iop_CmpEQ64, IRExpr_RdTmp(target), word(0)));
      tl_assert(in->next->tag == Iex_Const);
      addStmtToIRSB(b.out, IRStmt_Exit(none, Ijk_Sys_syscall, in->next->Iex.Const.con,
                                       offsetof(VexGuestAMD64State, guest_RIP)));
      b.out->next = IRExpr_RdTmp(target);
      b.out->jumpkind = Ijk_Boring;
   }
   return b.out;
}
