/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stream from the capture tool to Java (CaptureStream.java reads it). Little-endian records at
   multiples of 8 bytes: u32 type, u32 bytes of the payload (a multiple of 8), payload. */

#ifndef POPCORN_STREAM_H
#define POPCORN_STREAM_H

#define STREAM_VERSION 3

enum {
   RECORD_HELLO = 1,   /* u32 version, u32 pid, u64 slice, u32 full, u32 0 */
   RECORD_SLICE = 2,   /* u32 thread, u32 rows, u64 start, u64 end, u64 page, rows (below) */
   RECORD_EVENT = 3,   /* u32 thread, u32 kind, i32 code, u32 which, and in 8 bytes each those that are
                          not 0 of instructions, object, a0..a5, result, nanos, ip: bits of which */
   RECORD_ATOMIC = 4,  /* u32 thread, u16 bytes, u16 failed, u64 instructions, address, ip */
   RECORD_KERNEL = 5,  /* u32 thread, u32 write, u64 instructions, address, bytes, ip */
   RECORD_THREAD = 6,  /* u32 thread, u32 tid, u32 parent + 1, u32 0, u64 stack low, stack high */
   RECORD_NAME = 7,    /* u32 thread, u32 0, text */
   RECORD_MAP = 8,     /* u32 thread, u32 op (MAP_*), u64 start, length, u32 prot, u32 flags,
                          u64 offset, text */
   RECORD_CODE = 9,    /* u64 ip, u32 its number (from 1), u32 line, u32 bytes of function, u32 0, function, file */
   RECORD_STACK = 10,  /* u32 stack, u32 depth, u64 ip... */
   RECORD_HEAP = 11,   /* u32 thread, u32 stack + 1 (0 = freed), u64 instructions, address, bytes */
   RECORD_SEGMENT = 12,/* u64 segment, u32 instructions, u16 words, u16 members, u32 form, u32 0,
                          members of 32 bytes: i64 offset, u64 ip, u32 bytes, i16 root,
                          i16 instruction, u8 kind, 7 bytes 0 */
   RECORD_WORDS = 13,  /* u32 thread, u32 words, u64 instructions before, words */
   RECORD_END = 14,    /* i32 exit code (-1 = ended by a signal), u32 threads */
   RECORD_EXEC = 15,   /* as EVENT: an execve that is about to happen */
   RECORD_NOTE = 16,   /* text: what a person should know */
   RECORD_THREAD_END = 17,/* u32 thread, u32 0, u64 instructions */
   RECORD_PROGRAM = 18,/* u32 0 = the program, 1 = its next argument, u32 0, text */
   RECORD_WAITED = 19, /* u32 pid, i32 status: the program waited for a child of it */
   RECORD_LEFT = 20    /* the process is about to execute a program that is not followed */
};

/* A row: what a slice did to a page. u32: ROW_* bits and, from ROW_PAGE_SHIFT on, the page's number less that of the row
   before, or less the one that the record names. Then for reads, and for writes, where there are any: u64 lines, u16 count,
   u16 the first one's instruction in the slice, u16 the number of its code address as RECORD_CODE told it. With ROW_WIDE the
   difference is 0, u64 the page's number follows, and u64 lines, u32 count, u32 instruction, u32 number, u32 0. */
#define ROW_HEAD_BYTES 4
#define ROW_PAGE_SHIFT 6
#define ROW_PAGE_BITS 26
#define ROW_KIND_BYTES 14
#define ROW_WIDE_PAGE_BYTES 8
#define ROW_WIDE_KIND_BYTES 24
enum {
   ROW_READ = 1,
   ROW_WRITE = 2,
   ROW_FLAGS = 12, /* FLAG_LOCKED and FLAG_UPDATE, one bit further up */
   ROW_WIDE = 16   /* one of the numbers does not fit */
};

/* Memory that the recorder shares with the tool where the system has files in memory: a file of this size and its
   path, --buffers=PATH, with .PID.IMAGE behind it for images that are followed. Once it is in use, what comes through
   the pipe says no more than that there are buffers to read, or with its end that there will be no more. Java
   reads buffer 0 first, then the next one of each; it sets "whole" to 0 when it is done with one and then counts
   it as taken. Where the tool was killed it reads what is whole of the buffer after the last one. */
