/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Valgrind starts in place of a program that a followed process executes: starts the capture tool, which lies
   beside it in VALGRIND_LIB, as one of a child. It needs no library, so that nothing is preloaded into it. */

#define LIBRARY "VALGRIND_LIB="
#define LAUNCHER "VALGRIND_LAUNCHER="
#define CHILD "--child=yes"
#define PATH_BYTES 4096

enum { CALL_EXECVE = 59, CALL_EXIT = 60 };

static long call(long number, const void* a, const void* b, const void* c)
{
   long result;
   __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
   return result;
}

static int begins(const char* text, const char* with)
{
   while (*with != 0)
      if (*text++ != *with++)
         return 0;
   return 1;
}

static char* append(char* to, const char* end, const char* text)
{
   while (to < end && *text != 0)
      *to++ = *text++;
   *to = 0;
   return to;
}

__attribute__((used)) void launch(char** stack)
{
   long   count = *(long*)stack;
   char** words = stack + 1;
   char** environment = words + count + 1;
   char   tool[PATH_BYTES + 1], self[PATH_BYTES + 1];
   long   variables = 0;
   const char* library = "";
   for (; environment[variables] != 0; variables++)
      if (begins(environment[variables], LIBRARY))
         library = environment[variables] + sizeof(LIBRARY) - 1;
   append(append(tool, tool + PATH_BYTES, library), tool + PATH_BYTES, "/poptrace-amd64-linux");
   append(append(append(self, self + PATH_BYTES, LAUNCHER), self + PATH_BYTES, library), self + PATH_BYTES,
          "/poptrace-launcher");
   char*  newWords[count + 2];
   char*  newEnvironment[variables + 2];
   long   n = 0;
   newWords[n++] = words[0];
   newWords[n++] = CHILD;
   for (long i = count > 1 && begins(words[1], CHILD) ? 2 : 1; i < count; i++)
      newWords[n++] = words[i];
   newWords[n] = 0;
   for (n = 0; n < variables; n++)
      newEnvironment[n] = environment[n];
   newEnvironment[n++] = self;
   newEnvironment[n] = 0;
   call(CALL_EXECVE, tool, newWords, newEnvironment);
   call(CALL_EXIT, (void*)127, 0, 0);
}

__asm__(".globl _start\n_start:\n   mov %rsp, %rdi\n   and $-16, %rsp\n   call launch\n");
