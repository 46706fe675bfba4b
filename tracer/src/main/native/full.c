/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Full detail: takes to its end what translated code has logged. */

#include "capture.h"

UWord  logWords[LOG_WORDS + LOG_MARGIN] __attribute__((aligned(64)));
UWord* logCursor = logWords;

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
   s->known = streamNumber;
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

void drainFull(Thread* t)
{
   const UWord* p = logWords;
   const UWord* end = logCursor;
   const UWord* from = p;
   ULong        at = t->instructions;
   ULong        before = at;
   while (p < end) {
      Segment* s = (Segment*)*p;
      if (s->known != streamNumber)
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
