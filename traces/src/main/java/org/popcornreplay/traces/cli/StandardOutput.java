package org.popcornreplay.traces.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/**
 * Whether results reached whoever asked for them. A reader that has gone ({@code | head}) wants no
 * more and is no fault; a full disk is one, and Java's print streams say nothing of either.
 */
public final class StandardOutput {
  private StandardOutput() {}

  /**
   * The exit code of a command whose output failed.
   *
   * @param name of the command
   * @param code what it would end with
   */
  public static int afterFailure(String name, int code) {
    if (code != ExitCode.DONE) {
      return code;
    }
    try {
      // Never closed: it is the process's own. It fails as the lost output did.
      new FileOutputStream(FileDescriptor.out).write('\n');
      return code;
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("Broken pipe")) {
        return code;
      }
      System.err.println(
          name + ": stdout: cannot be written: " + FileFault.reason(e) + ", expected free space");
      return ExitCode.BAD_INPUT;
    }
  }
}
