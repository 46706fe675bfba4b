package org.popcornreplay.dist.kernel;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

/**
 * What a command printed.
 *
 * @param exitCode with which it ended
 * @param text its standard output
 */
record Output(int exitCode, String text) {
  /** Runs a command and takes its standard output. */
  static Output captured(IntSupplier command) {
    PrintStream stdout = System.out;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    int code;
    try (PrintStream capture = new PrintStream(captured, true, StandardCharsets.UTF_8)) {
      System.setOut(capture);
      code = command.getAsInt();
    } finally {
      System.setOut(stdout);
    }
    return new Output(code, captured.toString(StandardCharsets.UTF_8));
  }
}
