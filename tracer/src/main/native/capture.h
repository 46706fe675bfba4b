/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Popcorn Replay's capture tool: what its parts share. See README.md for the design. */

#ifndef POPCORN_CAPTURE_H
#define POPCORN_CAPTURE_H

#include "pub_tool_basics.h"
#include "pub_tool_aspacemgr.h"
#include "pub_tool_clientstate.h"
#include "pub_tool_debuginfo.h"
#include "pub_tool_execontext.h"
#include "pub_tool_guest.h"
#include "pub_tool_hashtable.h"
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

#include "libvex_guest_amd64.h"

#include "stream.h"

#define PAGE_BYTES 4096
#define LIKELY_(x) __builtin_expect(!!(x), 1)
#define UNLIKELY_(x) __builtin_expect(!!(x), 0)

/* ---------------------------------------------------------------- what translated code logs */

/* One memory access of an instruction; its address is words[root] + offset. */
typedef struct Member {
   Long  offset;
   Addr  ip;
   UInt  bytes;
   Short root;        /* index among the logged words; -1 = the header word, whose value is known */
   Short instruction; /* index within the segment; -1 = the instruction counted by the one before */
   UChar kind;        /* ACCESS_* of stream.h */
   UChar order;       /* tie-break within an instruction */
} Member;

/* Accesses of one kind from one root that are executed together and lie close by. Translated code
   looks for their page once and adds their number and their lines to its entry. */
typedef struct Group {
   /* What a first access to a page needs lies together. */
   UInt   most;        /* the largest distance from a page's start at which all lie in the page */
   UInt   last;        /* distance from the first byte to the last one */
   Int    instruction; /* of the first in program order, since the last commit */
   UInt   code;        /* the number of ip, where its stream has told it */
   struct Group* writes; /* of reads: writes close by, whose page is looked for together with theirs; or NULL */
   UShort known;       /* the number of that stream */
   UShort count;
   UChar  write;
   UChar  update;      /* of reads: the first is one instruction that reads and writes */
   UChar  narrow;      /* translated code names one line only: a second one is a case for C */
   Addr   ip;          /* of the first in program order */
   Long   offset;      /* of the lowest byte */
   const Member* members; /* in the order of their places */
   Int    before;      /* instructions between the last commit and the segment */
} Group;

enum { SEGMENT_PLAIN, SEGMENT_SLOW, SEGMENT_GUARDED, SEGMENT_ATOMIC };

/* Instructions that are executed together: from a block's start or exit to its next exit. Visits
   need those only that have one access of a kind that takes C: guarded, locked or long. */
typedef struct {
   UInt    instructions;
   UInt    need;     /* instructions that this block may execute from here; 0 = no place to cut */
   Int     before;   /* visits: instructions between the last commit and this segment */
   UShort  words;    /* logged after the header */
   UShort  nMembers;
   UChar   form;     /* SEGMENT_* */
   UShort  known;    /* full detail: the number of the stream that has told it */
   Member* members;  /* in program order */
} Segment;

/* Full detail, the log: header word (the segment's address), then its words. Translated code appends. */
#define LOG_WORDS 2048
#define LOG_MARGIN 512 /* words that a block may log between two checks */
extern UWord logWords[LOG_WORDS + LOG_MARGIN];
extern UWord* logCursor;

/* Visits: instructions that the running thread's slice still has room for. Translated code subtracts what it executed at
   each exit ("commits"). It lies with the thread's registers, in the place that Valgrind has for the shadow of RAX: translated
   code reaches those by the shortest instructions, and the processor forwards such stores fastest. */
#define SLICE_LEFT ((Int)(sizeof(VexGuestAMD64State) + offsetof(VexGuestAMD64State, guest_RAX)))
extern Long* sliceLeft;
extern UInt  slicePages; /* how many pages the slice used that ended last; 0 in full detail */
#define ALWAYS_ZERO (SLICE_LEFT + 8) /* the shadow of RCX */

/* ---------------------------------------------------------------- threads */

/* What a slice did to a page; both kinds share the layout [read, write]. */
typedef struct {
   ULong base[2];   /* address of the page, or NO_PAGE */
   ULong lines[2];
   UInt  count[2];
   ULong began[2];  /* of the first one, low half: instructions into the slice; high half: the number of its code address, 0 = not told */
   ULong flags;     /* FLAG_*, and FIRST_READ_UPDATES */
} Entry;

/* The entries of the running thread's slice, by page: translated code writes into them. What belongs to a kind without a
   page is garbage. */
#define NO_PAGE (1ULL << 63)
#define ENTRIES 1024
extern Entry table[ENTRIES];

typedef struct {
   Bool  active;
   UInt  number;
   UWord args[6];
   Addr  ip;
   ULong began; /* nanoseconds */
   Long  timeout;
} PendingCall;

