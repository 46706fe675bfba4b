/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Visits: what a thread did to each page in a slice. Translated code adds lines and counts to the
   entries of the table; C is called where the page has no entry yet, and where accesses cross a
   page. */

#include "capture.h"

#include "libvex_guest_amd64.h"

static Long  unplaced; /* where a thread's shadow registers are not known yet */
Long*  sliceLeft = &unplaced;
UInt   slicePages;
Entry  table[ENTRIES] __attribute__((aligned(64)));

/* Translated code finds an entry by bits of the address. */
typedef char EntryIsALine[sizeof(Entry) == 64 ? 1 : -1];

#define SECOND 0x155 /* where the second slot of a page lies */
#define FIRST_READ_UPDATES 1 /* among the flags: the first read is of an instruction that writes, too */

static Thread* tableOwner;
static Long**  leftOf; /* by ThreadId: its place among the shadow registers, NULL = not known yet */

/* Entries that were moved out of the way of garbage: the pages of accesses that crossed into
   another one. A loop may cross at each turn, so they are found again. */
#define PARKED 8
static Entry parked[PARKED];
static UInt  nParked;

/* The rest is garbage from then on. */
static inline void clearEntry(Entry* e)
{
   e->base[0] = e->base[1] = NO_PAGE;
}

static inline UInt slotOf(Addr a)
{
   return (a >> 12) & (ENTRIES - 1);
}

/* NO_PAGE, which is above all pages, where there is none. Without a branch: nobody can guess of which kind the accesses
   were. */
static inline Addr pageOf(const Entry* e)
{
   return e->base[0] < e->base[1] ? e->base[0] : e->base[1];
}

static inline Bool isEmpty(const Entry* e)
{
   return pageOf(e) == NO_PAGE;
}

static inline Bool holds(const Entry* e, Addr page)
{
   return pageOf(e) == page;
}

/* ---------------------------------------------------------------- pages in order

   Which pages the slice of the table's owner has come to. Its rows go out by page: each takes fewer bytes on disk, and Java
   need not sort them. A region is as many pages as the table has slots, so that a page's place in it is its own slot. */

#define REGION_SHIFT 22 /* of an address */
#define REGIONS 64
#define STALE_REGIONS 16
#define RECENT 16
typedef char RegionHasATable[(1UL << REGION_SHIFT) == (UWord)ENTRIES * PAGE_BYTES ? 1 : -1];

typedef struct {
   ULong  number;                  /* of the address, >> REGION_SHIFT */
   UInt   words;                   /* bit w: pages[w] is not 0 */
   ULong  pages[ENTRIES / 64];     /* bit s: the slice has come to the page of slot s */
   ULong  elsewhere[ENTRIES / 64]; /* while a slice ends, bit s: its entry is not in the table, but... */
   Entry* at[ENTRIES];             /* ...here */
} Region;

/* Most slices use the regions of the one before. */
static Region  regions[REGIONS];
static Region* byNumber[REGIONS];
static UInt    nRegions;
static Region  nowhere = { .number = ~0ULL };
static Region* recent[RECENT]; /* by the low bits of the number */
static Bool    outOfOrder;     /* the table has an entry of a page for which there is no region */

static void forgetRegions(void)
{
   nRegions = 0;
   for (UInt i = 0; i < RECENT; i++)
      recent[i] = &nowhere;
}

static Region* __attribute__((noinline)) otherRegion(ULong number)
{
   UInt place = 0;
   while (place < nRegions && byNumber[place]->number < number)
      place++;
   if (place < nRegions && byNumber[place]->number == number)
      return byNumber[place];
   if (nRegions == REGIONS)
      return NULL;
   for (UInt i = nRegions; i > place; i--)
      byNumber[i] = byNumber[i - 1];
   Region* r = &regions[nRegions++];
   r->number = number;
   byNumber[place] = r;
   return r;
}

/* NULL = there are too many. */
static inline Region* regionOf(Addr page)
{
   ULong    number = page >> REGION_SHIFT;
   Region** place = &recent[number & (RECENT - 1)];
   if (LIKELY_((*place)->number == number))
      return *place;
   Region* r = otherRegion(number);
   if (r != NULL)
      *place = r;
   return r;
}

