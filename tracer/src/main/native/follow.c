/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children that are followed: each process image (a forked child, an executed program) announces
   itself to the recorder and writes a stream of its own. All die with the recorder. */

#include "capture.h"

#include "pub_tool_xarray.h"

/* of the core, not among the tools' headers */
extern Bool          VG_(clo_trace_children);
extern const HChar*  VG_(args_the_exename);
extern XArray*       VG_(args_for_client);
extern Int           VG_(safe_fd)(Int oldfd);
extern Int           VG_(check_executable)(Bool* isSetuid, const HChar* file, Bool allowSetuid);
extern Int           VG_(fcntl)(Int fd, Int command, Addr argument);
extern SysRes        VG_(mknod)(const HChar* path, Int mode, UWord device);

#define PATH_BYTES 512
#define SET_SIGNAL 10     /* F_SETSIG */
#define SET_OWNER 8       /* F_SETOWN */
#define ASYNCHRONOUS 020000
#define FIFO 0010000       /* S_IFIFO */
#define POLL_MILLIS 1
#define MACHINE_X86_64 62

const HChar* followDirectory;
const HChar* bufferPath;

static ULong image;        /* tells images of one process apart */
static Int   lifeline = -1;

/* Nobody reads from the lifeline. When its last reader is gone the kernel sends SIGKILL, also to a process that
   sleeps; and the recorder sees its end when the last process is gone. */
static void holdLifeline(void)
{
   HChar path[PATH_BYTES];
   VG_(snprintf)(path, sizeof(path), "%s/alive", followDirectory);
   Int plain = VG_(fd_open)(path, VKI_O_WRONLY | VKI_O_NONBLOCK, 0);
   if (plain < 0)
      VG_(exit)(141);
   Int inherited = lifeline;
   lifeline = VG_(safe_fd)(plain);
   VG_(fcntl)(lifeline, SET_SIGNAL, VKI_SIGKILL);
   VG_(fcntl)(lifeline, SET_OWNER, VG_(getpid)());
   VG_(fcntl)(lifeline, VKI_F_SETFL, VKI_O_WRONLY | VKI_O_NONBLOCK | ASYNCHRONOUS);
   if (inherited >= 0)
      VG_(close)(inherited);
}

static Bool canReach(void)
{
   HChar path[PATH_BYTES];
   struct vg_stat information;
   VG_(snprintf)(path, sizeof(path), "%s/alive", followDirectory);
   return !sr_isError(VG_(stat)(path, &information));
}

/* Tells the recorder of this image and opens its stream; false where it is not recorded. */
static Bool announce(Bool forked, UInt thread, ULong parentImage, ULong instructions)
{
   HChar path[PATH_BYTES];
   UChar message[ANNOUNCEMENT_BYTES];
   if (!canReach())
      return False; /* another root, or another user */
   holdLifeline();
   image = nowNanos();
   VG_(snprintf)(path, sizeof(path), "%s/stream.%d.%llu", followDirectory, VG_(getpid)(), image);
   if (sr_isError(VG_(mknod)(path, FIFO | 0600, 0)))
      return False;
   VG_(memset)(message, 0, sizeof(message));
   ((UInt*)message)[0] = VG_(getpid)();
   ((UInt*)message)[1] = VG_(getppid)();
   ((UInt*)message)[2] = forked;
   ((UInt*)message)[3] = thread;
   ((ULong*)message)[2] = image;
   ((ULong*)message)[3] = parentImage;
   ((ULong*)message)[4] = instructions;
   if (!forked)
      VG_(strncpy)((HChar*)message + ANNOUNCEMENT_TEXT, VG_(args_the_exename),
                   sizeof(message) - ANNOUNCEMENT_TEXT - 1);
   HChar control[PATH_BYTES];
   VG_(snprintf)(control, sizeof(control), "%s/control", followDirectory);
   Int fd = VG_(fd_open)(control, VKI_O_WRONLY, 0);
   if (fd < 0)
      return False;
   Bool told = VG_(write)(fd, message, sizeof(message)) == (Int)sizeof(message);
   VG_(close)(fd);
   struct vg_stat information;
   HChar buffers[PATH_BYTES];
   if (bufferPath != NULL)
      VG_(snprintf)(buffers, sizeof(buffers), "%s.%d.%llu", bufferPath, VG_(getpid)(), image);
   while (told && !openOutput(path, False, bufferPath == NULL ? NULL : buffers)) {
      if (sr_isError(VG_(stat)(path, &information)))
         return False; /* the recorder has removed it */
      VG_(poll)(NULL, 0, POLL_MILLIS);
   }
   return told;
}

void followFirst(void)
{
   holdLifeline();
   image = nowNanos();
}

Bool followExecuted(void)
{
   return announce(False, 0, 0, 0);
}

Bool followForked(UInt thread, ULong instructions)
{
   return announce(True, thread, image, instructions);
}

/* Neither this process nor what it executes or forks is recorded. */
void followNoMore(void)
{
   VG_(clo_trace_children) = False;
   if (lifeline >= 0)
      VG_(close)(lifeline);
   lifeline = -1;
}

/* Valgrind cannot run programs for other processors, and it refuses to execute those that run as
   another user. They run on their own. */
static Bool canFollow(const HChar* path)
{
   Bool setuid = False;
   if (VG_(check_executable)(&setuid, path, True) != 0)
      return True; /* the call will fail */
   if (setuid)
      return False;
   UChar  head[20];
   SysRes file = VG_(open)(path, VKI_O_RDONLY, 0);
   if (sr_isError(file))
      return False;
   Int n = VG_(read)(sr_Res(file), head, sizeof(head));
   VG_(close)(sr_Res(file));
   Bool elf = n == (Int)sizeof(head) && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F';
   return !elf || (head[4] == 2 && head[18] == MACHINE_X86_64 && head[19] == 0);
}

void beforeExecution(Addr path)
{
   if (followDirectory == NULL || !readable(path, 1))
      return;
   VG_(clo_trace_children) = canFollow((const HChar*)path);
   if (!VG_(clo_trace_children)) {
      HChar text[PATH_BYTES];
      VG_(snprintf)(text, sizeof(text),
                    "--follow-children: program=%.300s is for another processor or runs as another user,"
                    " expected a plain x86-64 program: it is not recorded",
                    (const HChar*)path);
      putNote(text);
      reserve(RECORD_LEFT, 0);
   }
}

static void putWord(UInt kind, const HChar* text)
{
   SizeT n = VG_(strlen)(text), most = PAGE_BYTES * 16;
   if (n > most)
      n = most;
   UChar* r = reserve(RECORD_PROGRAM, 8 + n + 1);
   ((UInt*)r)[0] = kind;
   ((UInt*)r)[1] = 0;
   VG_(memcpy)(r + 8, text, n);
   r[8 + n] = 0;
}

/* What is executed, with its arguments. */
void putProgram(void)
{
   if (followDirectory == NULL)
      return;
   putWord(0, VG_(args_the_exename));
   for (Word i = 0; i < VG_(sizeXA)(VG_(args_for_client)); i++)
      putWord(1, *(HChar**)VG_(indexXA)(VG_(args_for_client), i));
}
