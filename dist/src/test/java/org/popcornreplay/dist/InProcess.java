package org.popcornreplay.dist;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.popcornreplay.analysis.SqlCommand;
import org.popcornreplay.replay.ReplayCommand;
import org.popcornreplay.reports.ReportCommand;
import org.popcornreplay.tracer.TraceCommand;
import org.popcornreplay.traces.cli.CommandFrame;

/**
 * Runs the commands within this JVM, for tests that want thousands of answers: a JVM for each would
 * take a second. One at a time: standard output is taken away from the process meanwhile.
 */
final class InProcess {
  private InProcess() {}

  static Shell.Result trace(Object... arguments) {
    return run(out -> new TraceCommand(), arguments);
  }

  static Shell.Result replay(Object... arguments) {
    return run(out -> new ReplayCommand(), arguments);
  }

  static Shell.Result sql(Object... arguments) {
    return run(SqlCommand::new, arguments);
  }

  static Shell.Result report(Object... arguments) {
    return run(out -> new ReportCommand(), arguments);
  }

  private static Shell.Result run(Function<PrintStream, Object> command, Object... arguments) {
    String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayOutputStream noted = new ByteArrayOutputStream();
    PrintStream out = System.out;
    PrintStream err = System.err;
    int code;
    try (PrintStream toSaid = new PrintStream(said, true, StandardCharsets.UTF_8);
        PrintStream toNoted = new PrintStream(noted, true, StandardCharsets.UTF_8)) {
      System.setOut(toSaid);
      System.setErr(toNoted);
      code = CommandFrame.execute(command.apply(toSaid), words);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    return new Shell.Result(code, said.toByteArray(), noted.toString(StandardCharsets.UTF_8));
  }
}