/* Notes that the slice comes to a page. False: it was there before. */
static inline Bool comeTo(Region* r, UInt slot)
{
   ULong bit = 1ULL << (slot & 63), old = r->pages[slot / 64];
   if ((old & bit) != 0)
      return False;
   r->pages[slot / 64] = old | bit;
   r->words |= 1u << slot / 64;
   return True;
}

/* ---------------------------------------------------------------- entries */

/* The owner has entries of this slice from before it took the table: the regions do not know those pages. */
static Bool returned;

/* Where the owner's spilled entries lie, by page: pages that conflict in the table change places with them, instead of
   leaving a new one at each turn. One that another page replaced here is not found again, and Java makes one row of two. */
#define SPILLED 4096
static struct {
   ULong page;
   UInt  index; /* in the owner's spill */
   UInt  slice; /* spillSlice when it was noted */
} spilled[SPILLED];
static UInt spillSlice = 1;

static inline UInt spilledAt(ULong page)
{
   return (UInt)((page >> 12) * 0x9E3779B97F4A7C15ULL >> 52);
}

static void noteSpilled(const Entry* e, UInt index)
{
   ULong page = pageOf(e);
   UInt  at = spilledAt(page);
   spilled[at].page = page;
   spilled[at].index = index;
   spilled[at].slice = spillSlice;
}

static Entry* findSpilled(Addr page)
{
   UInt at = spilledAt(page);
   if (spilled[at].page != page || spilled[at].slice != spillSlice)
      return NULL;
   Entry* e = &tableOwner->spill[spilled[at].index];
   return holds(e, page) ? e : NULL;
}

static void spill(Thread* t, const Entry* e)
{
   if (t == NULL)
      return;
   if (t->nSpill == t->maxSpill) {
      t->maxSpill = t->maxSpill == 0 ? 256 : t->maxSpill * 2;
      t->spill = VG_(realloc)("capture.spill", t->spill, t->maxSpill * sizeof(Entry));
   }
   noteSpilled(e, t->nSpill);
   t->spill[t->nSpill++] = *e;
}

/* The entry of a page that the slice has been to, taken from where it was moved to; NULL = there is none. Where it was in the
   second slot, what is in the first one is there now; where it was spilled, `*left` is its place. */
static Entry* takeMoved(Addr page, Entry* into, Entry** left)
{
   Entry* e = &table[slotOf(page)];
   Entry* second = &table[slotOf(page) ^ SECOND];
   if (holds(second, page)) {
      *into = *second;
      *second = *e;
      clearEntry(e);
      return into;
   }
   Entry* old = tableOwner == NULL || tableOwner->nSpill == 0 ? NULL : findSpilled(page);
   if (old != NULL) {
      *into = *old;
      clearEntry(old);
      *left = old;
      return into;
   }
   for (UInt i = 0; i < nParked; i++)
      if (holds(&parked[i], page)) {
         *into = parked[i];
         parked[i] = parked[--nParked];
         return into;
      }
   return NULL;
}

/* Brings the entry of a page into its first slot, where it is not; makes room for a new one. */
static Entry* __attribute__((noinline)) bring(Addr page, Bool isNew)
{
   Entry* e = &table[slotOf(page)];
   Entry* second = &table[slotOf(page) ^ SECOND];
   Entry* left = NULL;
   Entry  moved;
   Entry* found = isNew ? NULL : takeMoved(page, &moved, &left);
   if (!isEmpty(e)) {
      if (!isEmpty(second)) {
         if (left == NULL)
            spill(tableOwner, second);
         else {
            *left = *second;
            noteSpilled(left, (UInt)(left - tableOwner->spill));
         }
      }
      *second = *e;
      clearEntry(e);
   }
   if (found != NULL)
      *e = *found;
   return e;
}