#define BUFFERS 512
#define PROVIDED_BUFFERS 8 /* get memory together */
#define BUFFER_PAYLOAD_BYTES ((1 << 18) - 8)
typedef struct {
   unsigned      whole; /* bytes of finished records */
   unsigned      next;  /* of a buffer that was passed on: which one comes after it */
   unsigned char bytes[BUFFER_PAYLOAD_BYTES];
} Buffer;
typedef struct {
   unsigned inUse;
   unsigned gap1[15];
   unsigned filled; /* by the tool: how many buffers it has passed on */
   unsigned gap2[15];
   unsigned taken;  /* by the recorder: how many it has read */
   unsigned gap3[991];
   Buffer   buffers[BUFFERS];
} Shared;

/* With --follow=DIR, what a process image writes to DIR/control before it opens its own stream,
   DIR/stream.PID.IMAGE: one write of this many bytes. u32 pid, u32 parent's pid, u32 forked (else
   executed), u32 thread, u64 image, u64 parent's image, u64 instructions (thread and instructions of the parent at the fork),
   text. The recorder opens the stream, or removes it where it follows no more processes. */
#define ANNOUNCEMENT_BYTES 256
#define ANNOUNCEMENT_TEXT 40

enum { ACCESS_READ, ACCESS_WRITE, ACCESS_UPDATE, ACCESS_LOCKED };

/* Flags of a visit. */
#define FLAG_LOCKED 2
#define FLAG_UPDATE 4

enum { MAP_INITIAL, MAP_MMAP, MAP_MUNMAP, MAP_MPROTECT, MAP_MREMAP, MAP_BRK, MAP_MADVISE, MAP_STACK };

enum {
   EVENT_THREAD_START = 1,
   EVENT_THREAD_EXIT = 2,
   EVENT_THREAD_CREATE = 3,
   EVENT_PROCESS_EXIT = 4,
   EVENT_SYSCALL = 5,
   EVENT_FUTEX = 6,
   EVENT_VMA = 7,
   EVENT_MIGRATE = 8,
   EVENT_PROPOSE = 9,
   EVENT_THREAD_STATUS = 10,
   EVENT_NODE_INFO = 11,
   EVENT_SYNC_ENTER = 30,
   EVENT_SYNC_EXIT = 31,
   EVENT_SIGNAL = 50,
   EVENT_SLICE = 60
};

/* Synchronisation functions; the order is that of SyncFunction.java. */
enum {
   SYNC_MUTEX_LOCK,
   SYNC_MUTEX_TRYLOCK,
   SYNC_MUTEX_TIMEDLOCK,
   SYNC_MUTEX_UNLOCK,
   SYNC_COND_WAIT,
   SYNC_COND_TIMEDWAIT,
   SYNC_COND_SIGNAL,
   SYNC_COND_BROADCAST,
   SYNC_BARRIER_INIT,
   SYNC_BARRIER_WAIT,
   SYNC_SEM_INIT,
   SYNC_SEM_WAIT,
   SYNC_SEM_TRYWAIT,
   SYNC_SEM_TIMEDWAIT,
   SYNC_SEM_POST,
   SYNC_RWLOCK_RDLOCK,
   SYNC_RWLOCK_WRLOCK,
   SYNC_RWLOCK_TRYRDLOCK,
   SYNC_RWLOCK_TRYWRLOCK,
   SYNC_RWLOCK_UNLOCK,
   SYNC_SPIN_LOCK,
   SYNC_SPIN_TRYLOCK,
   SYNC_SPIN_UNLOCK,
   SYNC_ONCE,
   SYNC_JOIN
};

/* Client requests that the wrappers make. */
#define REQUEST_BASE 0x50540000U /* 'P', 'T' */
enum {
   REQUEST_ENTER = REQUEST_BASE, /* function, object, a0, a1 */
   REQUEST_EXIT,                 /* function, object, a0, a1, result */
   REQUEST_ALLOC,                /* address, bytes */
   REQUEST_FREE                  /* address */
};

#endif
