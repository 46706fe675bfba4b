package org.popcornreplay.tracer.command;

import java.nio.file.Path;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.convert.DrmemtraceImport;
import org.popcornreplay.traces.convert.LackeyImport;
import org.popcornreplay.traces.convert.PatImport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** popcorn-trace import. */
@Command(
    name = "import",
    description = "Makes a trace of another tool's file.",
    mixinStandardHelpOptions = true)
public final class ImportCommand implements Runnable {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "FORMAT",
      description = {
        "lackey: valgrind --tool=lackey --trace-mem=yes, one thread;",
        "drmemtrace: what DynamoRIO's view tool prints (drrun -t drmemtrace -tool view);",
        "pat: page faults of the Popcorn kernel (time nid tid perm ip addr region)."
      })
  private String format;

  @Parameters(paramLabel = "FILE", description = "The file to read.")
  private Path file;

  @Mixin private NewTrace output;

  @Option(
      names = "--detail",
      defaultValue = "visits",
      description = "visits or full (default ${DEFAULT-VALUE}).")
  private String detail;

  @Option(
      names = "--slice",
      defaultValue = "10000",
      description = "Longest slice in instructions (default ${DEFAULT-VALUE}).")
  private int slice;

  @Override
  public void run() {
    Manifest manifest = Limits.manifest(detail, slice);
    switch (format) {
      case "lackey" ->
          output.write(directory -> new LackeyImport(file).writeTo(directory, manifest));
      case "drmemtrace" ->
          output.write(directory -> new DrmemtraceImport(file).writeTo(directory, manifest));
      case "pat" -> output.write(directory -> new PatImport(file).writeTo(directory, manifest));
      default ->
          throw CommandException.usage("--from=" + format + ", expected lackey, drmemtrace or pat");
    }
  }
}
