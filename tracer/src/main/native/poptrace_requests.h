/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the wrappers in the traced program tell the capture tool. */
#ifndef POPTRACE_REQUESTS_H
#define POPTRACE_REQUESTS_H
#include "valgrind.h"

enum {
   POPTRACE_ENTER = VG_USERREQ_TOOL_BASE('P', 'T'), /* function, object, other */
   POPTRACE_EXIT,                                   /* function, object, other, result */
   POPTRACE_ALLOC,                                  /* address, bytes */
   POPTRACE_FREE,                                   /* address */
   POPTRACE_JOINED,                                 /* pthread_t joined, before the call */
};

/* Ordinals of SyncFunction in the trace format. */
enum {
   SYNC_MUTEX_LOCK, SYNC_MUTEX_TRYLOCK, SYNC_MUTEX_TIMEDLOCK, SYNC_MUTEX_UNLOCK,
   SYNC_COND_WAIT, SYNC_COND_TIMEDWAIT, SYNC_COND_SIGNAL, SYNC_COND_BROADCAST,
   SYNC_BARRIER_INIT, SYNC_BARRIER_WAIT,
   SYNC_SEM_INIT, SYNC_SEM_WAIT, SYNC_SEM_TRYWAIT, SYNC_SEM_TIMEDWAIT, SYNC_SEM_POST,
   SYNC_RWLOCK_RDLOCK, SYNC_RWLOCK_WRLOCK, SYNC_RWLOCK_TRYRDLOCK, SYNC_RWLOCK_TRYWRLOCK, SYNC_RWLOCK_UNLOCK,
   SYNC_SPIN_LOCK, SYNC_SPIN_TRYLOCK, SYNC_SPIN_UNLOCK,
   SYNC_ONCE, SYNC_JOIN
};
#endif
