/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preloaded into the program: wraps synchronisation and allocation, tells the capture tool, and
   calls the original. Neither counted nor recorded. */

#include <stddef.h>
#include <stdint.h>

#include "valgrind.h"

#include "stream.h"

#define LIBC(type, name) type I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, name)
#define LIBPTHREAD(type, name) type I_WRAP_SONAME_FNNAME_ZZ(libpthreadZdsoZa, name)

static void enter(long function, const void* object, long a0, long a1)
{
   VALGRIND_DO_CLIENT_REQUEST_STMT(REQUEST_ENTER, function, object, a0, a1, 0);
}

static void leave(long function, const void* object, long a0, long a1, long result)
{
   VALGRIND_DO_CLIENT_REQUEST_STMT(REQUEST_EXIT, function, object, a0, a1, result);
}

/* f(object) */
#define WRAP1(wrapped, name, function)                                                             \
   wrapped(int, name)(void* o);                                                                    \
   wrapped(int, name)(void* o)                                                                     \
   {                                                                                               \
      OrigFn f;                                                                                    \
      long   r;                                                                                    \
      VALGRIND_GET_ORIG_FN(f);                                                                     \
      enter(function, o, 0, 0);                                                                    \
      CALL_FN_W_W(r, f, o);                                                                        \
      leave(function, o, 0, 0, (int)r);                                                            \
      return (int)r;                                                                               \
   }

/* f(object, second): second is told as a0 where told is 1 */
#define WRAP2(wrapped, name, function, told)                                                       \
   wrapped(int, name)(void* o, void* b);                                                           \
   wrapped(int, name)(void* o, void* b)                                                            \
   {                                                                                               \
      OrigFn f;                                                                                    \
      long   r;                                                                                    \
      VALGRIND_GET_ORIG_FN(f);                                                                     \
      enter(function, o, told ? (long)b : 0, 0);                                                   \
      CALL_FN_W_WW(r, f, o, b);                                                                    \
      leave(function, o, told ? (long)b : 0, 0, (int)r);                                           \
      return (int)r;                                                                               \
   }

/* f(object, second, third): which of them is told as a0 */
#define WRAP3(wrapped, name, function, told)                                                       \
   wrapped(int, name)(void* o, void* b, void* c);                                                  \
   wrapped(int, name)(void* o, void* b, void* c)                                                   \
   {                                                                                               \
      OrigFn f;                                                                                    \
      long   r;                                                                                    \
      VALGRIND_GET_ORIG_FN(f);                                                                     \
      long a0 = told == 2 ? (long)b : told == 3 ? (long)(unsigned)(uintptr_t)c : 0;                \
      enter(function, o, a0, 0);                                                                   \
      CALL_FN_W_WWW(r, f, o, b, c);                                                                \
      leave(function, o, a0, 0, (int)r);                                                           \
      return (int)r;                                                                               \
   }

#define WRAP4(wrapped, name, function)                                                             \
   wrapped(int, name)(void* o, void* b, void* c, void* d);                                         \
   wrapped(int, name)(void* o, void* b, void* c, void* d)                                          \
   {                                                                                               \
      OrigFn f;                                                                                    \
      long   r;                                                                                    \
      VALGRIND_GET_ORIG_FN(f);                                                                     \
      enter(function, o, (long)b, 0);                                                              \
      CALL_FN_W_WWWW(r, f, o, b, c, d);                                                            \
      leave(function, o, (long)b, 0, (int)r);                                                      \
      return (int)r;                                                                               \
   }

/* All joins: the thread is told as a1 (the tool turns the handle into its number). */
#define JOIN(wrapped, name, parameters, arguments, call)                                           \
   wrapped(int, name) parameters;                                                                  \
   wrapped(int, name) parameters                                                                   \
   {                                                                                               \
      OrigFn f;                                                                                    \
      long   r;                                                                                    \
      VALGRIND_GET_ORIG_FN(f);                                                                     \
      enter(SYNC_JOIN, o, 0, 0);                                                                   \
      call arguments;                                                                              \
      leave(SYNC_JOIN, o, 0, 0, (int)r);                                                           \
      return (int)r;                                                                               \
   }

