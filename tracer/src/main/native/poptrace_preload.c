/* SPDX-License-Identifier: GPL-2.0-or-later
 * Wrappers in the traced program: they tell the capture tool when a synchronisation function or the
 * allocator is entered and left, and call the original. */
#include <stddef.h>

#include "poptrace_requests.h"

#define TELL(request, a, b, c, d) VALGRIND_DO_CLIENT_REQUEST_STMT(request, a, b, c, d, 0)

/* glibc has the functions in libc.so.6 since 2.34, before in libpthread.so.0; names may carry a version. */
#define IN_LIBC(name) I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, name)
#define IN_LIBPTHREAD(name) I_WRAP_SONAME_FNNAME_ZZ(libpthreadZdsoZa, name)

#define SYNC_1(name, function)                                                                    \
   SYNC_1_IN(IN_LIBC(name), function) SYNC_1_IN(IN_LIBPTHREAD(name), function)
#define SYNC_1_IN(wrapper, function)                                                              \
   long wrapper(void *object)                                                                     \
   {                                                                                              \
      OrigFn original;                                                                            \
      long result;                                                                                \
      VALGRIND_GET_ORIG_FN(original);                                                             \
      TELL(POPTRACE_ENTER, function, object, 0, 0);                                               \
      CALL_FN_W_W(result, original, object);                                                      \
      TELL(POPTRACE_EXIT, function, object, 0, result);                                           \
      return result;                                                                              \
   }

#define SYNC_2(name, function, other)                                                             \
   SYNC_2_IN(IN_LIBC(name), function, other) SYNC_2_IN(IN_LIBPTHREAD(name), function, other)
#define SYNC_2_IN(wrapper, function, other)                                                       \
   long wrapper(void *object, void *second)                                                       \
   {                                                                                              \
      OrigFn original;                                                                            \
      long result;                                                                                \
      VALGRIND_GET_ORIG_FN(original);                                                             \
      TELL(POPTRACE_ENTER, function, object, other, 0);                                           \
      CALL_FN_W_WW(result, original, object, second);                                             \
      TELL(POPTRACE_EXIT, function, object, other, result);                                       \
      return result;                                                                              \
   }

#define SYNC_3(name, function, other)                                                             \
   SYNC_3_IN(IN_LIBC(name), function, other) SYNC_3_IN(IN_LIBPTHREAD(name), function, other)
#define SYNC_3_IN(wrapper, function, other)                                                       \
   long wrapper(void *object, void *second, void *third)                                          \
   {                                                                                              \
      OrigFn original;                                                                            \
      long result;                                                                                \
      VALGRIND_GET_ORIG_FN(original);                                                             \
      TELL(POPTRACE_ENTER, function, object, other, 0);                                           \
      CALL_FN_W_WWW(result, original, object, second, third);                                     \
      TELL(POPTRACE_EXIT, function, object, other, result);                                       \
      return result;                                                                              \
   }

