/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers where a fault happens. Code of files is translated so that the registers are right at the ends of blocks, which
   is enough for all that a program without a handler of faults can see (CaptureOptions.java). Once it asks for a handler,
   which may mend what was wrong and go on, all code is translated so that they are right at each access of memory; code
   that programs make themselves always is. */

#include "capture.h"

#include "libvex.h"

/* Of the core, not among the tools' headers. */
extern VexRegisterUpdates VG_(clo_px_file_backed);
extern void VG_(discard_translations)(Addr from, ULong bytes, const HChar* who);

#define LAST_OF_PROGRAM 0x7fffffffffffULL

/* Before rt_sigaction(2). */
void beforeSignalAction(Int signal, Addr action)
{
   /* What an instruction in the middle of a block raises. */
   if (signal != VKI_SIGSEGV && signal != VKI_SIGBUS && signal != VKI_SIGFPE)
      return;
   if (VG_(clo_px_file_backed) == VexRegUpdAllregsAtMemAccess)
      return;
   if (action == 0 || !readable(action, sizeof(UWord)) || *(UWord*)action <= (UWord)VKI_SIG_IGN)
      return;
   VG_(clo_px_file_backed) = VexRegUpdAllregsAtMemAccess;
   VG_(discard_translations)(0, LAST_OF_PROGRAM, "capture.faults");
}
