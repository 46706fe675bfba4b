/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes what translated code has logged, counts instructions, and gathers accesses into visits:
   what a thread did to each page in a slice. */

#include "capture.h"

UWord  logWords[LOG_WORDS + LOG_MARGIN] __attribute__((aligned(64)));
UWord* logCursor = logWords;

#define SECOND 0x155 /* where the second slot of a page lies */
#define FIRST_READ_UPDATES (1ULL << 56) /* in ip[0] */

static void clearEntry(Entry* e)
{
   e->base[0] = e->base[1] = NO_PAGE;
   e->lines[0] = e->lines[1] = 0;
   e->count[0] = e->count[1] = 0;
   e->first[0] = e->first[1] = -1;
   e->ip[0] = e->ip[1] = 0;
}

void freshTable(Thread* t)
{
   t->table = VG_(malloc)("capture.table", ENTRIES * sizeof(Entry));
   for (Int i = 0; i < ENTRIES; i++)
      clearEntry(&t->table[i]);
   t->nTouched = t->nSpill = 0;
}

void freeTable(Thread* t)
{
   VG_(free)(t->table);
   VG_(free)(t->spill);
   t->table = NULL;
   t->spill = NULL;
   t->maxSpill = 0;
}

static inline UInt slotOf(Addr a)
{
   return ((a >> 12) ^ (a >> 22)) & (ENTRIES - 1);
}

static inline Bool isEmpty(const Entry* e)
{
   return e->base[0] == NO_PAGE && e->base[1] == NO_PAGE;
}

static void spill(Thread* t, const Entry* e)
{
   if (t->nSpill == t->maxSpill) {
      t->maxSpill = t->maxSpill == 0 ? 256 : t->maxSpill * 2;
      t->spill = VG_(realloc)("capture.spill", t->spill, t->maxSpill * sizeof(Entry));
   }
   t->spill[t->nSpill++] = *e;
}

/* The entry of a page, in its first slot; makes room where there is none. */
static Entry* entryOf(Thread* t, Addr page)
{
   UInt   slot = slotOf(page);
   Entry* e = &t->table[slot];
   if (e->base[0] == page || e->base[1] == page)
      return e;
   Entry* second = &t->table[slot ^ SECOND];
   if (second->base[0] == page || second->base[1] == page) {
      Entry swap = *e;
      *e = *second;
      *second = swap;
      return e;
   }
   if (isEmpty(e)) {
      t->touched[t->nTouched++] = slot;
      return e;
   }
   if (isEmpty(second))
      t->touched[t->nTouched++] = slot ^ SECOND;
   else
      spill(t, second);
   *second = *e;
   clearEntry(e);
   return e;
}

/* Marks the first access of a kind to a page in this slice. */
static inline void first(Entry* e, Addr page, UInt write, Int at, Addr ip, Bool update)
{
   e->base[write] = page;
   e->first[write] = at;
   e->ip[write] = ip;
   if (update) {
      if (!write)
         e->ip[0] |= FIRST_READ_UPDATES;
      else if (e->first[0] == at && e->ip[0] == (ip | FIRST_READ_UPDATES))
         e->ip[1] |= (ULong)FLAG_UPDATE << 56;
   }
}

static void touch(Thread* t, Addr page, ULong lines, UInt write, Int at, Addr ip, UInt kind)
{
   Entry* e = entryOf(t, page);
   if (e->base[write] != page) {
      needCode(ip);
      first(e, page, write, at, ip, kind == ACCESS_UPDATE);
      if (write && kind == ACCESS_LOCKED)
         e->ip[1] |= (ULong)FLAG_LOCKED << 56;
   }
   e->lines[write] |= lines;
   e->count[write]++;
}

static ULong linesOf(Addr from, Addr last)
{
   UInt low = (from >> 6) & 63, high = (last >> 6) & 63;
   return (~0ULL >> (63 - (high - low))) << low;
}

/* One access, whatever its size. */
static void slowAccess(Thread* t, Addr a, const Member* m, Int at)
{
   Addr last = a + (m->bytes == 0 ? 0 : m->bytes - 1);
   Addr from = a;
   for (Addr page = a & ~(Addr)(PAGE_BYTES - 1);; page += PAGE_BYTES) {
      Addr  to = last < page + PAGE_BYTES - 1 ? last : page + PAGE_BYTES - 1;
      ULong lines = linesOf(from, to);
      if (m->kind != ACCESS_WRITE)
         touch(t, page, lines, 0, at, m->ip, m->kind);
      if (m->kind != ACCESS_READ)
         touch(t, page, lines, 1, at, m->ip, m->kind);
      if (to == last)
         return;
      from = page + PAGE_BYTES;
   }
}