/* Z-encoded names: Zu is an underscore, ZAZa stands for a version like @@GLIBC_2.34. */
SYNC_1(pthreadZumutexZulock, SYNC_MUTEX_LOCK)
SYNC_1(pthreadZumutexZutrylock, SYNC_MUTEX_TRYLOCK)
SYNC_2(pthreadZumutexZutimedlock, SYNC_MUTEX_TIMEDLOCK, 0)
SYNC_1(pthreadZumutexZuunlock, SYNC_MUTEX_UNLOCK)
SYNC_2(pthreadZucondZuwaitZAZa, SYNC_COND_WAIT, second)
SYNC_3(pthreadZucondZutimedwaitZAZa, SYNC_COND_TIMEDWAIT, second)
SYNC_1(pthreadZucondZusignalZAZa, SYNC_COND_SIGNAL)
SYNC_1(pthreadZucondZubroadcastZAZa, SYNC_COND_BROADCAST)
SYNC_3(pthreadZubarrierZuinit, SYNC_BARRIER_INIT, third)
SYNC_1(pthreadZubarrierZuwait, SYNC_BARRIER_WAIT)
SYNC_3(semZuinitZAZa, SYNC_SEM_INIT, third)
SYNC_1(semZuwaitZAZa, SYNC_SEM_WAIT)
SYNC_1(semZutrywaitZAZa, SYNC_SEM_TRYWAIT)
SYNC_2(semZutimedwait, SYNC_SEM_TIMEDWAIT, 0)
SYNC_1(semZupostZAZa, SYNC_SEM_POST)
SYNC_1(pthreadZurwlockZurdlock, SYNC_RWLOCK_RDLOCK)
SYNC_1(pthreadZurwlockZuwrlock, SYNC_RWLOCK_WRLOCK)
SYNC_1(pthreadZurwlockZutryrdlock, SYNC_RWLOCK_TRYRDLOCK)
SYNC_1(pthreadZurwlockZutrywrlock, SYNC_RWLOCK_TRYWRLOCK)
SYNC_1(pthreadZurwlockZuunlock, SYNC_RWLOCK_UNLOCK)
SYNC_1(pthreadZuspinZulock, SYNC_SPIN_LOCK)
SYNC_1(pthreadZuspinZutrylock, SYNC_SPIN_TRYLOCK)
SYNC_1(pthreadZuspinZuunlock, SYNC_SPIN_UNLOCK)
SYNC_2(pthreadZuonce, SYNC_ONCE, 0)
SYNC_2(pthreadZujoin, SYNC_JOIN, 0)

void *IN_LIBC(malloc)(size_t bytes)
{
   OrigFn original;
   void *block;
   VALGRIND_GET_ORIG_FN(original);
   CALL_FN_W_W(block, original, bytes);
   if (block) TELL(POPTRACE_ALLOC, block, bytes, 0, 0);
   return block;
}

void *IN_LIBC(calloc)(size_t count, size_t bytes)
{
   OrigFn original;
   void *block;
   VALGRIND_GET_ORIG_FN(original);
   CALL_FN_W_WW(block, original, count, bytes);
   if (block) TELL(POPTRACE_ALLOC, block, count * bytes, 0, 0);
   return block;
}

void *IN_LIBC(realloc)(void *old, size_t bytes)
{
   OrigFn original;
   void *block;
   VALGRIND_GET_ORIG_FN(original);
   CALL_FN_W_WW(block, original, old, bytes);
   if (old && (block || bytes == 0)) TELL(POPTRACE_FREE, old, 0, 0, 0);
   if (block) TELL(POPTRACE_ALLOC, block, bytes, 0, 0);
   return block;
}

void *IN_LIBC(memalign)(size_t align, size_t bytes)
{
   OrigFn original;
   void *block;
   VALGRIND_GET_ORIG_FN(original);
   CALL_FN_W_WW(block, original, align, bytes);
   if (block) TELL(POPTRACE_ALLOC, block, bytes, 0, 0);
   return block;
}

void *IN_LIBC(alignedZualloc)(size_t align, size_t bytes)
{
   OrigFn original;
   void *block;
   VALGRIND_GET_ORIG_FN(original);
   CALL_FN_W_WW(block, original, align, bytes);
   if (block) TELL(POPTRACE_ALLOC, block, bytes, 0, 0);
   return block;
}

int IN_LIBC(posixZumemalign)(void **block, size_t align, size_t bytes)
{
   OrigFn original;
   int result;
   VALGRIND_GET_ORIG_FN(original);
   CALL_FN_W_WWW(result, original, block, align, bytes);
   if (result == 0) TELL(POPTRACE_ALLOC, *block, bytes, 0, 0);
   return result;
}

void IN_LIBC(free)(void *block)
{
   OrigFn original;
   VALGRIND_GET_ORIG_FN(original);
   if (block) TELL(POPTRACE_FREE, block, 0, 0, 0);
   CALL_FN_v_W(original, block);
}
