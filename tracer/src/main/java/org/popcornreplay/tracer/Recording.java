package org.popcornreplay.tracer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.popcornreplay.tracer.capture.CaptureOptions;
import org.popcornreplay.tracer.capture.CaptureStream;
import org.popcornreplay.tracer.capture.CaptureTool;
import org.popcornreplay.tracer.capture.CapturedProgram;
import org.popcornreplay.tracer.capture.FollowedProcesses;
import org.popcornreplay.tracer.capture.SharedBuffers;
import org.popcornreplay.tracer.command.TracePlace;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceWriter;

/**
 * One recording: from the start of the program to its finished trace.
 *
 * @param words the program as given and its arguments
 * @param timeoutSeconds after which the program is ended, 0 = never
 * @param tells whether it says how far it is
 * @param quiet whether it says nothing but what is wrong
 */
record Recording(
    CaptureTool tool,
    CaptureOptions options,
    List<String> words,
    long timeoutSeconds,
    boolean tells,
    boolean quiet) {

  private static final long WAITING_MILLIS = 1000;

  /**
   * Runs the program and writes its trace.
   *
   * @param name of the program, for its main thread
   * @param trace the place as the user named it
   * @param cpuNanos of a run without capture, 0 = not known
   * @return the program's exit code
   */
  int run(String name, TracePlace place, Path trace, long cpuNanos)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    Manifest manifest = options.manifest(tool);
    manifest.program(words.get(0), words.subList(1, words.size()));
    if (cpuNanos > 0) {
      manifest.nativeCpuNanos(cpuNanos);
    }
    try (ScratchFolder scratch = ScratchFolder.create();
        TraceWriter writer = TraceWriter.create(place.partial(), manifest)) {
      scratch.makePipes(options.follows());
      Path directory = place.settle();
      writer.moved(directory);
      Path buffers = SharedBuffers.place();
      try (FollowedProcesses children = follow(scratch, buffers, directory)) {
        Ended ended = record(scratch, buffers, writer, name, children);
        if (children != null) {
          children.finish(ended.stream, manifest);
        }
        manifest.exitCode(ended.code);
        if (ended.stream.ended()) {
          writer.finish();
        } else {
          writer.flush();
        }
        say(trace, ended, writer.bytesWritten(), children, System.nanoTime() - began);
        return ended.code;
      }
    }
  }

  /** What is left of the program. */
  private record Ended(CaptureStream stream, int code) {}

  private FollowedProcesses follow(ScratchFolder scratch, Path buffers, Path directory)
      throws IOException {
    if (!options.follows()) {
      return null;
    }
    FollowedProcesses children =
        new FollowedProcesses(
            scratch.folder(),
            buffers,
            directory,
            options.mostProcesses(),
            () -> options.manifest(tool));
    children.start(words.get(0));
    return children;
  }

  private Ended record(
      ScratchFolder scratch,
      Path place,
      TraceWriter writer,
      String name,
      FollowedProcesses children)
      throws IOException, InterruptedException {
    SharedBuffers buffers = SharedBuffers.create(place);
    CapturedProgram program =
        CapturedProgram.start(tool, options, scratch.folder(), scratch.pipe(), place, words);
    InterruptSignals signals = InterruptSignals.leaveTo(() -> {}, program::terminate);
    if (children == null) {
      program.afterwards(writer::packTogether);
    }
    program.endAfter(timeoutSeconds, children == null ? () -> {} : children::terminate);
    CaptureStream stream;
    try (buffers;
        FileChannel pipe = program.openStream()) {
      stream = new CaptureStream(buffers.over(pipe), writer, name);
      Progress told = tells ? progress(stream, writer, children) : null;
      try {
        stream.read();
      } finally {
        if (told != null) {
          told.end();
        }
      }
    }
    int code = program.await();
    if (children != null) {
      signals.restore();
      signals = InterruptSignals.leaveTo(children::terminate, children::terminate);
      await(children, stream, program.pid());
    }
    program.cancelTimeout();
    signals.restore();
    explain(scratch, stream, children);
    stream.finish();
    return new Ended(stream, code);
  }

  private static Progress progress(
      CaptureStream stream, TraceWriter writer, FollowedProcesses children) {
    return children == null
        ? new Progress(stream::instructions, stream::accesses, writer::bytesWritten)
        : new Progress(
            () -> stream.instructions() + children.instructions(),
            () -> stream.accesses() + children.accesses(),
            () -> writer.bytesWritten() + children.bytesWritten());
  }

  /** Waits for processes that the program left behind, and says so where it takes long. */
  private void await(FollowedProcesses children, CaptureStream stream, long pid)
      throws IOException, InterruptedException {
    Thread teller =
        new Thread(
            () -> {
              try {
                Thread.sleep(WAITING_MILLIS);
                List<String> left = children.running();
                if (!quiet && !left.isEmpty()) {
                  System.err.println(
                      "popcorn-trace: the program has ended; waiting for processes="
                          + left.size()
                          + " that it left behind ("
                          + String.join(", ", left)
                          + "): Ctrl-C ends them");
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "waiting");
    teller.setDaemon(true);
    teller.start();
    try {
      children.await(stream, pid);
    } finally {
      teller.interrupt();
    }
  }

  private void explain(ScratchFolder scratch, CaptureStream stream, FollowedProcesses children)
      throws IOException {
    if (scratch.logs().contains("unhandled instruction bytes")) {
      System.err.println(
          "popcorn-trace: the program executed an instruction that Valgrind does not know"
              + " (AVX-512?), expected code for x86-64 with at most AVX2: compile without"
              + " -march=native");
    }
    Set<String> notes = new LinkedHashSet<>(stream.notes());
    if (children != null) {
      notes.addAll(children.notes());
    } else if (stream.replaced() && !quiet) {
      notes.add(
          "the program became another one (exec), which is not in the trace, expected"
              + " --follow-children or the command line of that program");
    }
    for (String note : notes) {
      System.err.println("popcorn-trace: " + note);
    }
  }

  private void say(
      Path trace, Ended ended, long bytes, FollowedProcesses children, long tookNanos) {
    if (quiet) {
      return;
    }
    List<String> more = new ArrayList<>();
    if (!ended.stream.ended()) {
      more.add(" (incomplete: the capture tool was killed)");
    }
    if (children != null) {
      more.add("; processes=" + children.size() + " more in it");
    }
    System.err.printf(
        Locale.ROOT,
        "popcorn-trace: wrote %s: %,d instructions, %,d accesses, %,d bytes in %.1f s%s%n",
        trace,
        ended.stream.instructions(),
        ended.stream.accesses(),
        bytes,
        tookNanos / 1e9,
        String.join("", more));
  }
}