static inline Entry* entryOf(Addr page)
{
   UInt   slot = slotOf(page);
   Entry* e = &table[slot];
   if (holds(e, page))
      return e;
   Region* r = regionOf(page);
   Bool    isNew = r != NULL && comeTo(r, slot) && !returned;
   if (r == NULL)
      outOfOrder = True;
   return isNew && isEmpty(e) ? e : bring(page, isNew);
}

static void park(Entry* e)
{
   if (isEmpty(e))
      return;
   if (nParked == PARKED)
      spill(tableOwner, &parked[--nParked]);
   parked[nParked++] = *e;
   clearEntry(e);
}

/* The instruction of the first access of a kind, counted from the slice's start. */
static inline Int firstOf(const Entry* e, UInt write)
{
   return (Int)(UInt)e->began[write];
}

/* The number of its code address. */
static inline UInt codeOf(const Entry* e, UInt write)
{
   return (UInt)(e->began[write] >> 32);
}

static inline ULong beginning(Int at, UInt code)
{
   return (UInt)at | (ULong)code << 32;
}

/* Whether an access of a kind to a page at an instruction is the first one in this slice. */
static inline Bool isFirst(Entry* e, Addr page, UInt write, Int at)
{
   if (e->base[write] == page)
      return at < firstOf(e, write);
   if (isEmpty(e))
      e->flags = 0;
   e->base[write] = page;
   e->lines[write] = 0;
   e->count[write] = 0;
   return True;
}

static inline void noteFirst(Entry* e, UInt write, Int at, UInt code, UInt kind)
{
   e->began[write] = beginning(at, code);
   if (!write)
      e->flags = (e->flags & ~(ULong)FIRST_READ_UPDATES) | (kind == ACCESS_UPDATE ? FIRST_READ_UPDATES : 0);
   else
      e->flags = (e->flags & FIRST_READ_UPDATES) | (kind == ACCESS_LOCKED ? FLAG_LOCKED : 0);
   if (e->base[1 - write] != e->base[write])
      return;
   /* One instruction reads and writes, and both are the first. */
   e->flags &= ~(ULong)FLAG_UPDATE;
   if (e->began[0] == e->began[1] && (e->flags & (FIRST_READ_UPDATES | FLAG_LOCKED)) == FIRST_READ_UPDATES)
      e->flags |= FLAG_UPDATE;
}

static void touch(Addr page, ULong lines, UInt write, Int at, Addr ip, UInt kind)
{
   Entry* e = entryOf(page);
   if (isFirst(e, page, write, at))
      noteFirst(e, write, at, recording ? needCode(ip) : 0, kind);
   e->lines[write] |= lines;
   e->count[write]++;
}

static ULong linesOf(Addr from, Addr last)
{
   UInt low = (from >> 6) & 63, high = (last >> 6) & 63;
   return (~0ULL >> (63 - (high - low))) << low;
}

/* One access, whatever its size, as of a kind: reads (1), writes (2) or both. */
static void access(Addr a, const Member* m, UInt kinds, Int at)
{
   Addr last = a + (m->bytes == 0 ? 0 : m->bytes - 1);
   Addr from = a;
   for (Addr page = a & ~(Addr)(PAGE_BYTES - 1);; page += PAGE_BYTES) {
      Addr  to = last < page + PAGE_BYTES - 1 ? last : page + PAGE_BYTES - 1;
      ULong lines = linesOf(from, to);
      if (kinds & 1)
         touch(page, lines, 0, at, m->ip, m->kind);
      if (kinds & 2)
         touch(page, lines, 1, at, m->ip, m->kind);
      if (to == last)
         return;
      from = page + PAGE_BYTES;
   }
}

/* Instructions from the slice's start to the last commit. */
static inline Int committed(void)
{
   return (Int)((Long)sliceInstructions - *sliceLeft);
}

/* Accesses of a group that crosses into the next page: one by one. What translated code is about to add to the entry in the
   first page's slot must go nowhere, so nothing stays there; nor in the second's, so that the groups that come next
   call, too: they may have been there earlier than this one's last accesses. */
