/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stream to Java: records are gathered and written to a pipe. */

#include "capture.h"

/* Of the core, not among the tools' headers. */
extern Int VG_(safe_fd)(Int oldfd); /* moves a descriptor out of the program's sight */
extern Int VG_(fcntl)(Int fd, Int command, Addr argument);

#define OUTPUT_BYTES (1 << 18)

/* Room in the pipe while Java is busy elsewhere; fcntl(2), F_SETPIPE_SZ. */
#define SET_PIPE_BYTES 1031
#define PIPE_BYTES (1 << 20)

static UChar output[OUTPUT_BYTES + 8] __attribute__((aligned(64)));
static UInt  used;
static Int   fd = -1;

UShort streamNumber = 1;

/* Where it need not wait for the recorder, the open fails while nobody reads. */
Bool openOutput(const HChar* path, Bool wait)
{
   Int plain = VG_(fd_open)(path, VKI_O_WRONLY | (wait ? 0 : VKI_O_NONBLOCK), 0);
   if (plain < 0)
      return False;
   if (!wait)
      VG_(fcntl)(plain, VKI_F_SETFL, VKI_O_WRONLY);
   fd = VG_(safe_fd)(plain);
   VG_(fcntl)(fd, SET_PIPE_BYTES, PIPE_BYTES); /* refused where it is no pipe or users have less: it works either way */
   return True;
}

void flushOutput(void)
{
   UInt done = 0;
   while (fd >= 0 && done < used) {
      Int n = VG_(write)(fd, output + done, used - done);
      if (n > 0)
         done += n;
      else if (n != -VKI_EINTR && n != -VKI_EAGAIN) {
         /* Nobody reads any more: the recorder was killed, and a program that runs on unrecorded
            at a fraction of its speed helps nobody. */
         fd = -1;
         VG_(exit)(141);
      }
   }
   used = 0;
}

void closeOutput(void)
{
   flushOutput();
   if (fd >= 0)
      VG_(close)(fd);
   fd = -1;
   recording = False;
}

/* In a forked child: forget what the parent will write. */
void abandonOutput(void)
{
   used = 0;
   if (fd >= 0)
      VG_(close)(fd);
   fd = -1;
   recording = False;
}

UChar* reserve(UInt type, UInt payload)
{
   UInt bytes = (payload + 7) & ~7u;
   tl_assert(bytes + 8 <= OUTPUT_BYTES);
   if (used + bytes + 8 > OUTPUT_BYTES)
      flushOutput();
   UChar* at = output + used;
   ((UInt*)at)[0] = type;
   ((UInt*)at)[1] = bytes;
   if (bytes > 0)
      *(ULong*)(at + bytes) = 0; /* pads texts */
   used += bytes + 8;
   return at + 8;
}

/* Gives back what the record that was reserved last does not need of its room. */
void trim(UChar* payload, UInt bytes)
{
   *(ULong*)(payload + bytes) = 0; /* pads; there is room, or there are eight bytes behind the buffer */
   bytes = (bytes + 7) & ~7u;
   ((UInt*)payload)[-1] = bytes;
   used = (UInt)(payload - output) + bytes;
}

void putEvent(const Thread* t, UInt kind, Int code, ULong object, const ULong a[6], Long result,
              ULong nanos, Addr ip)
{
   if (!recording)
      return;
   if (ip != 0)
      needCode(ip);
   UChar* r = reserve(RECORD_EVENT, 16 + 11 * 8);
   ULong* w = (ULong*)(r + 16);
   UInt   which = 0;
   ULong  all[11] = { t->instructions, object, 0, 0, 0, 0, 0, 0, (ULong)result, nanos, ip };
   if (a != NULL)
      VG_(memcpy)(all + 2, a, 6 * sizeof(ULong));
   for (UInt i = 0; i < 11; i++)
      if (all[i] != 0) {
         *w++ = all[i];
         which |= 1u << i;
      }
   ((UInt*)r)[0] = t->number;
   ((UInt*)r)[1] = kind;
   ((Int*)r)[2] = code;
   ((UInt*)r)[3] = which;
   trim(r, (UInt)((UChar*)w - r));
}

void putNote(const HChar* text)
{
   SizeT n = VG_(strlen)(text);
   UChar* r = reserve(RECORD_NOTE, n + 1);
   VG_(memcpy)(r, text, n + 1);
}
