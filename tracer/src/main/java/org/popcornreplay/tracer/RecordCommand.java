package org.popcornreplay.tracer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.popcornreplay.tracer.capture.CaptureStream;
import org.popcornreplay.tracer.capture.CaptureTool;
import org.popcornreplay.tracer.capture.NativeRun;
import org.popcornreplay.tracer.capture.OwnLocale;
import org.popcornreplay.tracer.capture.ProgramFile;
import org.popcornreplay.tracer.command.TracePlace;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code popcorn-trace record}: runs a program under the capture tool and writes its trace. */
@Command(
    name = "record",
    mixinStandardHelpOptions = true,
    description =
        "Runs PROG and writes what its threads did. Its stdin, stdout, stderr and exit code stay its own.")
public final class RecordCommand implements Callable<Integer> {
  /** How detailed a trace is. */
  enum Detail {
    visits,
    full
  }

  /** When a system call is Popcorn's. */
  enum PopcornCalls {
    auto,
    on,
    off
  }

  private static final int MAX_THREADS = 4200;

  @ParentCommand private TraceCommand parent;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Where the trace goes; default: PROG's name + .ptrace.")
  private Path output;

  @Option(names = "--force", description = "Replace a trace that is there.")
  private boolean force;

  @Option(
      names = "--detail",
      defaultValue = "visits",
      paramLabel = "visits|full",
      description = "What a thread did to a page in a slice, or every access (default visits).")
  private Detail detail;

  @Option(
      names = "--slice",
      defaultValue = "10000",
      paramLabel = "N",
      description = "Longest slice in instructions (default ${DEFAULT-VALUE}).")
  private long sliceInstructions;

  @Option(
      names = "--popcorn-syscalls",
      defaultValue = "auto",
      paramLabel = "auto|on|off",
      description =
          "Whether Popcorn's system calls are emulated (default auto: when they can be no other).")
  private PopcornCalls popcornCalls;

  @Option(
      names = "--pretend-nodes",
      defaultValue = "8",
      paramLabel = "N",
      description =
          "How many nodes a program written for Popcorn believes in (default ${DEFAULT-VALUE}).")
  private int pretendNodes;