static void __attribute__((noinline)) crossing(const Group* g, Addr a)
{
   for (UInt i = 0; i < g->count; i++) {
      const Member* m = &g->members[i];
      access(a + (m->offset - g->offset), m, g->write ? 2 : 1, committed() + g->before + m->instruction);
   }
   park(&table[slotOf(a)]);
   park(&table[slotOf(a + PAGE_BYTES)]);
}

static void miss(Group* g, Addr a)
{
   Addr page = a & ~(Addr)(PAGE_BYTES - 1);
   if ((a & (PAGE_BYTES - 1)) > g->most) {
      crossing(g, a);
      return;
   }
   Entry* e = entryOf(page);
   Int    at = committed() + g->instruction;
   if (isFirst(e, page, g->write, at)) {
      if (g->known != streamNumber && recording) {
         g->code = needCode(g->ip);
         g->known = streamNumber;
      }
      noteFirst(e, g->write, at, g->code, g->update ? ACCESS_UPDATE : ACCESS_READ);
   }
   if (g->narrow)
      e->lines[g->write] |= linesOf(a, a + g->last);
}

static void __attribute__((noinline)) missAny(Group* g, Addr a)
{
   for (; g != NULL; g = g->writes)
      miss(g, a);
}

/* What most misses are: the first access of its kind to a page whose entry is in its slot, or to one that the slice has not
   come to before and for which the slot is empty; or no first access at all, but one of a second line. False: it is
   something else, and nothing was done. */
static inline __attribute__((always_inline)) Bool missFirst(const Group* g, Addr a)
{
   Addr   page = a & ~(Addr)(PAGE_BYTES - 1);
   UInt   slot = slotOf(a), write = g->write;
   Entry* e = &table[slot];
   if (UNLIKELY_((a & (PAGE_BYTES - 1)) > g->most || g->known != streamNumber))
      return False;
   Int   at = committed() + g->instruction;
   ULong lines = (ULong)g->narrow << (((a + g->last) >> 6) & 63); /* translated code adds that of the first byte */
   Addr  mine = e->base[write], other = e->base[1 - write];
   if (mine == page) {
      e->lines[write] |= lines;
      return at >= firstOf(e, write);
   }
   if (UNLIKELY_(mine != NO_PAGE))
      return False;
   if (other == page) {
      if (UNLIKELY_(firstOf(e, 1 - write) == at))
         return False;
      e->flags |= g->update;
   } else {
      Region* r = recent[a >> REGION_SHIFT & (RECENT - 1)];
      if (UNLIKELY_(other != NO_PAGE || returned || r->number != a >> REGION_SHIFT || !comeTo(r, slot)))
         return False;
      e->flags = g->update;
   }
   e->base[write] = page;
   e->began[write] = beginning(at, g->code);
   e->count[write] = 0;
   e->lines[write] = lines;
   return True;
}

static void __attribute__((noinline)) missWrites(Group* g, Addr a)
{
   if (UNLIKELY_(!missFirst(g, a)))
      missAny(g, a);
}

/* Called where the page of a group has no entry in its first slot or was not yet accessed in this way. Translated code then
   adds lines and count. */
void visitMiss(Group* g, Addr a)
{
   if (UNLIKELY_(!missFirst(g, a)))
      missAny(g, a);
   else if (g->writes != NULL)
      missWrites(g->writes, a);
}

/* An access that takes no place in a group. */
void visitSlowly(const Segment* s, Addr a)
{
   const Member* m = &s->members[0];
   access(a, m, m->kind == ACCESS_READ ? 1 : m->kind == ACCESS_WRITE ? 2 : 3,
          committed() + s->before + m->instruction);
}

void putAtomic(const Thread* t, const Member* m, Addr a, UWord failed, ULong at)
{
   needCode(m->ip);
   UChar* r = reserve(RECORD_ATOMIC, 32);
   ((UInt*)r)[0] = t->number;
   ((UShort*)r)[2] = m->bytes;
   ((UShort*)r)[3] = failed != 0;
   ULong* w = (ULong*)(r + 8);
   w[0] = at;
   w[1] = a;
   w[2] = m->ip;
}

