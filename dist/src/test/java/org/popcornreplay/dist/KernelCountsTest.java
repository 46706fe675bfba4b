package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The messages of our replays are those of the real kernel, for every program that it ran with the
 * same counts each time; skipped where the kernel's figures are not at hand. They are looked for in
 * the folder that POPCORN_ORACLE names.
 */
@Tag("end-to-end")
final class KernelCountsTest {
  /** One configuration of each program whose counts never varied. */
  private static final String PROGRAMS =
      "^[23]n_(?!nodelay|fs_|fsnap|thr_|thrseq|barrier|ppnap)(?!n3mutex|n3ppnap).*(?<!smp2)[.]json$";

  @TempDir Path folder;

  @Test
  void programsThatNeverVariedSendWhatTheKernelSends() {
    String named = System.getenv("POPCORN_ORACLE");
    assumeTrue(named != null, "POPCORN_ORACLE names no folder with a kernel's figures");
    Path oracle = Path.of(named);
    assertTrue(Files.isRegularFile(oracle.resolve("programs.csv")), named);
    Shell.Result result =
        Shell.run(
            Shell.home(),
            new byte[0],
            Map.of("KERNEL_CHECK_WORK", folder.toString()),
            List.of("bench/kernel-check", oracle.toString(), "--only", PROGRAMS));
    assertEquals(0, result.exitCode(), result.stdout() + result.stderr());
  }
}
