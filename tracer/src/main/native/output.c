/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stream to Java: records are gathered in buffers. Where Java shares memory with this process it reads
   them there, and what it is late with waits; the pipe then only wakes it up. Elsewhere they are
   written to the pipe. */

#include "capture.h"

/* Of the core, not among the tools' headers. */
extern Int    VG_(safe_fd)(Int oldfd); /* moves a descriptor out of the program's sight */
extern Int    VG_(fcntl)(Int fd, Int command, Addr argument);
extern SysRes VG_(am_shared_mmap_file_float_valgrind)(SizeT length, UInt protection, Int fd, Off64T offset);

#define OUTPUT_BYTES (BUFFER_PAYLOAD_BYTES - 8) /* a record and what pads it */
#define WAIT_MILLIS 1

/* Room in the pipe itself; fcntl(2), F_SETPIPE_SZ. */
#define SET_PIPE_BYTES 1031
#define PIPE_BYTES (1 << 20)

#define LONG_RECORD 4096

#define FALLOCATE 285 /* fallocate(2) */
#define MADVISE 28    /* madvise(2) */
#define POPULATE 23   /* MADV_POPULATE_WRITE: one call instead of a page fault for each page; older kernels refuse it */
#define POLLOUT 4     /* poll(2): there is room */
#define POLLERR 8     /* nobody reads */

static Buffer  own; /* where none are shared */
static Buffer* current = &own;
static UInt    used; /* bytes of it, the record included that was reserved last */
static Int     fd = -1;

static Shared* shared; /* NULL = the stream goes through the pipe */
static Int     sharedFd = -1;
static UInt    provided;         /* buffers that have memory */
static UInt    filledAs[BUFFERS]; /* by buffer: how many were passed on before it */

UShort streamNumber = 1;

/* Memory for some more buffers, without which to touch them might end the process. */
static Bool provide(void)
{
   if (provided == BUFFERS)
      return False;
   UWord  from = offsetof(Shared, buffers) + provided * sizeof(Buffer), bytes = PROVIDED_BUFFERS * sizeof(Buffer);
   SysRes r = VG_(do_syscall)(FALLOCATE, sharedFd, 0, from, bytes, 0, 0, 0, 0);
   if (sr_isError(r))
      return False;
   VG_(do_syscall)(MADVISE, (UWord)shared + from, bytes, POPULATE, 0, 0, 0, 0, 0);
   for (UInt i = 0; i < PROVIDED_BUFFERS; i++)
      filledAs[provided++] = shared->taken - 1; /* as if it had been read */
   return True;
}

static void unshare(void)
{
   if (shared != NULL)
      VG_(am_munmap_valgrind)((Addr)shared, sizeof(Shared));
   if (sharedFd >= 0)
      VG_(close)(sharedFd);
   shared = NULL;
   sharedFd = -1;
   provided = 0;
   current = &own;
   used = 0;
}

/* Takes the file of the recorder's buffers where there is one. */
static void share(const HChar* path)
{
   struct vg_stat information;
   Int plain = path == NULL ? -1 : VG_(fd_open)(path, VKI_O_RDWR, 0);
   if (plain < 0)
      return;
   sharedFd = VG_(safe_fd)(plain);
   if (VG_(fstat)(sharedFd, &information) == 0 && information.size == sizeof(Shared)
       && information.uid == (UInt)VG_(geteuid)()) {
      VG_(unlink)(path);
      SysRes map = VG_(am_shared_mmap_file_float_valgrind)(sizeof(Shared), VKI_PROT_READ | VKI_PROT_WRITE,
                                                           sharedFd, 0);
      if (!sr_isError(map))
         shared = (Shared*)sr_Res(map);
   }
   if (shared == NULL || !provide()) {
      unshare();
      return;
   }
   current = &shared->buffers[0];
   shared->inUse = 1;
}

/* Where it need not wait for the recorder, the open fails while nobody reads. */
Bool openOutput(const HChar* path, Bool wait, const HChar* buffers)
{
   Int plain = VG_(fd_open)(path, VKI_O_WRONLY | (wait ? 0 : VKI_O_NONBLOCK), 0);
   if (plain < 0)
      return False;
   fd = VG_(safe_fd)(plain);
   VG_(fcntl)(fd, VKI_F_SETFL, VKI_O_WRONLY | VKI_O_NONBLOCK);
   struct vg_stat information;
   if (VG_(fstat)(fd, &information) == 0 && VKI_S_ISFIFO(information.mode))
      share(buffers);
   if (shared == NULL)
      VG_(fcntl)(fd, SET_PIPE_BYTES, PIPE_BYTES); /* refused where users have less: it works either way */
   return True;
}