typedef struct {
   UInt   number;       /* never reused */
   UInt   parent;       /* number + 1, 0 = none */
   ThreadId tid;
   Int    lwp;          /* the kernel's number */
   ULong  instructions;
   ULong  sliceStart;
   Entry* spill;        /* entries that the table had no room for, or that another thread's replaced */
   UInt   nSpill, maxSpill;
   Addr   clearChildTid;
   Addr   threadPointer;
   Bool   started;
   Bool   exiting;      /* made its exit call */
   Bool   exited;
   Int    node;         /* Popcorn: where it believes to be */
   Int    proposed;     /* Popcorn: migration target, -1 = none */
   PendingCall call;
} Thread;

extern Thread* running;      /* whose code is executed */
extern Thread** threadOf;    /* by ThreadId */
extern Bool recording;
extern Bool fullDetail;
extern ULong sliceInstructions;

/* Of the core, not among the tools' headers. */
extern SysRes VG_(do_syscall)(UWord number, UWord, UWord, UWord, UWord, UWord, UWord, UWord, UWord);

/* ---------------------------------------------------------------- parts */

/* output.c */
extern UShort streamNumber;  /* of this process, from 1; a forked child begins another one */
Bool  openOutput(const HChar* path, Bool wait, const HChar* buffers);
void  closeOutput(void);
void  abandonOutput(void);
void  flushOutput(void);
UChar* reserve(UInt type, UInt payload); /* room for a record; payload rounded up to 8 */
void  putRecord(UInt type, const ULong* payload, UInt bytes);
void  trim(UChar* payload, UInt bytes);   /* shortens the record that was reserved last */
void  putEvent(const Thread* t, UInt kind, Int code, ULong object, const ULong a[6], Long result,
               ULong nanos, Addr ip);
void  putNote(const HChar* text);

/* instrument.c */
IRSB* instrumentBlock(VgCallbackClosure* closure, IRSB* in, const VexGuestLayout* layout,
                      const VexGuestExtents* extents, const VexArchInfo* host, IRType guestWord,
                      IRType hostWord);
Bool isOurCode(Addr a);
void initBlocks(void);

/* visits.c */
void initVisits(void);
void drain(void);            /* brings what C knows of the running thread up to what its code did */
void takeTable(Thread* t);   /* t's code is about to run */
void cutSlice(Thread* t);    /* an event cuts */
void freeVisits(Thread* t);
void putAtomic(const Thread* t, const Member* m, Addr a, UWord failed, ULong at);
/* called by translated code */
void sliceFull(void);
void logFull(void);
void visitMiss(Group* g, Addr a);
void visitSlowly(const Segment* s, Addr a);
void visitAtomic(const Segment* s, Addr a, UWord failed);

/* full.c */
void drainFull(Thread* t); /* what the running thread has logged */

/* threads.c */
void initThreads(void);
extern ULong turnInstructions;               /* after which another thread gets its turn; 0 = the core decides */
void perhapsYield(VexGuestAMD64State* guest);
void keepTurn(void);                         /* the thread may be about to block */
Thread* threadNumberedBy(Addr threadPointer);
void noteStack(Thread* t);
void endThreads(void);
void keepOnly(ThreadId tid); /* in a forked child: its only thread becomes thread 0 of a new trace */

/* syscalls.c */
extern Int terminalBlockBytes; /* -1: for programs that make Popcorn's calls; 0: as the host says */
#define NEVER_RETURNED (-512) /* result of a call in which the process ended */
void initSyscalls(void);
extern Int exitStatus;       /* what the process gave to exit_group, -1 = nothing yet */
void putCall(Thread* t, Long result);
void putInitialMap(void);
void kernelAccess(Thread* t, Bool write, Addr a, SizeT bytes, Addr ip);
Bool readable(Addr a, SizeT bytes);
ULong nowNanos(void);

/* faults.c */
void beforeSignalAction(Int signal, Addr action);

/* popcorn.c */
extern Int popcornMode;      /* 0 off, 1 auto, 2 on */
extern Int pretendNodes;
Bool popcornSeen(void); /* whether the program has made a call that could only be Popcorn's */
Addr popcornCall(VexGuestAMD64State* guest, Addr next);

/* lock.c: missing where the core's lock cannot be replaced */
Bool othersWait(void) __attribute__((weak));
void yieldTurn(ThreadId tid) __attribute__((weak));
void callNoMore(void) __attribute__((weak));
/* follow.c */
extern const HChar* followDirectory; /* NULL = children are not recorded */
extern const HChar* bufferPath;      /* the buffers that the recorder shares; NULL = none */
void followFirst(void);
Bool followExecuted(void);
Bool followForked(UInt thread, ULong instructions);
void followNoMore(void);
void beforeExecution(Addr path);
void putProgram(void);

/* code.c */
void  forgetCode(void);      /* a new stream knows no addresses */
UInt  needCode(Addr ip);   /* tells a code address, once; gives its number, from 1 */
UInt  allocationStack(ThreadId tid);
Bool  handleRequest(ThreadId tid, UWord* args, UWord* result);

#endif
