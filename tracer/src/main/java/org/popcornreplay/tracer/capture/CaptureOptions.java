package org.popcornreplay.tracer.capture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.traces.Manifest;

/**
 * How a program is recorded: what the capture tool is told, and what each trace says of it.
 *
 * @param full every access, else visits
 * @param popcornCalls {@code auto}, {@code on} or {@code off}
 * @param terminalBlockBytes what pseudo-terminals report, -1 = as Popcorn's programs need it
 * @param mostProcesses process images that are followed, 0 = children are not recorded
 */
public record CaptureOptions(
    boolean full,
    long sliceInstructions,
    String popcornCalls,
    int pretendNodes,
    int terminalBlockBytes,
    int mostProcesses) {

  /** The threads that a program may have at once. */
  static final int MAX_THREADS = 4200;

  /** Whether children are recorded too. */
  public boolean follows() {
    return mostProcesses > 0;
  }

  /** The manifest of a new trace. */
  public Manifest manifest(CaptureTool tool) {
    Manifest manifest =
        new Manifest().fullDetail(full).sliceMarks(full).sliceInstructions(sliceInstructions);
    manifest.json().put("popcorn_syscalls", popcornCalls).put("pretend_nodes", pretendNodes);
    if (terminalBlockBytes >= 0) {
      manifest.json().put("terminal_block_bytes", terminalBlockBytes);
    }
    manifest.json().withObject("/tools").put("valgrind", tool.valgrindVersion());
    return manifest;
  }

  /**
   * The command that runs a program under the capture tool.
   *
   * @param pipes the folder of the recording's pipes and logs
   * @param buffers where the buffers may lie that are shared with it
   * @param words the program as given and its arguments
   */
  public List<String> command(CaptureTool tool, Path pipes, Path buffers, List<String> words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                tool.program().toString(),
                "--command-line-only=yes",
                "--tool=poptrace",
                "-q",
                "--log-file=" + pipes.resolve("log.%p"),
                "--vgdb=no",
                "--fair-sched=try",
                "--smc-check=all-non-file",
                "--px-default=allregs-at-mem-access",
                "--px-file-backed=sp-at-mem-access", // until it handles faults: faults.c
                "--num-callers=12",
                "--max-threads=" + MAX_THREADS,
                "--to=" + pipes.resolve("stream"),
                "--buffers=" + buffers,
                "--recorder=" + ProcessHandle.current().pid(),
                "--slice=" + sliceInstructions,
                "--full=" + (full ? "yes" : "no"),
                "--popcorn=" + popcornCalls,
                "--nodes=" + pretendNodes,
                "--terminal-block=" + terminalBlockBytes));
    if (follows()) {
      command.add("--follow=" + pipes);
      command.add("--trace-children=yes");
    }
    command.addAll(words); // its first word as given: programs print it, and some obey it
    return command;
  }
}
