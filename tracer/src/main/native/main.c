/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capture tool of Popcorn Replay: options and registration. */

#include "capture.h"

Bool  recording;
Bool  fullDetail;
ULong sliceInstructions = 10000;

static const HChar* outputPath;
static Int          recorder; /* process id of who started us, 0 = not said */
static Bool         isChild;  /* started in place of a program that a followed process executes */

static Bool option(const HChar* arg)
{
   const HChar* text;
   if (VG_STR_CLO(arg, "--to", outputPath)) {
   } else if (VG_STR_CLO(arg, "--buffers", bufferPath)) {
   } else if (VG_BINT_CLO(arg, "--recorder", recorder, 1, 0x7fffffff)) {
   } else if (VG_STR_CLO(arg, "--follow", followDirectory)) {
   } else if (VG_BOOL_CLO(arg, "--child", isChild)) {
   } else if (VG_BINT_CLO(arg, "--slice", sliceInstructions, 128, 1000000000)) {
   } else if (VG_BINT_CLO(arg, "--turn", turnInstructions, 0, 1000000000)) {
   } else if (VG_BOOL_CLO(arg, "--full", fullDetail)) {
   } else if (VG_BINT_CLO(arg, "--nodes", pretendNodes, 1, 32)) {
   } else if (VG_BINT_CLO(arg, "--terminal-block", terminalBlockBytes, -1, 1048576)) {
   } else if (VG_STR_CLO(arg, "--popcorn", text))
      popcornMode = VG_STREQ(text, "off") ? 0 : VG_STREQ(text, "on") ? 2 : 1;
   else
      return False;
   return True;
}

static void usage(void)
{
   VG_(printf)("    started by popcorn-trace record\n");
}

static void debugUsage(void) {}

static void hello(void)
{
   UChar* r = reserve(RECORD_HELLO, 24);
   ((UInt*)r)[0] = STREAM_VERSION;
   ((UInt*)r)[1] = VG_(getpid)();
   ((ULong*)r)[1] = sliceInstructions;
   ((UInt*)r)[4] = fullDetail;
   ((UInt*)r)[5] = 0;
}

/* In a forked child, which has one thread: it writes a trace of its own, or none. */
static void childStarts(ThreadId tid)
{
   Bool    wasRecording = recording;
   Thread* t = threadOf[tid];
   abandonOutput();
   if (followDirectory == NULL)
      return;
   if (!wasRecording || t == NULL || !followForked(t->number, t->instructions)) {
      followNoMore();
      return;
   }
   recording = True;
   streamNumber++;
   forgetCode();
   hello();
   keepOnly(tid);
   flushOutput();
}

static void notOpened(const HChar* path)
{
   VG_(umsg)("capture: cannot open %s\n", path);
   VG_(exit)(70);
}

static void afterOptions(void)
{
   if (outputPath == NULL) {
      VG_(umsg)("capture: --to=PIPE is missing\n");
      VG_(exit)(70);
   }
   if (isChild) {
      recording = followExecuted();
   } else {
      VG_(prctl)(VKI_PR_SET_PDEATHSIG, VKI_SIGKILL, 0, 0, 0);
      if (recorder != 0 && VG_(getppid)() != recorder)
         VG_(exit)(141); /* it was killed before we asked to die with it: nobody will open the pipe */
      if (followDirectory != NULL)
         followFirst();
      if (!openOutput(outputPath, True, bufferPath))
         notOpened(outputPath);
      recording = True;
   }
   initVisits();
   if (recording) {
      hello();
      putProgram();
      flushOutput();
   } else
      followNoMore();
   VG_(atfork)(NULL, NULL, childStarts);
}

static void ends(Int exitCode)
{
   if (!recording)
      return;
   endThreads();
   UChar* r = reserve(RECORD_END, 8);
   ((Int*)r)[0] = exitStatus;
   ((UInt*)r)[1] = 0;
   closeOutput();
}

static void beforeOptions(void)
{
   VG_(details_name)("poptrace");
   VG_(details_version)(NULL);
   VG_(details_description)("the capture tool of Popcorn Replay");
   VG_(details_copyright_author)("Copyright (C) 2026, the authors of Popcorn Replay");
   VG_(details_bug_reports_to)("the authors of Popcorn Replay");
   VG_(details_avg_translation_sizeB)(400);
   VG_(basic_tool_funcs)(afterOptions, instrumentBlock, ends);
   VG_(needs_command_line_options)(option, usage, debugUsage);
   VG_(needs_client_requests)(handleRequest);
   initThreads();
   initSyscalls();
   initBlocks();
}

VG_DETERMINE_INTERFACE_VERSION(beforeOptions)