/* Accesses of a group that crosses a page: one by one. */
static void __attribute__((noinline))
crossing(Thread* t, const Segment* s, const Group* g, const UWord* words, Int sliceOffset)
{
   for (UInt i = 0; i < g->nMembers; i++) {
      Member m = s->byGroup[g->firstMember + i];
      Bool   update = m.kind == ACCESS_UPDATE;
      Addr   a = words[m.root] + m.offset;
      Addr   last = a + m.bytes - 1;
      Addr   from = a;
      for (Addr page = a & ~(Addr)(PAGE_BYTES - 1);; page += PAGE_BYTES) {
         Addr to = last < page + PAGE_BYTES - 1 ? last : page + PAGE_BYTES - 1;
         touch(t, page, linesOf(from, to), g->write, sliceOffset + m.instruction, m.ip,
               update ? ACCESS_UPDATE : g->write ? ACCESS_WRITE : ACCESS_READ);
         if (to == last)
            break;
         from = page + PAGE_BYTES;
      }
   }
}

/* The page of a group is not in the first slot, or has not been accessed in this way. */
static Entry* __attribute__((noinline)) miss(Thread* t, Addr a, const Group* g, Int at)
{
   Addr   page = a & ~(Addr)(PAGE_BYTES - 1);
   Entry* e = entryOf(t, page);
   if (e->base[g->write] != page) {
      needCode(g->ip);
      first(e, page, g->write, at, g->ip, g->update);
   }
   return e;
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

/* Writes the visits of the slice that ends at the thread's instruction count, begins the next. */
static void endSlice(Thread* t)
{
   UInt rows = t->nSpill;
   for (UInt i = 0; i < t->nTouched; i++)
      rows += !isEmpty(&t->table[t->touched[i]]);
   UInt doneSpill = 0, nextTouched = 0;
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
         if (doneSpill < t->nSpill) {
            *to++ = t->spill[doneSpill++];
            now--;
         } else {
            Entry* e = &t->table[t->touched[nextTouched++]];
            if (!isEmpty(e)) {
               *to++ = *e;
               clearEntry(e);
               now--;
            }
         }
      }
   }
   t->nTouched = t->nSpill = 0;
   t->sliceStart = t->instructions;
}

static void drainVisits(Thread* t)
{
   const UWord* p = logWords;
   const UWord* end = logCursor;
   Entry*       table = t->table;
   ULong        at = t->instructions;
   ULong        limit = t->sliceStart + sliceInstructions;
   while (p < end) {
      const Segment* s = (const Segment*)*p++;
      if (UNLIKELY_(at + s->need > limit)) {
         t->instructions = at;
         endSlice(t);
         limit = at + sliceInstructions;
      }
      Int sliceOffset = (Int)(at - t->sliceStart);
      if (LIKELY_(s->form == SEGMENT_PLAIN)) {
         const Group* g = s->groups;
         const Group* last = g + s->nGroups;
         for (; g < last; g++) {
            Addr   a = p[g->root] + g->offset;
            Entry* e = &table[slotOf(a)];
            UInt   write = g->write;
            ULong  d = a - e->base[write];
            if (UNLIKELY_(d > g->most)) {
               if ((a & (PAGE_BYTES - 1)) > g->most) {
                  crossing(t, s, g, p, sliceOffset);
                  continue;
               }
               e = miss(t, a, g, sliceOffset + g->instruction);
               d = a & (PAGE_BYTES - 1);
            }
            /* A store only where something changes: the next access often needs this very word. */
            ULong lines = (1ULL << (d >> 6)) | (1ULL << ((d + g->last) >> 6));
            if (UNLIKELY_((lines & ~e->lines[write]) != 0))
               e->lines[write] |= lines;
            e->count[write] += g->count;
         }
      } else if (s->form == SEGMENT_ATOMIC) {
         const Member* m = &s->members[0];
         t->instructions = at;
         slowAccess(t, p[0] + m->offset, m, sliceOffset + m->instruction);
         putAtomic(t, m, p[0] + m->offset, p[1], at + m->instruction);
      } else if (s->form == SEGMENT_SLOW || p[0] != 0) {
         for (UInt i = 0; i < s->nMembers; i++) {
            const Member* m = &s->members[i];
            slowAccess(t, p[m->root] + m->offset, m, sliceOffset + m->instruction);
         }
      }
      p += s->words;
      at += s->instructions;
   }
   t->instructions = at;
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
   if (logCursor == logWords)
      return;
   if (recording && running != NULL) {
      if (fullDetail)
         drainFull(running);
      else
         drainVisits(running);
   }
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
