/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Visits: what a thread did to each page in a slice. Translated code adds lines and counts to the
   entries of the table; C is called where the page has no entry yet, and where accesses cross a
   page. Full detail: takes to its end what translated code has logged. */

#include "capture.h"

UWord  logWords[LOG_WORDS + LOG_MARGIN] __attribute__((aligned(64)));
UWord* logCursor = logWords;
Long   sliceLeft;
Entry  table[ENTRIES] __attribute__((aligned(64)));

#define SECOND 0x155 /* where the second slot of a page lies */
#define FIRST_READ_UPDATES (1ULL << 56) /* in ip[0] */

static Thread* tableOwner;
static UShort  touched[ENTRIES]; /* slots that may hold entries */
static UInt    nTouched;
static UChar   listed[ENTRIES];  /* the slot is among them */

/* Entries that were moved out of the way of garbage: the pages of accesses that crossed into
   another one. A loop may cross at each turn, so they are found again. */
#define PARKED 8
static Entry parked[PARKED];
static UInt  nParked;

static void clearEntry(Entry* e)
{
   e->base[0] = e->base[1] = NO_PAGE;
   e->lines[0] = e->lines[1] = 0;
   e->count[0] = e->count[1] = 0;
   e->first[0] = e->first[1] = -1;
   e->ip[0] = e->ip[1] = 0;
}

