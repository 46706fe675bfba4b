/* SPDX-License-Identifier: GPL-2.0-or-later
 * The stream from the capture tool: little-endian records, each a UInt type and then a fixed struct;
 * a text is a UInt length and its bytes. */
#ifndef POPTRACE_WIRE_H
#define POPTRACE_WIRE_H

#define WIRE_MAGIC 0x3130636172547050ULL /* "PpTrac01" */
#define WIRE_MAX_TEXT 4095

enum {
   WIRE_HELLO = 1,  /* ULong magic, Int pid, ULong slice, UInt full, UInt pretend_nodes */
   WIRE_SLICE = 2,  /* WireSlice, then its visits */
   WIRE_ACCESS = 3, /* WireAccess */
   WIRE_EVENT = 4,  /* WireEvent, then UInt ranges and that many WireRange */
   WIRE_MAP = 5,    /* WireMap, then text: file */
   WIRE_CODE = 6,   /* ULong ip, texts: function, folder, file, UInt line, text: image */
   WIRE_THREAD = 7, /* WireThread, then text: name */
   WIRE_STACK = 8,  /* UInt stack, UInt depth, then depth ULong addresses */
   WIRE_END = 9,    /* Int exit code, ULong reads, writes */
};

enum { WIRE_ACCESS_READ = 0, WIRE_ACCESS_WRITE = 1, WIRE_ACCESS_RMW = 2, WIRE_ACCESS_LOCKED = 3 };
enum { WIRE_VISIT_KERNEL = 1, WIRE_VISIT_LOCKED = 2, WIRE_VISIT_RMW = 4 };

/* Codes of EventKind in the trace format. */
enum {
   WIRE_EVENT_THREAD_START = 1,
   WIRE_EVENT_THREAD_EXIT = 2,
   WIRE_EVENT_THREAD_CREATE = 3,
   WIRE_EVENT_PROCESS_EXIT = 4,
   WIRE_EVENT_SYSCALL = 5,
   WIRE_EVENT_FUTEX = 6,
   WIRE_EVENT_VMA = 7,
   WIRE_EVENT_MIGRATE = 8,
   WIRE_EVENT_PROPOSE = 9,
   WIRE_EVENT_THREAD_STATUS = 10,
   WIRE_EVENT_NODE_INFO = 11,
   WIRE_EVENT_ATOMIC = 20,
   WIRE_EVENT_SYNC_ENTER = 30,
   WIRE_EVENT_SYNC_EXIT = 31,
   WIRE_EVENT_HEAP_ALLOC = 40,
   WIRE_EVENT_HEAP_FREE = 41,
   WIRE_EVENT_SIGNAL = 50,
};

enum { WIRE_MAP_INITIAL, WIRE_MAP_MMAP, WIRE_MAP_MUNMAP, WIRE_MAP_MPROTECT, WIRE_MAP_MREMAP, WIRE_MAP_BRK, WIRE_MAP_MADVISE, WIRE_MAP_STACK };

typedef struct { UInt thread, visits; ULong start, length; } WireSlice;
typedef struct {
   ULong page;
   Int first_read, first_write;
   UInt reads, writes;
   ULong read_lines, write_lines, read_ip, write_ip;
   UInt flags, unused;
} WireVisit;
typedef struct { UInt thread, bytes; ULong instructions, address, ip; UInt kind, flags; } WireAccess;
typedef struct {
   UInt kind, thread;
   ULong instructions, sequence;
   UInt code, unused;
   ULong object, a[6], result, nanos, ip;
} WireEvent;
typedef struct { ULong address, bytes; UInt write, unused; } WireRange;
typedef struct { ULong sequence; UInt thread, op; ULong start, length; UInt prot, flags; ULong offset; } WireMap;
typedef struct { UInt thread; Int tid, parent; UInt unused; ULong stack_low, stack_high, start, exit, instructions; } WireThread;

#endif
