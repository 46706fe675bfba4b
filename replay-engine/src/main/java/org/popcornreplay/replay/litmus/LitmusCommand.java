package org.popcornreplay.replay.litmus;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.popcornreplay.traces.cli.ExitCode;
import org.popcornreplay.traces.cli.ProjectVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code popcorn-replay litmus FILE…}: runs litmus files and checks what they expect. */
@Command(
    name = "litmus",
    description = "Runs litmus files through the protocol model and checks what they expect.",
    mixinStandardHelpOptions = true,
    versionProvider = ProjectVersion.class)
public final class LitmusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Litmus files.")
  private List<String> files;

  @Option(names = "--json", description = "Prints one JSON object a line for each file.")
  private boolean json;

  private int exitCode = ExitCode.DONE;
  private int passed;
  private int failed;
  private int unusable;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    long begin = System.nanoTime();
    for (String file : files) {
      run(file, out, err);
      out.flush();
    }
    if (!isQuiet()) {
      err.println(
          String.format(
              Locale.ROOT,
              "litmus: %d ok, %d failed, %d unusable, %.2f s",
              passed,
              failed,
              unusable,
              (System.nanoTime() - begin) / 1e9));
    }
    return exitCode;
  }

  private boolean isQuiet() {
    CommandSpec root = spec.root();
    return root.findOption("--quiet") != null
        && Boolean.TRUE.equals(root.findOption("--quiet").getValue());
  }

  private void run(String file, PrintWriter out, PrintWriter err) throws IOException {
    Scenario scenario;
    try {
      scenario = LitmusParser.parse(file, read(file));
    } catch (SyntaxException e) {
      unusable(file, file + ":" + e.line() + ": " + e.getMessage(), ExitCode.USAGE, out, err);
      return;
    } catch (IOException | InvalidPathException e) {
      unusable(
          file, file + ": " + reason(e) + ", expected a litmus file", ExitCode.BAD_INPUT, out, err);
      return;
    }
    Verdict verdict = ScenarioRun.run(scenario);
    if (json) {
      new LitmusJson(out).print(verdict);
    } else {
      new LitmusText(out).print(verdict);
    }
    if (verdict.ok()) {
      passed++;
    } else {
      failed++;
      endsWith(ExitCode.ANSWER_IS_NO);
    }
  }

  private static byte[] read(String file) throws IOException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return in.readNBytes(LitmusParser.MOST_BYTES + 1);
    }
  }

  private static String reason(Exception e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "may not be read";
    }
    String message = e.getMessage();
    return message == null ? "cannot be read" : message.replace('\n', ' ');
  }

  private void unusable(String file, String error, int code, PrintWriter out, PrintWriter err)
      throws IOException {
    unusable++;
    endsWith(code);
    err.println("popcorn-replay: " + error);
    if (json) {
      new LitmusJson(out).printError(file, error);
    }
  }

  /** The gravest of all files' codes is the command's. */
  private void endsWith(int code) {
    exitCode = Math.max(exitCode, code);
  }
}