void initVisits(void)
{
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

static inline UInt slotOf(Addr a)
{
   return (a >> 12) & (ENTRIES - 1);
}

static inline Bool isEmpty(const Entry* e)
{
   return e->base[0] == NO_PAGE && e->base[1] == NO_PAGE;
}

static inline Bool holds(const Entry* e, Addr page)
{
   return e->base[0] == page || e->base[1] == page;
}

static void spill(Thread* t, const Entry* e)
{
   if (t == NULL)
      return;
   if (t->nSpill == t->maxSpill) {
      t->maxSpill = t->maxSpill == 0 ? 256 : t->maxSpill * 2;
      t->spill = VG_(realloc)("capture.spill", t->spill, t->maxSpill * sizeof(Entry));
   }
   t->spill[t->nSpill++] = *e;
}

static void list(UInt slot)
{
   if (listed[slot])
      return;
   listed[slot] = 1;
   touched[nTouched++] = slot;
}

/* The entry of a page, in its first slot; makes room where there is none. */
static Entry* entryOf(Addr page)
{
   UInt   slot = slotOf(page);
   Entry* e = &table[slot];
   if (holds(e, page))
      return e;
   Entry* second = &table[slot ^ SECOND];
   if (holds(second, page)) {
      Entry swap = *e;
      *e = *second;
      *second = swap;
      list(slot);
      return e;
   }
   if (!isEmpty(e)) {
      if (!isEmpty(second))
         spill(tableOwner, second);
      *second = *e;
      list(slot ^ SECOND);
   }
   list(slot);
   for (UInt i = 0; i < nParked; i++)
      if (holds(&parked[i], page)) {
         *e = parked[i];
         parked[i] = parked[--nParked];
         return e;
      }
   clearEntry(e);
   return e;
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

/* Notes an access of a kind to a page that may be the first one in this slice. */
static void first(Entry* e, Addr page, UInt write, Int at, Addr ip, UInt kind)
{
   if (e->base[write] != page) {
      e->base[write] = page;
      e->lines[write] = 0;
      e->count[write] = 0;
   } else if (at >= e->first[write])
      return;
   if (recording)
      needCode(ip);
   e->first[write] = at;
   e->ip[write] = ip;
   if (!write && kind == ACCESS_UPDATE)
      e->ip[0] |= FIRST_READ_UPDATES;
   if (write && kind == ACCESS_LOCKED)
      e->ip[1] |= (ULong)FLAG_LOCKED << 56;
   /* One instruction reads and writes, and both are the first. */
   e->ip[1] &= ~((ULong)FLAG_UPDATE << 56);
   if (e->base[0] == page && e->base[1] == page && e->first[0] == e->first[1]
       && e->ip[0] == (e->ip[1] | FIRST_READ_UPDATES))
      e->ip[1] |= (ULong)FLAG_UPDATE << 56;
}

static void touch(Addr page, ULong lines, UInt write, Int at, Addr ip, UInt kind)
{
   Entry* e = entryOf(page);
   first(e, page, write, at, ip, kind);
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
   return (Int)((Long)sliceInstructions - sliceLeft);
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

/* Called where the page of a group has no entry in its first slot or was not yet accessed in this way. Translated code then
   adds lines and count. */
void visitMiss(const Group* g, Addr a)
{
   Addr page = a & ~(Addr)(PAGE_BYTES - 1);
   if (UNLIKELY_((a & (PAGE_BYTES - 1)) > g->most)) {
      crossing(g, a);
      return;
   }
   Entry* e = entryOf(page);
   first(e, page, g->write, committed() + g->instruction, g->ip, g->update ? ACCESS_UPDATE : ACCESS_READ);
   if (g->narrow)
      e->lines[g->write] |= linesOf(a, a + g->last);
}

/* An access that takes no place in a group. */
void visitSlowly(const Segment* s, Addr a)
{
   const Member* m = &s->members[0];
   access(a, m, m->kind == ACCESS_READ ? 1 : m->kind == ACCESS_WRITE ? 2 : 3,
          committed() + s->before + m->instruction);
}

static void putAtomic(const Thread* t, const Member* m, Addr a, UWord failed, ULong at)
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

/* Moves what the table holds to its owner's other entries. */
static void emptyTable(void)
{
   for (UInt i = 0; i < nTouched; i++) {
      Entry* e = &table[touched[i]];
      listed[touched[i]] = 0;
      if (!isEmpty(e))
         spill(tableOwner, e);
      clearEntry(e);
   }
   for (UInt i = 0; i < nParked; i++)
      spill(tableOwner, &parked[i]);
   nTouched = nParked = 0;
}

static inline void takeEntry(Entry* to, const Entry* e)
{
   *to = *e;
   for (UInt write = 0; write < 2; write++)
      if (e->base[write] == NO_PAGE) {
         to->lines[write] = 0;
         to->count[write] = 0;
      }
}

/* Writes the visits of the slice that ends at the thread's instruction count, begins the next. */
static void endSlice(Thread* t)
{
   Bool owns = tableOwner == t;
   UInt rows = t->nSpill, nextSpill = 0, nextTouched = 0;
   if (owns) {
      while (nParked > 0)
         spill(t, &parked[--nParked]);
      rows = t->nSpill;
      for (UInt i = 0; i < nTouched; i++)
         rows += !isEmpty(&table[touched[i]]);
   }
   if (!recording)
      rows = t->nSpill = 0;
   while (rows > 0) {
      UInt   now = rows < 2048 ? rows : 2048;
      UChar* r = reserve(RECORD_SLICE, 24 + now * sizeof(Entry));
      ((UInt*)r)[0] = t->number;
      ((UInt*)r)[1] = now;
      ((ULong*)r)[1] = t->sliceStart;
      ((ULong*)r)[2] = t->instructions;
      Entry* to = (Entry*)(r + 24);
      rows -= now;
      while (now > 0) {
         if (nextSpill < t->nSpill) {
            takeEntry(to++, &t->spill[nextSpill++]);
            now--;
         } else {
            Entry* e = &table[touched[nextTouched++]];
            if (!isEmpty(e)) {
               takeEntry(to++, e);
               now--;
            }
         }
      }
   }
   t->nSpill = 0;
   if (owns) {
      for (UInt i = 0; i < nTouched; i++) {
         clearEntry(&table[touched[i]]);
         listed[touched[i]] = 0;
      }
      nTouched = 0;
   }
   t->sliceStart = t->instructions;
   if (running == t)
      sliceLeft = sliceInstructions;
}

/* Called at the start of a block for which the slice has no room. */
void sliceFull(void)
{
   if (running == NULL)
      return;
   drain();
   endSlice(running);
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
   }
   sliceLeft = (Long)(t->sliceStart + sliceInstructions - t->instructions);
}

/* ---------------------------------------------------------------- full detail */

static void putSegment(Segment* s)
{
   for (UInt i = 0; i < s->nMembers; i++)
      needCode(s->members[i].ip);
   UChar* r = reserve(RECORD_SEGMENT, 24 + s->nMembers * 32);
   ((ULong*)r)[0] = (ULong)s;
   ((UInt*)r)[2] = s->instructions;
   ((UShort*)r)[6] = s->words;
   ((UShort*)r)[7] = s->nMembers;
   ((UInt*)r)[4] = s->form;
   ((UInt*)r)[5] = 0;
   for (UInt i = 0; i < s->nMembers; i++) {
      const Member* m = &s->members[i];
      UChar*        to = r + 24 + i * 32;
      ((Long*)to)[0] = m->offset;
      ((ULong*)to)[1] = m->ip;
      ((UInt*)to)[4] = m->bytes;
      ((Short*)to)[10] = m->root;
      ((Short*)to)[11] = m->instruction;
      ((ULong*)to)[3] = m->kind;
   }
   s->known = 1;
}

static void putWords(const Thread* t, ULong before, const UWord* from, const UWord* to)
{
   if (from == to)
      return;
   UChar* r = reserve(RECORD_WORDS, 16 + (to - from) * 8);
   ((UInt*)r)[0] = t->number;
   ((UInt*)r)[1] = to - from;
   ((ULong*)r)[1] = before;
   VG_(memcpy)(r + 16, from, (to - from) * 8);
}

static void drainFull(Thread* t)
{
   const UWord* p = logWords;
   const UWord* end = logCursor;
   const UWord* from = p;
   ULong        at = t->instructions;
   ULong        before = at;
   while (p < end) {
      Segment* s = (Segment*)*p;
      if (!s->known)
         putSegment(s);
      Bool cut = at + s->need > t->sliceStart + sliceInstructions;
      if (cut || s->form == SEGMENT_ATOMIC) {
         putWords(t, before, from, p);
         from = p;
         before = at;
      }
      if (cut) {
         t->instructions = at;
         t->sliceStart = at;
         putEvent(t, EVENT_SLICE, 0, 0, NULL, 0, 0, 0);
      }
      if (s->form == SEGMENT_ATOMIC) {
         /* The event first, so that Java sees it before the access that comes with the words. */
         const Member* m = &s->members[0];
         putAtomic(t, m, p[1] + m->offset, p[2], at + m->instruction);
      }
      p += 1 + s->words;
      at += s->instructions;
   }
   putWords(t, before, from, p);
   t->instructions = at;
}

void drain(void)
{
   if (running == NULL)
      return;
   if (!fullDetail)
      running->instructions = running->sliceStart + sliceInstructions - sliceLeft;
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