void visitAtomic(const Segment* s, Addr a, UWord failed)
{
   Int at = committed() + s->before + s->members[0].instruction;
   visitSlowly(s, a);
   if (recording && running != NULL)
      putAtomic(running, &s->members[0], a, failed, running->sliceStart + at);
}

/* ---------------------------------------------------------------- the end of a slice */

/* The entry of a page that the slice has come to; NULL = it was moved out of the table. */
static inline Entry* entryAt(const Region* r, UInt slot)
{
   Addr page = r->number << REGION_SHIFT | (Addr)slot << 12;
   if (LIKELY_(holds(&table[slot], page)))
      return &table[slot];
   if (r->elsewhere[slot / 64] >> (slot & 63) & 1)
      return r->at[slot];
   Entry* second = &table[slot ^ SECOND];
   return holds(second, page) ? second : NULL;
}

/* ---------------------------------------------------------------- rows */

#define MOST_ROWS 512
#define MOST_ROW_BYTES (ROW_HEAD_BYTES + ROW_WIDE_PAGE_BYTES + 2 * ROW_WIDE_KIND_BYTES)
#define SLICE_HEAD_BYTES 32

/* The rows of a slice. Handed on by value, so that all of it stays in registers. */
typedef struct {
   UChar* at;   /* NULL = none is open */
   UInt   rows; /* of the record */
   UInt   all;
   ULong  page; /* of the last row */
} Rows;

static ULong rowsRecord[(SLICE_HEAD_BYTES + MOST_ROWS * MOST_ROW_BYTES) / sizeof(ULong)];

static Rows beginRows(const Thread* t, ULong page, UInt all)
{
   ((UInt*)rowsRecord)[0] = t->number;
   rowsRecord[1] = t->sliceStart;
   rowsRecord[2] = t->instructions;
   rowsRecord[3] = page;
   return (Rows){ (UChar*)rowsRecord + SLICE_HEAD_BYTES, 0, all, page };
}

static void __attribute__((noinline)) endRows(UChar* at, UInt rows)
{
   ((UInt*)rowsRecord)[1] = rows;
   putRecord(RECORD_SLICE, rowsRecord, (UInt)(at - (UChar*)rowsRecord));
}

static UChar* __attribute__((noinline)) putWide(UChar* to, const Entry* e, ULong page, UInt kinds)
{
   *(ULong*)to = page;
   to += ROW_WIDE_PAGE_BYTES;
   for (UInt write = 0; write < 2; write++) {
      if ((kinds >> write & 1) == 0)
         continue;
      *(ULong*)to = e->lines[write];
      ((UInt*)to)[2] = e->count[write];
      ((UInt*)to)[3] = (UInt)firstOf(e, write);
      ((UInt*)to)[4] = codeOf(e, write);
      ((UInt*)to)[5] = 0;
      to += ROW_WIDE_KIND_BYTES;
   }
   return to;
}

/* Gives where the next thing comes: behind this, where there is such an access, otherwise in its place. */
static inline UChar* putKind(UChar* to, const Entry* e, UInt write, UInt there)
{
   ULong began = e->began[write];
   *(ULong*)to = e->lines[write];
   *(ULong*)(to + 8) = e->count[write] | (UInt)began << 16 | (began >> 32) << 32;
   return to + (ROW_KIND_BYTES & -there);
}

/* The bits of the numbers of a kind of access. */
static inline UInt numbers(const Entry* e, UInt write)
{
   return e->count[write] | (UInt)firstOf(e, write) | codeOf(e, write);
}

/* Which kinds of access a page has seen nobody can guess: nothing is decided by a branch. What there is none of is written,
   too, and then overwritten. */
