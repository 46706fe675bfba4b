package org.popcornreplay.tracer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.popcornreplay.tracer.capture.CaptureOptions;
import org.popcornreplay.tracer.capture.CaptureTool;
import org.popcornreplay.tracer.capture.NativeRun;
import org.popcornreplay.tracer.capture.ProgramFile;
import org.popcornreplay.tracer.command.TracePlace;
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

  private static final int MOST_PROCESSES = 4096;

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
      names = "--follow-children",
      description =
          "Record the processes that PROG begins too, each in a trace of its own in DIR/children.")
  private boolean followChildren;

  @Option(
      names = "--most-processes",
      defaultValue = "256",
      paramLabel = "N",
      description =
          "How many of them --follow-children records; later ones run without (default"
              + " ${DEFAULT-VALUE}).")
  private int mostProcesses;

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
        int code =
            recording(tool)
                .run(
                    program.getFileName().toString(),
                    place,
                    trace,
                    plain == null ? 0 : plain.cpuNanos());
        if (plain != null && plain.exitCode() != code) {
          System.err.printf(
              Locale.ROOT,
              "popcorn-trace: --calibrate: exit code=%d natively, %d recorded: the runs differ%n",
              plain.exitCode(),
              code);
        }
        return code;
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

  private Recording recording(CaptureTool tool) {
    CaptureOptions options =
        new CaptureOptions(
            detail == Detail.full,
            sliceInstructions,
            popcornCalls.name(),
            pretendNodes,
            terminalBlockBytes.equals("auto") ? -1 : Integer.parseInt(terminalBlockBytes),
            followChildren ? mostProcesses : 0);
    boolean tells = !quiet() && (progress || Progress.isTerminal());
    return new Recording(tool, options, words, timeoutSeconds, tells, quiet());
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
    if (mostProcesses < 1 || mostProcesses > MOST_PROCESSES) {
      throw CommandException.usage(
          "--most-processes=" + mostProcesses + ", expected 1 to " + MOST_PROCESSES);
    }
    if (timeoutSeconds < 0) {
      throw CommandException.usage("--timeout=" + timeoutSeconds + ", expected 1 or more");
    }
    // Valgrind puts files there and does not start where it cannot.
    String temporary = System.getenv("TMPDIR");
    if (temporary != null && !temporary.isEmpty() && !Files.isWritable(Path.of(temporary))) {
      throw CommandException.badInput(
          "TMPDIR=" + temporary + ", expected a directory that can be written");
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

  private boolean quiet() {
    return parent != null && parent.quiet();
  }
}
