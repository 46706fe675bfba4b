package org.popcornreplay.tracer.command;

import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.cli.CommandException;

/** What options may be. */
final class Limits {
  private Limits() {}

  /** Ends the command where a number is out of range. */
  static void check(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw CommandException.usage(option + "=" + value + ", expected " + least + " to " + most);
    }
  }

  /** A manifest for the options --detail and --slice. */
  static Manifest manifest(String detail, int slice) {
    if (!detail.equals("visits") && !detail.equals("full")) {
      throw CommandException.usage("--detail=" + detail + ", expected visits or full");
    }
    check("--slice", slice, 1, Integer.MAX_VALUE);
    return new Manifest().fullDetail(detail.equals("full")).sliceInstructions(slice);
  }
}
