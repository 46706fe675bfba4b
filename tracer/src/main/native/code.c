/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of code addresses, call stacks of allocations, and the requests of the wrappers. */

#include "capture.h"

extern StackTrace VG_(get_ExeContext_StackTrace)(ExeContext* e); /* of the core, not among the tools' headers */

/* What Java knows already, numbered from 1 in the order in which it was told: open addressing, grows. */
typedef struct {
   ULong key; /* 0 = free */
   UInt  number;
} Told;

typedef struct {
   Told* at;
   UInt  size, used;
} Known;

static Told* placeOf(const Known* k, ULong key)
{
   UInt at = (UInt)((key * 0x9E3779B97F4A7C15ULL) >> 32) & (k->size - 1);
   while (k->at[at].key != 0 && k->at[at].key != key)
      at = (at + 1) & (k->size - 1);
   return &k->at[at];
}

/* The number of a key that is not 0; says whether it is a new one. */
static UInt numberOf(Known* k, ULong key, Bool* isNew)
{
   if (k->used * 2 >= k->size) {
      Known wider = { NULL, k->size == 0 ? 4096 : k->size * 2, k->used };
      wider.at = VG_(calloc)("capture.known", wider.size, sizeof(Told));
      for (UInt i = 0; i < k->size; i++)
         if (k->at[i].key != 0)
            *placeOf(&wider, k->at[i].key) = k->at[i];
      VG_(free)(k->at);
      *k = wider;
   }
   Told* told = placeOf(k, key);
   *isNew = told->key == 0;
   if (*isNew) {
      told->key = key;
      told->number = ++k->used;
   }
   return told->number;
}

/* A wrapper and its caller; one more where the compiler kept a wrapper's own function. */
#define CALLER_FRAMES 3

static Known codeKnown, stackKnown;

static Told lately[256];

static void forget(Known* k)
{
   VG_(free)(k->at);
   k->at = NULL;
   k->size = k->used = 0;
}

void forgetCode(void)
{
   forget(&codeKnown);
   forget(&stackKnown);
   VG_(memset)(lately, 0, sizeof(lately));
}

/* Tells Java the function and the line of a code address. */
static void tellCode(Addr ip, UInt number)
{
   DiEpoch      now = VG_(current_DiEpoch)();
   const HChar *name = "", *file = "", *directory = "";
   HChar        function[512], path[1024];
   UInt         line = 0;
   function[0] = path[0] = 0;
   if (VG_(get_fnname)(now, ip, &name))
      VG_(strncpy)(function, name, sizeof(function) - 1);
   function[sizeof(function) - 1] = 0;
   if (VG_(get_filename_linenum)(now, ip, &file, &directory, &line)) {
      if (directory != NULL && directory[0] != 0 && file[0] != '/'
          && VG_(strlen)(directory) + VG_(strlen)(file) + 2 < sizeof(path))
         VG_(sprintf)(path, "%s/%s", directory, file);
      else {
         VG_(strncpy)(path, file, sizeof(path) - 1);
         path[sizeof(path) - 1] = 0;
      }
   }
   UInt   nf = VG_(strlen)(function), np = VG_(strlen)(path);
   UChar* r = reserve(RECORD_CODE, 24 + nf + np + 1);
   ((ULong*)r)[0] = ip;
   ((UInt*)r)[2] = number;
   ((UInt*)r)[3] = line;
   ((UInt*)r)[4] = nf;
   ((UInt*)r)[5] = 0;
   VG_(memcpy)(r + 24, function, nf);
   VG_(memcpy)(r + 24 + nf, path, np + 1);
}

UInt needCode(Addr ip)
{
   if (ip == 0)
      return 0;
   Told* recent = &lately[(ip ^ (ip >> 8)) & 255];
   if (recent->key != ip) {
      Bool isNew;
      UInt number = numberOf(&codeKnown, ip, &isNew);
      if (isNew)
         tellCode(ip, number);
      recent->key = ip;
      recent->number = number;
   }
   return recent->number;
}

/* The number of the stack of the thread, without the wrappers' own frames. */
UInt allocationStack(ThreadId tid)
{
   ExeContext* context = VG_(record_ExeContext)(tid, 0);
   UInt        number = VG_(get_ECU_from_ExeContext)(context) / 4;
   Bool        isNew;
   numberOf(&stackKnown, (ULong)number + 1, &isNew);
   if (isNew) {
      StackTrace ips = VG_(get_ExeContext_StackTrace)(context);
      Int        n = VG_(get_ExeContext_n_ips)(context), from = 0;
      while (from < n && isOurCode(ips[from]))
         from++;
      for (Int i = from; i < n; i++)
         needCode(ips[i]);
      UChar* r = reserve(RECORD_STACK, 8 + (n - from) * 8);
      ((UInt*)r)[0] = number;
      ((UInt*)r)[1] = n - from;
      for (Int i = from; i < n; i++)
         ((ULong*)(r + 8))[i - from] = ips[i];
   }
   return number;
}

/* Where the program called the wrapper in which the thread is. */
static Addr wrappersCaller(ThreadId tid)
{
   Addr ips[CALLER_FRAMES];
   UInt n = VG_(get_StackTrace)(tid, ips, CALLER_FRAMES, NULL, NULL, 0);
   for (UInt i = 0; i < n; i++) {
      if (!isOurCode(ips[i])) {
         needCode(ips[i]);
         return ips[i];
      }
   }
   return 0;
}

static void heap(ThreadId tid, const Thread* t, Addr block, SizeT bytes, Bool allocated)
{
   UInt   stack = allocated ? allocationStack(tid) + 1 : 0;
   UChar* r = reserve(RECORD_HEAP, 32);
   ((UInt*)r)[0] = t->number;
   ((UInt*)r)[1] = stack;
   ((ULong*)r)[1] = t->instructions;
   ((ULong*)r)[2] = block;
   ((ULong*)r)[3] = bytes;
}

Bool handleRequest(ThreadId tid, UWord* args, UWord* result)
{
   if ((args[0] & 0xffff0000U) != REQUEST_BASE)
      return False;
   *result = 0;
   Thread* t = threadOf[tid];
   if (!recording || t == NULL)
      return True;
   drain();
   switch (args[0]) {
      case REQUEST_ENTER:
      case REQUEST_EXIT: {
         ULong a[6] = { args[3], args[4], 0, 0, 0, 0 };
         if (args[1] == SYNC_JOIN) {
            Thread* joined = threadNumberedBy(args[2]);
            a[1] = joined == NULL ? (ULong)-1 : joined->number;
         }
         cutSlice(t);
         putEvent(t, args[0] == REQUEST_ENTER ? EVENT_SYNC_ENTER : EVENT_SYNC_EXIT, (Int)args[1],
                  args[2], a, args[0] == REQUEST_ENTER ? 0 : (Long)(Word)args[5], 0, wrappersCaller(tid));
         break;
      }
      case REQUEST_ALLOC:
         heap(tid, t, args[1], args[2], True);
         break;
      case REQUEST_FREE:
         heap(tid, t, args[1], 0, False);
         break;
      default:
         break;
   }
   return True;
}
