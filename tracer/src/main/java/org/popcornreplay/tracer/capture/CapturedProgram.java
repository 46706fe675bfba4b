package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The process of the recorded program, under the capture tool. */
public final class CapturedProgram {
  private final Process process;
  private final Path pipe;
  private final CountDownLatch streamOpened = new CountDownLatch(1);
  private Thread alarm;

  private CapturedProgram(Process process, Path pipe) {
    this.process = process;
    this.pipe = pipe;
  }

  /**
   * Starts the program.
   *
   * @param pipe where its stream will come from
   * @param buffers where the buffers may lie that the stream comes through
   * @param words the program as given and its arguments
   */
  public static CapturedProgram start(
      CaptureTool tool,
      CaptureOptions options,
      Path pipes,
      Path pipe,
      Path buffers,
      List<String> words)
      throws IOException {
    CapturedProgram program = start(underTool(tool, options, pipes, buffers, words), pipe);
    inBackground("priority", LowPriority::take); // now, as the program would inherit it
    return program;
  }

  /** The program under the capture tool, not started. */
  static ProcessBuilder underTool(
      CaptureTool tool, CaptureOptions options, Path pipes, Path buffers, List<String> words) {
    ProcessBuilder builder =
        new ProcessBuilder(options.command(tool, pipes, buffers, words)).inheritIO();
    OwnLocale.restore(builder.environment());
    builder.environment().put("VALGRIND_LIB", tool.directory().toString());
    builder.environment().put("VALGRIND_LAUNCHER", tool.launcher().toString());
    return builder;
  }

  static CapturedProgram start(ProcessBuilder builder, Path pipe) throws IOException {
    CapturedProgram program = new CapturedProgram(builder.start(), pipe);
    inBackground("pipe opener", program::openWhenGone);
    return program;
  }

  /**
   * Opens the stream: waits until the tool opens its end, or is gone.
   *
   * @return the stream, which is empty where the tool never opened it
   */
  public FileChannel openStream() throws IOException {
    try {
      return FileChannel.open(pipe, StandardOpenOption.READ);
    } finally {
      streamOpened.countDown();
    }
  }

  /**
   * When the tool is gone, the pipe's other end is open until the stream is: a tool that was killed
   * early may never have opened it.
   */
  private void openWhenGone() throws InterruptedException {
    process.waitFor();
    try (FileChannel end =
        FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      streamOpened.await();
    } catch (IOException e) {
      // it was opened and removed: nobody waits
    }
  }

  /**
   * Ends the program after some time.
   *
   * @param seconds 0 = never
   * @param too what else happens then
   */
  public void endAfter(long seconds, Runnable too) {
    if (seconds > 0) {
      alarm =
          inBackground(
              "timeout",
              () -> {
                TimeUnit.SECONDS.sleep(seconds);
                terminate();
                too.run();
              });
    }
  }

  /** Says what else happens when the program has ended. */
  public void afterwards(Runnable what) {
    inBackground(
        "afterwards",
        () -> {
          process.waitFor();
          what.run();
        });
  }

  /** Nobody is ended from now on. */
  public void cancelTimeout() {
    if (alarm != null) {
      alarm.interrupt();
    }
  }

  /** Asks the program to end. */
  public void terminate() {
    process.destroy();
  }

  /** Waits for its end; gives its exit code, 128 + signal where a signal ended it. */
  public int await() throws InterruptedException {
    return process.waitFor();
  }

  public long pid() {
    return process.pid();
  }

  private interface Waiting {
    void run() throws InterruptedException;
  }

  private static Thread inBackground(String name, Waiting what) {
    Thread thread =
        new Thread(
            () -> {
              try {
                what.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