static inline __attribute__((always_inline)) Rows putRow(Rows r, Thread* t, const Entry* e)
{
   ULong page = pageOf(e) >> 12;
   if (UNLIKELY_(r.at == NULL))
      r = beginRows(t, page, r.all);
   UInt   reads = e->base[0] != NO_PAGE, writes = e->base[1] != NO_PAGE;
   UInt   bits = reads | writes << 1 | ((UInt)e->flags & (FLAG_LOCKED | FLAG_UPDATE)) << 1;
   UInt   most = (numbers(e, 0) & -reads) | (numbers(e, 1) & -writes);
   ULong  by = page - r.page;
   UChar* head = r.at;
   UChar* to = head + ROW_HEAD_BYTES;
   if (LIKELY_(most >> 16 == 0 && by >> ROW_PAGE_BITS == 0)) {
      *(UInt*)head = bits | (UInt)by << ROW_PAGE_SHIFT;
      to = putKind(to, e, 0, reads);
      to = putKind(to, e, 1, writes);
   } else {
      *(UInt*)head = bits | ROW_WIDE;
      to = putWide(to, e, page, reads | writes << 1);
   }
   r.at = to;
   r.page = page;
   r.rows++;
   r.all++;
   if (UNLIKELY_(r.rows == MOST_ROWS)) {
      endRows(r.at, r.rows);
      r.at = NULL;
   }
   return r;
}

/* Two parts of a page become one. */
static void merge(Entry* into, const Entry* from)
{
   for (UInt write = 0; write < 2; write++) {
      if (from->base[write] == NO_PAGE)
         continue;
      Bool none = into->base[write] == NO_PAGE;
      if (none || firstOf(from, write) < firstOf(into, write)) {
         ULong flags = write ? FLAG_LOCKED | FLAG_UPDATE : FIRST_READ_UPDATES;
         into->began[write] = from->began[write];
         into->flags = (into->flags & ~flags) | (from->flags & flags);
      }
      into->lines[write] = from->lines[write] | (none ? 0 : into->lines[write]);
      into->count[write] = from->count[write] + (none ? 0 : into->count[write]);
      into->base[write] = from->base[write];
   }
   if (into->base[0] == NO_PAGE || into->base[1] == NO_PAGE || firstOf(into, 0) != firstOf(into, 1))
      into->flags &= ~(ULong)FLAG_UPDATE; /* the page had been read before, in the other part */
}

/* Takes an entry outside the table among the pages that the slice has come to. False: there is no region for it. */
static Bool arrange(Entry* e)
{
   Addr    page = pageOf(e);
   Region* r = regionOf(page);
   if (r == NULL)
      return False;
   UInt   slot = slotOf(page);
   Entry* part = comeTo(r, slot) ? NULL : entryAt(r, slot);
   if (part != NULL) {
      merge(part, e);
      clearEntry(e);
      return True;
   }
   r->elsewhere[slot / 64] |= 1ULL << (slot & 63);
   r->at[slot] = e;
   return True;
}

/* Hands each entry of the table on, by page, and forgets it. One for which there is no region comes last. */
static inline __attribute__((always_inline)) Rows takeEntries(Rows rows, Thread* t, Rows (*take)(Rows, Thread*, const Entry*))
{
   for (UInt k = 0; k < nRegions; k++) {
      Region* r = byNumber[k];
      for (; r->words != 0; r->words &= r->words - 1) {
         UInt i = __builtin_ctz(r->words);
         for (ULong pages = r->pages[i]; pages != 0; pages &= pages - 1) {
            Entry* e = entryAt(r, i * 64 + __builtin_ctzll(pages));
            if (e == NULL)
               continue;
            rows = take(rows, t, e);
            clearEntry(e);
         }
         r->pages[i] = r->elsewhere[i] = 0;
      }
   }
   if (outOfOrder)
      for (UInt i = 0; i < ENTRIES; i++)
         if (!isEmpty(&table[i])) {
            rows = take(rows, t, &table[i]);
            clearEntry(&table[i]);
         }
   outOfOrder = False;
   if (nRegions > STALE_REGIONS)
      forgetRegions();
   return rows;
}

static Rows dropEntry(Rows rows, Thread* t, const Entry* e)
{
   return rows;
}

static Rows spillEntry(Rows rows, Thread* t, const Entry* e)
{
   spill(t, e);
   return rows;
}