#define ALL(wrapped)                                                                               \
   WRAP1(wrapped, pthreadZumutexZulock, SYNC_MUTEX_LOCK)                                           \
   WRAP1(wrapped, pthreadZumutexZutrylock, SYNC_MUTEX_TRYLOCK)                                     \
   WRAP2(wrapped, pthreadZumutexZutimedlock, SYNC_MUTEX_TIMEDLOCK, 0)                              \
   WRAP3(wrapped, pthreadZumutexZuclocklock, SYNC_MUTEX_TIMEDLOCK, 0)                              \
   WRAP1(wrapped, pthreadZumutexZuunlock, SYNC_MUTEX_UNLOCK)                                       \
   WRAP2(wrapped, pthreadZucondZuwaitZAZa, SYNC_COND_WAIT, 1)                                      \
   WRAP3(wrapped, pthreadZucondZutimedwaitZAZa, SYNC_COND_TIMEDWAIT, 2)                            \
   WRAP4(wrapped, pthreadZucondZuclockwaitZAZa, SYNC_COND_TIMEDWAIT)                               \
   WRAP1(wrapped, pthreadZucondZusignalZAZa, SYNC_COND_SIGNAL)                                     \
   WRAP1(wrapped, pthreadZucondZubroadcastZAZa, SYNC_COND_BROADCAST)                               \
   WRAP3(wrapped, pthreadZubarrierZuinit, SYNC_BARRIER_INIT, 3)                                    \
   WRAP1(wrapped, pthreadZubarrierZuwait, SYNC_BARRIER_WAIT)                                       \
   WRAP3(wrapped, semZuinitZAZa, SYNC_SEM_INIT, 3)                                                 \
   WRAP1(wrapped, semZuwaitZAZa, SYNC_SEM_WAIT)                                                    \
   WRAP1(wrapped, semZutrywaitZAZa, SYNC_SEM_TRYWAIT)                                              \
   WRAP2(wrapped, semZutimedwaitZAZa, SYNC_SEM_TIMEDWAIT, 0)                                       \
   WRAP3(wrapped, semZuclockwaitZAZa, SYNC_SEM_TIMEDWAIT, 0)                                       \
   WRAP1(wrapped, semZupostZAZa, SYNC_SEM_POST)                                                    \
   WRAP1(wrapped, pthreadZurwlockZurdlock, SYNC_RWLOCK_RDLOCK)                                     \
   WRAP1(wrapped, pthreadZurwlockZuwrlock, SYNC_RWLOCK_WRLOCK)                                     \
   WRAP1(wrapped, pthreadZurwlockZutryrdlock, SYNC_RWLOCK_TRYRDLOCK)                               \
   WRAP1(wrapped, pthreadZurwlockZutrywrlock, SYNC_RWLOCK_TRYWRLOCK)                               \
   WRAP1(wrapped, pthreadZurwlockZuunlock, SYNC_RWLOCK_UNLOCK)                                     \
   WRAP1(wrapped, pthreadZuspinZulock, SYNC_SPIN_LOCK)                                             \
   WRAP1(wrapped, pthreadZuspinZutrylock, SYNC_SPIN_TRYLOCK)                                       \
   WRAP1(wrapped, pthreadZuspinZuunlock, SYNC_SPIN_UNLOCK)                                         \
   WRAP2(wrapped, pthreadZuonce, SYNC_ONCE, 0)                                                     \
   JOIN(wrapped, pthreadZujoin, (void* o, void* b), (r, f, o, b), CALL_FN_W_WW)                    \
   JOIN(wrapped, pthreadZutimedjoinZunp, (void* o, void* b, void* c), (r, f, o, b, c), CALL_FN_W_WWW) \
   JOIN(wrapped, pthreadZuclockjoinZunp, (void* o, void* b, void* c, void* d), (r, f, o, b, c, d), CALL_FN_W_WWWW)

ALL(LIBC)
ALL(LIBPTHREAD)

/* ---------------------------------------------------------------- heap */

static void allocated(void* block, size_t bytes)
{
   if (block != NULL)
      VALGRIND_DO_CLIENT_REQUEST_STMT(REQUEST_ALLOC, block, bytes, 0, 0, 0);
}

static void freed(void* block)
{
   if (block != NULL)
      VALGRIND_DO_CLIENT_REQUEST_STMT(REQUEST_FREE, block, 0, 0, 0, 0);
}

void* I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, malloc)(size_t n);
void* I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, malloc)(size_t n)
{
   OrigFn f;
   void*  r;
   VALGRIND_GET_ORIG_FN(f);
   CALL_FN_W_W(r, f, n);
   allocated(r, n);
   return r;
}

void* I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, calloc)(size_t n, size_t each);
void* I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, calloc)(size_t n, size_t each)
{
   OrigFn f;
   void*  r;
   VALGRIND_GET_ORIG_FN(f);
   CALL_FN_W_WW(r, f, n, each);
   allocated(r, n * each);
   return r;
}

void* I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, realloc)(void* old, size_t n);
void* I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, realloc)(void* old, size_t n)
{
   OrigFn f;
   void*  r;
   VALGRIND_GET_ORIG_FN(f);
   CALL_FN_W_WW(r, f, old, n);
   if (r != NULL || n == 0)
      freed(old);
   allocated(r, n);
   return r;
}

#define ALIGNED(name)                                                                              \
   void* I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, name)(size_t alignment, size_t n);                    \
   void* I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, name)(size_t alignment, size_t n)                     \
   {                                                                                               \
      OrigFn f;                                                                                    \
      void*  r;                                                                                    \
      VALGRIND_GET_ORIG_FN(f);                                                                     \
      CALL_FN_W_WW(r, f, alignment, n);                                                            \
      allocated(r, n);                                                                             \
      return r;                                                                                    \
   }
ALIGNED(memalign)
ALIGNED(alignedZualloc)

int I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, posixZumemalign)(void** to, size_t alignment, size_t n);
int I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, posixZumemalign)(void** to, size_t alignment, size_t n)
{
   OrigFn f;
   long   r;
   VALGRIND_GET_ORIG_FN(f);
   CALL_FN_W_WWW(r, f, to, alignment, n);
   if ((int)r == 0)
      allocated(*to, n);
   return (int)r;
}

void I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, free)(void* block);
void I_WRAP_SONAME_FNNAME_ZZ(libcZdsoZa, free)(void* block)
{
   OrigFn f;
   VALGRIND_GET_ORIG_FN(f);
   freed(block);
   CALL_FN_v_W(f, block);
}