  @Option(
      names = "--terminal-block-bytes",
      defaultValue = "auto",
      paramLabel = "auto|N",
      description =
          "Block size that pseudo-terminals report, which stdio takes for its buffers (default"
              + " auto: 4096 like a console once Popcorn's calls are made; 0: as the host says).")
  private String terminalBlockBytes;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description = "End the program after S seconds; the trace is finished.")
  private long timeoutSeconds;

  @Option(
      names = "--calibrate",
      description =
          "First run the program without capture, its output dropped, and keep its processor time.")
  private boolean calibrate;

  @Option(
      names = "--progress",
      description = "Tell on stderr how far it is; default where stderr is a terminal.")
  private boolean progress;

  @Parameters(arity = "1..*", paramLabel = "PROG ARGS", description = "The program to run.")
  private List<String> words = new ArrayList<>();

  /** What follows PROG is the program's, also where it looks like an option of ours. */
  @Spec
  void wordsOfTheProgram(CommandSpec spec) {
    spec.parser().stopAtPositional(true);
  }

  @Override
  public Integer call() {
    check();
    Path program = program(words.get(0));
    Path trace = output != null ? output : Path.of(program.getFileName() + ".ptrace");
    CaptureTool tool = CaptureTool.prepare();
    try {
      ProgramFile.check(program);
      try (TracePlace place = TracePlace.take(trace, force)) {
        NativeRun plain = calibrate ? calibrate(program) : null;
        return record(tool, program, place, trace, plain);
      }
    } catch (IOException e) {
      throw notRecorded(trace, e);
    } catch (UncheckedIOException e) {
      throw notRecorded(trace, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static CommandException notRecorded(Path trace, IOException e) {
    return CommandException.badInput(
        "-o=" + trace + ": cannot be recorded: " + FileFault.reason(e), e);
  }

  private void check() {
    if (sliceInstructions < 128 || sliceInstructions > 1_000_000_000) {
      throw CommandException.usage("--slice=" + sliceInstructions + ", expected 128 to 1000000000");
    }
    if (!terminalBlockBytes.matches("auto|[0-9]{1,6}")) {
      throw CommandException.usage(
          "--terminal-block-bytes=" + terminalBlockBytes + ", expected auto or 0 to 999999");
    }
    if (pretendNodes < 1 || pretendNodes > 32) {
      throw CommandException.usage("--pretend-nodes=" + pretendNodes + ", expected 1 to 32");
    }
    if (timeoutSeconds < 0) {
      throw CommandException.usage("--timeout=" + timeoutSeconds + ", expected 1 or more");
    }
  }

  private static Path program(String word) {
    Path program =
        word.contains("/")
            ? Path.of(word)
            : CaptureTool.onPath(word)
                .orElseThrow(
                    () ->
                        CommandException.badInput(
                            "program: name=" + word + ", expected a program on PATH"));
    if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
      throw CommandException.badInput("program: path=" + word + ", expected an executable file");
    }
    return program;
  }

  private NativeRun calibrate(Path program) throws IOException, InterruptedException {
    NativeRun plain = NativeRun.of(program, words.subList(1, words.size()), timeoutSeconds);
    if (plain.cpuNanos() == 0) {
      System.err.println(
          "popcorn-trace: --calibrate: the program took less than 1 ms, expected longer: not"
              + " calibrated");
    }
    return plain;
  }

  private int record(CaptureTool tool, Path program, TracePlace place, Path trace, NativeRun plain)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    Manifest manifest =
        new Manifest()
            .program(words.get(0), words.subList(1, words.size()))
            .fullDetail(detail == Detail.full)
            .sliceMarks(detail == Detail.full)
            .sliceInstructions(sliceInstructions);
    manifest.json().put("popcorn_syscalls", popcornCalls.name()).put("pretend_nodes", pretendNodes);
    if (plain != null && plain.cpuNanos() > 0) {
      manifest.nativeCpuNanos(plain.cpuNanos());
    }
    manifest.json().withObject("/tools").put("valgrind", tool.valgrindVersion());
    try (ScratchFolder scratch = ScratchFolder.create();
        TraceWriter writer = TraceWriter.create(place.partial(), manifest)) {
      Path fifo = scratch.pipe();
      Path log = scratch.log();
      if (new ProcessBuilder("mkfifo", "-m", "600", fifo.toString()).start().waitFor() != 0) {
        throw new IOException("mkfifo " + fifo + " failed");
      }
      writer.moved(place.settle());
      Process process = start(tool, fifo, log);
      InterruptSignals signals = InterruptSignals.leaveTo(process);
      Thread alarm = timeout(process);
      openWhenGone(process, fifo);
      CaptureStream stream;
      try (FileChannel channel = FileChannel.open(fifo, StandardOpenOption.READ)) {
        stream = new CaptureStream(channel, writer, program.getFileName().toString());
        boolean tells = !quiet() && (progress || Progress.isTerminal());
        Progress told =
            tells
                ? new Progress(stream::instructions, stream::accesses, writer::bytesWritten)
                : null;
        try {
          stream.read();
        } finally {
          if (told != null) {
            told.end();
          }
        }
      }
      int code = process.waitFor();
      alarm.interrupt();
      signals.restore();
      explain(log);
      for (String note : stream.notes()) {
        System.err.println("popcorn-trace: " + note);
      }
      if (plain != null && plain.exitCode() != code) {
        System.err.printf(
            Locale.ROOT,
            "popcorn-trace: --calibrate: exit code=%d natively, %d recorded: the runs differ%n",
            plain.exitCode(),
            code);
      }
      stream.finish();
      manifest.exitCode(code);
      if (stream.ended()) {
        writer.finish();
      } else {
        writer.flush();
      }
      if (!quiet()) {
        System.err.printf(
            Locale.ROOT,
            "popcorn-trace: wrote %s: %,d instructions, %,d accesses, %,d bytes in %.1f s%s%n",
            trace,
            stream.instructions(),
            stream.accesses(),
            writer.bytesWritten(),
            (System.nanoTime() - began) / 1e9,
            stream.ended() ? "" : " (incomplete: the capture tool was killed)");
      }
      return code;
    }
  }

  private boolean quiet() {
    return parent != null && parent.quiet();
  }

  private Process start(CaptureTool tool, Path fifo, Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            tool.program().toString(),
            "--command-line-only=yes",
            "--tool=poptrace",
            "-q",
            "--log-file=" + log,
            "--vgdb=no",
            "--fair-sched=try",
            "--smc-check=all-non-file",
            "--num-callers=12",
            "--max-threads=" + MAX_THREADS,
            "--to=" + fifo,
            "--recorder=" + ProcessHandle.current().pid(),
            "--slice=" + sliceInstructions,
            "--full=" + (detail == Detail.full ? "yes" : "no"),
            "--popcorn=" + popcornCalls.name(),
            "--nodes=" + pretendNodes,
            "--terminal-block=" + (terminalBlockBytes.equals("auto") ? "-1" : terminalBlockBytes)));
    command.addAll(words); // its first word as given: programs print it, and some obey it
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    OwnLocale.restore(builder.environment());
    builder.environment().put("VALGRIND_LIB", tool.directory().toString());
    builder.environment().put("VALGRIND_LAUNCHER", tool.program().toString());
    return builder.start();
  }

  /** Opens the pipe's other end when the tool is gone, so that nobody waits for it for ever. */
  private static void openWhenGone(Process process, Path fifo) {
    Thread opener =
        new Thread(
            () -> {
              try {
                process.waitFor();
                FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE).close();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (IOException e) {
                // it was opened and removed: nobody waits
              }
            },
            "pipe opener");
    opener.setDaemon(true);
    opener.start();
  }

  private Thread timeout(Process process) {
    Thread alarm =
        new Thread(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(timeoutSeconds);
                process.destroy();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "timeout");
    alarm.setDaemon(true);
    if (timeoutSeconds > 0) {
      alarm.start();
    }
    return alarm;
  }

  /** What Valgrind said that a user can act on. */
  private static void explain(Path log) throws IOException {
    if (!Files.exists(log)) {
      return;
    }
    String text = Files.readString(log, StandardCharsets.UTF_8);
    if (text.contains("unhandled instruction bytes")) {
      System.err.println(
          "popcorn-trace: the program executed an instruction that Valgrind does not know"
              + " (AVX-512?), expected code for x86-64 with at most AVX2: compile without"
              + " -march=native");
    }
  }
}
