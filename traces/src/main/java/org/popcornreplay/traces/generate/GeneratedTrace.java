package org.popcornreplay.traces.generate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.Manifest;

/** Writes the trace of a {@link Pattern}. */
public final class GeneratedTrace {
  private GeneratedTrace() {}

  /** Writes visits with slices of the default length. */
  public static void write(Path directory, Pattern pattern, PatternOptions options)
      throws IOException {
    write(directory, pattern, options, new Manifest());
  }

  /**
   * Writes a trace.
   *
   * @param manifest says detail and slice length
   */
  public static void write(
      Path directory, Pattern pattern, PatternOptions options, Manifest manifest)
      throws IOException {
    manifest.program(
        "/generated/" + pattern.patternName(),
        List.of(
            "--threads=" + options.threads(),
            "--pages=" + options.pages(),
            "--rounds=" + options.rounds(),
            "--compute=" + options.compute(),
            "--nodes=" + options.nodes(),
            "--seed=" + options.seed()));
    manifest.json().put("pretend_nodes", Math.max(2, options.nodes()));
    try (TraceBuilder trace = TraceBuilder.create(directory, manifest)) {
      pattern.script().write(trace, options);
      trace.finish();
    }
  }
}
