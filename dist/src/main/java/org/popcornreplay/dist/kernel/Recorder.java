package org.popcornreplay.dist.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Records a program as it was started on the virtual machines: on a terminal, with the C library's
 * plain SSE2 functions, without rseq, and with little else in its environment, whose length moves
 * the stack within its page.
 */
final class Recorder {
  /** What the C library of a processor with SSE2 only would choose. */
  static final String GLIBC_TUNABLES =
      "glibc.pthread.rseq=0:glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-FMA,-FMA4,"
          + "-SSSE3,-SSE4_1,-SSE4_2,-AVX2_Usable,-AVX_Usable,-AVX_Fast_Unaligned_Load,"
          + "-Fast_Unaligned_Copy";

  /** The file that the mapping tests read: page i begins with i * 1000 + 17. */
  private static final Path DATA_FILE = Path.of("/tmp/data.bin");

  private static final int DATA_PAGES = 256;
  private static final int PAGE_BYTES = 4096;

  /** What the launcher needs of this process's environment. */
  private static final List<String> INHERITED = List.of("HOME", "JAVA_HOME", "VALGRIND_LIB");

  private final Path home;
  private final Path folder;

  /**
   * A recorder.
   *
   * @param home folder with bin/
   * @param folder where the traces go
   */
  Recorder(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /**
   * The trace of this program, recorded now unless an earlier call did. A recording is made under
   * another name and renamed when it is whole, so one that was interrupted is never taken up.
   */
  Path trace(Path program, List<String> arguments) {
    String name = String.join("_", arguments);
    Path trace = folder.resolve(name + ".ptrace");
    if (isWhole(trace)) {
      return trace;
    }
    Path unfinished = folder.resolve(name + ".unfinished");
    try {
      Files.createDirectories(folder);
      delete(trace);
      delete(unfinished);
      writeDataFile();
      List<String> record = new ArrayList<>();
      record.add(home.resolve("bin/popcorn-trace").toString());
      record.addAll(List.of("record", "--quiet", "-o", unfinished.toString(), "--"));
      record.add(program.toString());
      record.addAll(arguments);
      // script(1) gives the program a terminal, as it had on the machines.
      ProcessBuilder builder =
          new ProcessBuilder("script", "-qec", String.join(" ", quoted(record)), "/dev/null");
      Map<String, String> environment = builder.environment();
      environment.keySet().retainAll(INHERITED);
      environment.put("PATH", "/usr/bin:/bin");
      environment.put("GLIBC_TUNABLES", GLIBC_TUNABLES);
      builder.redirectErrorStream(true);
      builder.redirectOutput(folder.resolve(name + ".out").toFile());
      builder.redirectInput(Path.of("/dev/null").toFile());
      builder.start().waitFor();
      if (isWhole(unfinished)) {
        Files.move(unfinished, trace, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    if (!isWhole(trace)) {
      throw CommandException.badInput(
          "record: trace=" + trace + ", expected a recording of " + String.join(" ", arguments));
    }
    return trace;
  }

  /** Whether the recording was finished: its manifest says so, as the last thing written. */
  private static boolean isWhole(Path trace) {
    try (TraceReader reader = TraceReader.open(trace)) {
      return reader.manifest().complete();
    } catch (CommandException e) {
      return false; // none, or one that does not open
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }

  private static List<String> quoted(List<String> words) {
    return words.stream().map(word -> "'" + word.replace("'", "'\\''") + "'").toList();
  }

  private static void writeDataFile() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(DATA_PAGES * PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int page = 0; page < DATA_PAGES; page++) {
      data.putLong(page * PAGE_BYTES, page * 1000L + 17);
    }
    Files.write(DATA_FILE, data.array());
  }
}