static void spillParked(void)
{
   while (nParked > 0)
      spill(tableOwner, &parked[--nParked]);
}

/* Moves what the table holds to its owner's other entries. */
static void emptyTable(void)
{
   takeEntries((Rows){ 0 }, tableOwner, spillEntry);
   spillParked();
   spillSlice++;
}

/* Java sorts a slice that has entries for which there is no region. */
static void putRows(Thread* t)
{
   Rows rows = { 0 };
   for (UInt i = 0; i < t->nSpill; i++)
      if (!isEmpty(&t->spill[i]) && !arrange(&t->spill[i]))
         rows = putRow(rows, t, &t->spill[i]);
   rows = takeEntries(rows, t, putRow);
   if (rows.at != NULL)
      endRows(rows.at, rows.rows);
   slicePages = rows.all;
}

/* Writes the visits of the slice that ends at the thread's instruction count, begins the next. */
static void endSlice(Thread* t)
{
   slicePages = 0;
   if (tableOwner != t) { /* the slice's entries are outside the table, and its pages not those of the regions */
      emptyTable();
      tableOwner = NULL;
   }
   spillParked();
   if (recording)
      putRows(t);
   else
      takeEntries((Rows){ 0 }, t, dropEntry);
   t->nSpill = 0;
   spillSlice++;
   returned = False;
   t->sliceStart = t->instructions;
   if (running == t)
      *sliceLeft = sliceInstructions;
}

void initVisits(void)
{
   forgetRegions();
   leftOf = VG_(calloc)("capture.leftOf", VG_N_THREADS + 1, sizeof(Long*));
   for (Int i = 0; i < ENTRIES; i++)
      clearEntry(&table[i]);
}

void freeVisits(Thread* t)
{
   VG_(free)(t->spill);
   t->spill = NULL;
   t->nSpill = t->maxSpill = 0;
   if (tableOwner == t)
      tableOwner = NULL;
}

/* Translated code holds the guest's registers in RBP. Were they handed over, each block would load them into a
   register of its own before it knows whether it calls. */
__asm__(".globl sliceFull\n"
        "sliceFull: mov %rbp, %rdi\n"
        "   jmp sliceFullOf\n"
        ".globl logFull\n"
        "logFull: mov %rbp, %rdi\n"
        "   jmp logFullOf\n");

/* Called at the start of a block for which the slice has no room, and by a thread's first block. */
static void __attribute__((used)) sliceFullOf(VexGuestAMD64State* guest)
{
   if (running == NULL)
      return;
   drain();
   sliceLeft = leftOf[running->tid] = (Long*)((UChar*)guest + SLICE_LEFT);
   endSlice(running);
   perhapsYield(guest);
}

/* Called in a block for which the log has no room. */
static void __attribute__((used)) logFullOf(VexGuestAMD64State* guest)
{
   drain();
   if (running != NULL)
      perhapsYield(guest);
}

void takeTable(Thread* t)
{
   logCursor = logWords;
   if (fullDetail || t == NULL)
      return;
   if (tableOwner != t) {
      if (tableOwner != NULL)
         emptyTable();
      tableOwner = t;
      returned = t->nSpill > 0;
   }
   sliceLeft = leftOf[t->tid];
   if (sliceLeft == NULL) {
      UChar none[16] = { 0 }; /* nothing left, and ALWAYS_ZERO */
      VG_(set_shadow_regs_area)(t->tid, 1, SLICE_LEFT - sizeof(VexGuestAMD64State), sizeof(none), none);
      sliceLeft = &unplaced;
   }
   *sliceLeft = (Long)(t->sliceStart + sliceInstructions - t->instructions);
}

void drain(void)
{
   if (running == NULL)
      return;
   if (!fullDetail)
      running->instructions = running->sliceStart + sliceInstructions - *sliceLeft;
   else if (recording && logCursor != logWords)
      drainFull(running);
   logCursor = logWords;
}

void cutSlice(Thread* t)
{
   if (!recording)
      return;
   if (fullDetail)
      t->sliceStart = t->instructions;
   else
      endSlice(t);
}
