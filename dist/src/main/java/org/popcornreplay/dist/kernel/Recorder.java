package org.popcornreplay.dist.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Records a program as it was started on the virtual machines: on a terminal, with the C library's
 * plain SSE2 functions and without rseq.
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

  /** The trace of this program, recorded now unless it is there from an earlier call. */
  Path trace(Path program, List<String> arguments) {
    Path trace = folder.resolve(String.join("_", arguments) + ".ptrace");
    if (Files.isRegularFile(trace.resolve("manifest.json"))) {
      return trace;
    }
    try {
      Files.createDirectories(folder);
      writeDataFile();
      List<String> record = new ArrayList<>();
      record.add(home.resolve("bin/popcorn-trace").toString());
      record.addAll(List.of("record", "--quiet", "--force", "-o", trace.toString(), "--"));
      record.add(program.toString());
      record.addAll(arguments);
      // script(1) gives the program a terminal, as it had on the machines.
      ProcessBuilder builder =
          new ProcessBuilder("script", "-qec", String.join(" ", quoted(record)), "/dev/null");
      builder.environment().put("GLIBC_TUNABLES", GLIBC_TUNABLES);
      builder.redirectErrorStream(true);
      builder.redirectOutput(folder.resolve(trace.getFileName() + ".out").toFile());
      builder.redirectInput(Path.of("/dev/null").toFile());
      builder.start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    if (!Files.isRegularFile(trace.resolve("manifest.json"))) {
      throw CommandException.badInput(
          "record: trace=" + trace + ", expected a recording of " + String.join(" ", arguments));
    }
    return trace;
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