/* Nobody reads any more: the recorder was killed, and a program that runs on unrecorded at a fraction
   of its speed helps nobody. */
static void endWithRecorder(void)
{
   fd = -1;
   VG_(exit)(141);
}

/* Waits for room in the pipe, or for some time. */
static void await(Bool room)
{
   struct vki_pollfd pipe = { fd, room ? POLLOUT : 0, 0 };
   VG_(poll)(&pipe, 1, room ? -1 : WAIT_MILLIS);
   if ((pipe.revents & POLLERR) != 0)
      endWithRecorder();
}

static void writeCurrent(void)
{
   for (UInt sent = 0; fd >= 0 && sent < used;) {
      Int n = VG_(write)(fd, current->bytes + sent, used - sent);
      if (n >= 0)
         sent += n;
      else if (n == -VKI_EAGAIN)
         await(True);
      else if (n != -VKI_EINTR)
         endWithRecorder();
   }
}

/* Which buffer comes next: the first that Java has read, so that few are used, which stay in the
   processor's caches, as long as Java keeps up. Waits where there is no memory for another one. */
static UInt nextBuffer(UInt at)
{
   for (;;) {
      UInt taken = __atomic_load_n(&shared->taken, __ATOMIC_ACQUIRE);
      for (UInt i = 0; i < provided; i++)
         if (i != at && (Int)(taken - filledAs[i]) > 0)
            return i;
      if (!provide())
         await(False);
   }
}

static void shareCurrent(void)
{
   UInt at = (UInt)(current - shared->buffers), next = nextBuffer(at);
   UChar bell = 0;
   filledAs[at] = shared->filled;
   current->next = next;
   __builtin_ia32_sfence(); /* what went past the caches, too, comes before what follows */
   __atomic_store_n(&shared->filled, shared->filled + 1, __ATOMIC_RELEASE);
   Int n = VG_(write)(fd, &bell, 1);
   if (n < 0 && n != -VKI_EAGAIN && n != -VKI_EINTR) /* a full pipe has bells enough */
      endWithRecorder();
   current = &shared->buffers[next];
}

void flushOutput(void)
{
   if (used == 0)
      return;
   current->whole = used;
   if (shared == NULL)
      writeCurrent();
   else
      shareCurrent();
   used = 0;
}

/* Forgets what was not passed on: in a forked child, what the parent will write. */
void abandonOutput(void)
{
   unshare();
   if (fd >= 0)
      VG_(close)(fd);
   fd = -1;
   recording = False;
}

void closeOutput(void)
{
   flushOutput();
   abandonOutput();
}

UChar* reserve(UInt type, UInt payload)
{
   UInt bytes = (payload + 7) & ~7u;
   tl_assert(bytes + 8 <= OUTPUT_BYTES);
   if (used + bytes + 8 > OUTPUT_BYTES)
      flushOutput();
   current->whole = used; /* up to here Java may read where this process is killed */
   UChar* at = current->bytes + used;
   ((UInt*)at)[0] = type;
   ((UInt*)at)[1] = bytes;
   if (bytes > 0)
      *(ULong*)(at + bytes) = 0; /* pads texts */
   used += bytes + 8;
   return at + 8;
}

/* A whole record. Long ones go past the caches where Java reads them: it may be late, and the program needs the caches. */
void putRecord(UInt type, const ULong* payload, UInt bytes)
{
   ULong* to = (ULong*)reserve(type, bytes);
   UInt   words = bytes / sizeof(ULong), rest = bytes % sizeof(ULong);
   if (shared != NULL && bytes >= LONG_RECORD)
      for (UInt i = 0; i < words; i++)
         __builtin_ia32_movnti64((long long*)&to[i], (long long)payload[i]);
   else
      for (UInt i = 0; i < words; i++)
         to[i] = payload[i];
   VG_(memcpy)(to + words, payload + words, rest);
}

/* Gives back what the record that was reserved last does not need of its room. */
void trim(UChar* payload, UInt bytes)
{
   *(ULong*)(payload + bytes) = 0; /* pads; there are eight bytes behind the last record */
   bytes = (bytes + 7) & ~7u;
   ((UInt*)payload)[-1] = bytes;
   used = (UInt)(payload - current->bytes) + bytes;
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
