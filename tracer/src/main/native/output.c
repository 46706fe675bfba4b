/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stream to Java: records are gathered and written to a pipe. */

#include "capture.h"

/* Of the core, not among the tools' headers. */
extern Int VG_(safe_fd)(Int oldfd); /* moves a descriptor out of the program's sight */
extern Int VG_(fcntl)(Int fd, Int command, Addr argument);

/* Full buffers wait here while Java is busy elsewhere, above all while its own code is compiled: the
   program goes on, and Java, which needs less than a processor, catches up. The first ones are used
   again as soon as nothing waits, so that most of these 64 MiB are touched only where Java is very
   late, in large pages where the system has them: page faults are dear. */
#define BUFFERS 256
#define BUFFER_BYTES (1 << 18)
#define OUTPUT_BYTES (BUFFER_BYTES - 16) /* a record and what pads it */
#define LARGE_PAGE_BYTES (1 << 21)

/* Room in the pipe itself; fcntl(2), F_SETPIPE_SZ. */
#define SET_PIPE_BYTES 1031
#define PIPE_BYTES (1 << 20)

#define MADVISE 28 /* madvise(2), MADV_HUGEPAGE */
#define LARGE_PAGES 14
#define POLLOUT 4 /* poll(2): there is room */

typedef struct {
   UInt  used;
   UChar bytes[BUFFER_BYTES - 8] __attribute__((aligned(8)));
} Buffer;

static Buffer buffers[BUFFERS] __attribute__((aligned(LARGE_PAGE_BYTES)));
static UInt   oldest;  /* the buffer that goes into the pipe next */
static UInt   sent;    /* bytes of it that have */
static UInt   current; /* the buffer that is being filled */
static Int    fd = -1;

UShort streamNumber = 1;

/* Where it need not wait for the recorder, the open fails while nobody reads. */
Bool openOutput(const HChar* path, Bool wait)
{
   Int plain = VG_(fd_open)(path, VKI_O_WRONLY | (wait ? 0 : VKI_O_NONBLOCK), 0);
   if (plain < 0)
      return False;
   fd = VG_(safe_fd)(plain);
   VG_(fcntl)(fd, VKI_F_SETFL, VKI_O_WRONLY | VKI_O_NONBLOCK);
   VG_(fcntl)(fd, SET_PIPE_BYTES, PIPE_BYTES); /* refused where it is no pipe or users have less: it works either way */
   VG_(do_syscall)(MADVISE, (UWord)buffers, sizeof(buffers), LARGE_PAGES, 0, 0, 0, 0, 0);
   return True;
}

/* Nothing waits. */
static void startOver(void)
{
   oldest = current = sent = 0;
   buffers[0].used = 0;
}

/* Writes what the pipe takes. Waits until it has taken so much that fewer than so many buffers wait
   besides the current one: with 0 until it has all. */
static void writeUntilFewer(UInt most)
{
   while (fd >= 0) {
      Buffer* b = &buffers[oldest];
      Int     n = sent < b->used ? VG_(write)(fd, b->bytes + sent, b->used - sent) : 0;
      if (n >= 0) {
         sent += n;
         if (sent < b->used)
            continue;
         if (oldest == current)
            break;
         sent = 0;
         oldest = (oldest + 1) % BUFFERS;
      } else if (n == -VKI_EAGAIN) {
         if ((current - oldest) % BUFFERS < most)
            return;
         struct vki_pollfd room = { fd, POLLOUT, 0 };
         VG_(poll)(&room, 1, -1);
      } else if (n != -VKI_EINTR) {
         /* Nobody reads any more: the recorder was killed, and a program that runs on unrecorded
            at a fraction of its speed helps nobody. */
         fd = -1;
         VG_(exit)(141);
      }
   }
   startOver();
}

void flushOutput(void)
{
   writeUntilFewer(0);
}

/* The current buffer is full. */
static void goOn(void)
{
   writeUntilFewer(BUFFERS - 1);
   if (buffers[current].used == 0)
      return; /* all is in the pipe */
   current = (current + 1) % BUFFERS;
   buffers[current].used = 0;
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
   startOver();
   if (fd >= 0)
      VG_(close)(fd);
   fd = -1;
   recording = False;
}

UChar* reserve(UInt type, UInt payload)
{
   UInt bytes = (payload + 7) & ~7u;
   tl_assert(bytes + 8 <= OUTPUT_BYTES);
   if (buffers[current].used + bytes + 8 > OUTPUT_BYTES)
      goOn();
   Buffer* b = &buffers[current];
   UChar*  at = b->bytes + b->used;
   ((UInt*)at)[0] = type;
   ((UInt*)at)[1] = bytes;
   if (bytes > 0)
      *(ULong*)(at + bytes) = 0; /* pads texts */
   b->used += bytes + 8;
   return at + 8;
}

/* Gives back what the record that was reserved last does not need of its room. */
void trim(UChar* payload, UInt bytes)
{
   *(ULong*)(payload + bytes) = 0; /* pads; there are eight bytes behind the last record */
   bytes = (bytes + 7) & ~7u;
   ((UInt*)payload)[-1] = bytes;
   buffers[current].used = (UInt)(payload - buffers[current].bytes) + bytes;
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
