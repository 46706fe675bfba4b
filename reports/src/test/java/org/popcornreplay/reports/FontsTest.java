package org.popcornreplay.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.cli.ExitCode;

/** A machine without fonts gets one line that says what to install. */
final class FontsTest {
  @TempDir private Path folder;

  @Test
  void shouldSayWhatToInstallWhereThereIsNoFont() throws Exception {
    Path store = folder.resolve("runs.duckdb");
    try (StoreFixture runs = StoreFixture.create(store)) {
      runs.addRun(1, 1, 1, 0, "messages");
    }
    Path err = folder.resolve("err");
    Process process = withoutFonts(store).redirectError(err.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    String text = Files.readString(err, StandardCharsets.UTF_8);
    assertEquals(ExitCode.BAD_INPUT, process.exitValue(), text);
    assertTrue(text.contains("fonts: found=none, expected fontconfig and a font"), text);
    assertEquals(1, text.strip().lines().count(), text);
    assertTrue(Files.notExists(folder.resolve("report")));
  }

  private ProcessBuilder withoutFonts(Path store) throws IOException {
    Path nothing = Files.createDirectory(folder.resolve("no-fonts"));
    Path configuration =
        Files.writeString(
            folder.resolve("fonts.conf"),
            "<?xml version=\"1.0\"?><fontconfig><dir>" + nothing + "</dir></fontconfig>\n");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.awt.headless=true",
            "-Duser.home=" + folder,
            "-Dsun.java2d.fontpath=" + nothing,
            "-cp",
            System.getProperty("java.class.path"),
            "org.popcornreplay.reports.ReportCommand",
            store.toString(),
            "-o",
            folder.resolve("report").toString());
    builder.environment().put("FONTCONFIG_FILE", configuration.toString());
    builder.environment().put("HOME", folder.toString());
    return builder;
  }
}
