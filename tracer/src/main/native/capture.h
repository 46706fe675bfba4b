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

#include "stream.h"

#define PAGE_BYTES 4096
#define LIKELY_(x) __builtin_expect(!!(x), 1)
#define UNLIKELY_(x) __builtin_expect(!!(x), 0)

/* ---------------------------------------------------------------- what translated code logs */

/* One memory access of an instruction; its address is words[root] + offset. */
typedef struct {
   Long  offset;
   Addr  ip;
   UInt  bytes;
   Short root;        /* index among the logged words; -1 = the header word, whose value is known */
   Short instruction; /* index within the segment; -1 = the instruction counted by the one before */
   UChar kind;        /* ACCESS_* of stream.h */
   UChar order;       /* tie-break within an instruction */
} Member;

/* Accesses of one kind to at most 64 bytes from one root: they touch at most two lines. */
typedef struct {
   Long   offset;
   UInt   most;        /* the largest distance from a page's start at which all lie in the page */
   UInt   last;        /* distance from the first byte to the last one */
   Short  root;
   Short  instruction; /* of the first in program order */
   UChar  write;
   UChar  update;      /* the first is one instruction that reads and writes */
   UShort count;
   Addr   ip;          /* of the first in program order */
   UShort firstMember, nMembers; /* in the segment's list by group */
} Group;

enum { SEGMENT_PLAIN, SEGMENT_SLOW, SEGMENT_GUARDED, SEGMENT_ATOMIC };

/* Instructions that are executed together: from a block's start or exit to its next exit. */
typedef struct {
   UInt    instructions;
   UInt    need;     /* instructions that this block may execute from here; 0 = no place to cut */
   UShort  words;    /* logged after the header */
   UShort  nGroups, nMembers;
   UChar   form;     /* SEGMENT_* */
   UChar   known;    /* full detail: Java knows it */
   Group*  groups;
   Member* members;  /* in program order */
   Member* byGroup;
} Segment;

/* The log: header word (the segment's address), then its words. Translated code appends. */
#define LOG_WORDS 2048
#define LOG_MARGIN 512 /* words that a block may log between two checks */
extern UWord logWords[LOG_WORDS + LOG_MARGIN];
extern UWord* logCursor;

/* ---------------------------------------------------------------- threads */

/* What a slice did to a page; both kinds share the layout [read, write]. */
typedef struct {
   ULong base[2];   /* address of the page, or NO_PAGE */
   ULong lines[2];
   UInt  count[2];
   Int   first[2];  /* instructions into the slice */
   ULong ip[2];     /* flags of the entry in the top byte of ip[1], ENTRY_FIRST_UPDATE in ip[0]'s */
} Entry;

#define NO_PAGE (1ULL << 63)
#define ENTRIES 1024

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
   Entry* table;
   UShort touched[ENTRIES];
   UInt   nTouched;
   Entry* spill;
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

/* ---------------------------------------------------------------- parts */

/* output.c */
void  openOutput(const HChar* path);
void  closeOutput(void);
void  abandonOutput(void);
void  flushOutput(void);
UChar* reserve(UInt type, UInt payload); /* room for a record; payload rounded up to 8 */
void  putEvent(const Thread* t, UInt kind, Int code, ULong object, const ULong a[6], Long result,
               ULong nanos, Addr ip);
void  putNote(const HChar* text);

/* instrument.c */
IRSB* instrumentBlock(VgCallbackClosure* closure, IRSB* in, const VexGuestLayout* layout,
                      const VexGuestExtents* extents, const VexArchInfo* host, IRType guestWord,
                      IRType hostWord);
Bool isOurCode(Addr a);

/* visits.c */
void drain(void);            /* takes the log of the running thread to its end */
void cutSlice(Thread* t);    /* an event cuts */
void freshTable(Thread* t);
void freeTable(Thread* t);

/* threads.c */
void initThreads(void);
Thread* threadNumberedBy(Addr threadPointer);
void noteStack(Thread* t);
void endThreads(void);

/* syscalls.c */
#define NEVER_RETURNED (-512) /* result of a call in which the process ended */
void initSyscalls(void);
void putCall(Thread* t, Long result);
void putInitialMap(void);
void kernelAccess(Thread* t, Bool write, Addr a, SizeT bytes, Addr ip);
Bool readable(Addr a, SizeT bytes);
ULong nowNanos(void);

/* popcorn.c */
extern Int popcornMode;      /* 0 off, 1 auto, 2 on */
extern Int pretendNodes;
Addr popcornCall(VexGuestAMD64State* guest, Addr next);

/* code.c */
void  needCode(Addr ip);
UInt  allocationStack(ThreadId tid);
Bool  handleRequest(ThreadId tid, UWord* args, UWord* result);

#endif
