package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.popcornreplay.traces.cli.CommandException;

/**
 * The capture tool, compiled on this machine. It is linked with the installed Valgrind, so the
 * cache is keyed by Valgrind's version and by the tool's own source.
 */
public final class CaptureTool {
  private static final List<String> SOURCES =
      List.of(
          "poptrace.c",
          "poptrace_preload.c",
          "poptrace_requests.h",
          "poptrace_wire.h",
          "build.sh",
          "COPYING");

  private static final String INSTALL = "apt-get install valgrind gcc libc6-dev binutils";

  private final Path folder;
  private final Path valgrind;
  private final String version;

  private CaptureTool(Path folder, Path valgrind, String version) {
    this.folder = folder;
    this.valgrind = valgrind;
    this.version = version;
  }

  /** The folder that Valgrind shall take its tools from. */
  public Path folder() {
    return folder;
  }

  /** The installed launcher. */
  public Path valgrind() {
    return valgrind;
  }

  /** Valgrind's version, for example {@code valgrind-3.19.0}. */
  public String version() {
    return version;
  }

  /** The tool for this user; compiles it where it is not in the cache. */
  public static CaptureTool ready() {
    Path valgrind = onPath("valgrind").orElseThrow(() -> missing("valgrind"));
    String version = output(List.of(valgrind.toString(), "--version")).strip();
    if (!version.matches("valgrind-[0-9][0-9A-Za-z.-]{0,40}")) {
      throw CommandException.badInput(
          valgrind + ": version=" + version + ", expected valgrind-3.19 or newer");
    }
    try {
      Path folder = cache().resolve(version + "-" + sourceHash());
      if (!Files.isExecutable(folder.resolve("poptrace-amd64-linux"))) {
        build(folder);
      }
      return new CaptureTool(folder, valgrind, version);
    } catch (IOException e) {
      throw CommandException.badInput(
          "capture tool: " + e.getMessage() + ", expected to be compiled in " + cache(), e);
    }
  }

  /** A program of this name in the folders of PATH. */
  public static Optional<Path> onPath(String name) {
    String path = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    return Stream.of(path.split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static CommandException missing(String what) {
    return CommandException.badInput(
        what + ": not found on PATH, expected it installed: " + INSTALL);
  }

  private static Path cache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    if (xdg != null && xdg.startsWith("/")) {
      return Path.of(xdg, "popcorn-replay");
    }
    String home = System.getenv("HOME");
    if (home != null && Files.isDirectory(Path.of(home)) && Files.isWritable(Path.of(home))) {
      return Path.of(home, ".cache", "popcorn-replay");
    }
    return Path.of(
        System.getProperty("java.io.tmpdir"), "popcorn-replay-" + System.getProperty("user.name"));
  }

  private static String sourceHash() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : SOURCES) {
        digest.update(source(name));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] source(String name) throws IOException {
    try (InputStream in = CaptureTool.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("source " + name + " is not in the archive");
      }
      return in.readAllBytes();
    }
  }

  /** Builds beside and renames, so that a build that is killed leaves nothing that looks ready. */
  private static void build(Path folder) throws IOException {
    if (onPath("gcc").isEmpty()) {
      throw missing("gcc");
    }
    if (!Files.isRegularFile(Path.of("/usr/include/valgrind/pub_tool_basics.h"))) {
      throw missing("/usr/include/valgrind");
    }
    Files.createDirectories(folder.getParent());
    Path beside = Files.createTempDirectory(folder.getParent(), "build-");
    Path sources = Files.createDirectory(beside.resolve("src"));
    for (String name : SOURCES) {
      Files.write(sources.resolve(name), source(name));
    }
    Path log = beside.resolve("build.log");
    Process process =
        new ProcessBuilder("sh", sources.resolve("build.sh").toString(), sources.toString())
            .directory(beside.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int code = await(process);
    if (code != 0) {
      String why =
          Files.readString(log, StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.contains("error") || line.contains("cannot"))
              .findFirst()
              .orElse("exit code " + code);
      delete(beside);
      throw CommandException.badInput(
          "capture tool: compiler=" + why + ", expected to build with: " + INSTALL);
    }
    try {
      Files.move(beside, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
      delete(beside); // another recording was first
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static String output(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      await(process);
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int await(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
