package org.popcornreplay.replay;

import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.check.TraceCheck;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Tells a trace that contradicts itself from a defect of the replay. A replay does not check a
 * trace's meaning before it begins, as that would read all of it twice; it looks when it fails.
 */
final class DamagedTrace {
  private DamagedTrace() {}

  /** What to throw for a failure: one line about the trace, or the failure where that is sound. */
  static RuntimeException explain(Path trace, RuntimeException failure) {
    List<String> faults = new TraceCheck(trace, 1).faults();
    if (faults.isEmpty()) {
      return failure;
    }
    return CommandException.badInput(
        trace + ": " + faults.get(0) + "; popcorn-trace check tells all faults", failure);
  }
}
