package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * The capture tool, compiled on this machine against the installed Valgrind and kept in a cache of
 * the user, in a directory named by Valgrind's version and the hash of the sources.
 *
 * @param directory holds the tool and its preloaded library under the names that Valgrind expects
 * @param valgrindVersion for example {@code 3.19.0}
 */
public record CaptureTool(Path directory, String valgrindVersion) {
  /** What a machine needs that cannot build it. */
  public static final String NEEDS = "run: apt-get install valgrind gcc libc6-dev";

  private static final String TOOL = "poptrace-amd64-linux";
  private static final String PRELOAD = "vgpreload_poptrace-amd64-linux.so";
  private static final String WRAPPERS = "wrappers.c";

  /** Takes the place of a part of Valgrind's core, which some Valgrind may not let it. */
  private static final String LOCK = "lock.c";

  private static final String LAUNCHER = "poptrace-launcher";
  private static final String LAUNCHER_SOURCE = "launcher.c";
  private static final List<String> SOURCES =
      List.of(
          "capture.h",
          "code.c",
          "faults.c",
          "follow.c",
          "full.c",
          "instrument.c",
          LOCK,
          LAUNCHER_SOURCE,
          "main.c",
          "output.c",
          "popcorn.c",
          "stream.h",
          "syscalls.c",
          "threads.c",
          "visits.c",
          WRAPPERS);

  private static final List<String> TOOL_FLAGS =
      List.of(
          "-O2",
          "-g",
          "-std=gnu99",
          "-m64",
          "-fno-stack-protector",
          "-fno-strict-aliasing",
          "-fno-builtin",
          "-fomit-frame-pointer",
          "-fno-pie",
          "-DVGA_amd64=1",
          "-DVGO_linux=1",
          "-DVGP_amd64_linux=1",
          "-DVGPV_amd64_linux_vanilla=1");

  /** Where the tool's program lies. */
  public Path program() {
    return directory.resolve(TOOL);
  }

  /** What Valgrind starts in place of a program that a followed process executes. */
  public Path launcher() {
    return directory.resolve(LAUNCHER);
  }

  /** The tool for the Valgrind that is installed; compiles it when it is not in the cache. */
  public static CaptureTool prepare() {
    Valgrind valgrind = Valgrind.installed();
    Map<String, byte[]> sources = sources();
    Path home =
        cache()
            .resolve("popcorn-replay")
            .resolve(valgrind.version() + "-" + hash(sources, valgrind));
    CaptureTool tool = new CaptureTool(home, valgrind.version());
    if (Files.isExecutable(tool.program())) {
      return tool;
    }
    try {
      Files.createDirectories(home.getParent());
      compile(valgrind, sources, home);
    } catch (IOException e) {
      throw CommandException.badInput(
          "capture tool: cache=" + home + ", expected a directory that can be written: " + e, e);
    }
    return tool;
  }

  private static void compile(Valgrind valgrind, Map<String, byte[]> sources, Path home)
      throws IOException {
    Path lockFile = home.resolveSibling(home.getFileName() + ".lock");
    try (FileChannel lock =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var held = lock.lock()) {
      if (Files.isExecutable(home.resolve(TOOL))) {
        return; // another process was first
      }
      Path beside = home.resolveSibling(home.getFileName() + ".build");
      LeftOvers.remove(beside); // left by somebody who was killed: we have the lock
      Files.createDirectory(beside);
      try {
        Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (Map.Entry<String, byte[]> source : sources.entrySet()) {
          Files.write(beside.resolve(source.getKey()), source.getValue());
        }
        link(valgrind, beside);
        try {
          Files.move(beside, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
          LeftOvers.remove(home); // left unfinished by somebody
          Files.move(beside, home, StandardCopyOption.ATOMIC_MOVE);
        }
      } finally {
        LeftOvers.remove(beside);
      }
      assert held.isValid();
    }
  }

  private static void link(Valgrind valgrind, Path in) throws IOException {
    try {
      run(in, toolCommand(valgrind, LOCK));
    } catch (CommandException e) {
      run(in, toolCommand(valgrind, "")); // without it the tool tells the user when it matters
    }
    run(
        in,
        List.of(
            "gcc",
            "-O2",
            "-m64",
            "-static",
            "-nostdlib",
            "-fno-builtin",
            "-fno-stack-protector",
            "-fno-tree-loop-distribute-patterns",
            "-o",
            LAUNCHER,
            LAUNCHER_SOURCE));
    run(
        in,
        List.of(
            "gcc",
            "-O2",
            "-g",
            "-m64",
            "-fPIC",
            "-shared",
            "-nostdlib",
            "-fno-builtin",
            "-fno-stack-protector",
            "-I" + valgrind.headers(),
            "-Wl,-z,interpose,-z,initfirst",
            "-o",
            PRELOAD,
            WRAPPERS));
    for (String shared : List.of("vgpreload_core-amd64-linux.so", "default.supp")) {
      Files.createSymbolicLink(in.resolve(shared), valgrind.programs().resolve(shared));
    }
  }

  private static List<String> toolCommand(Valgrind valgrind, String lock) {
    List<String> tool = new ArrayList<>(List.of("gcc"));
    tool.addAll(TOOL_FLAGS);
    tool.addAll(
        List.of(
            "-I" + valgrind.headers(),
            "-static",
            "-nodefaultlibs",
            "-nostartfiles",
            "-u",
            "_start",
            "-no-pie",
            "-Wl,--build-id=none",
            "-Wl,-Ttext-segment=" + valgrind.loadAddress(),
            "-o",
            TOOL));
    SOURCES.stream()
        .filter(s -> s.endsWith(".c") && !s.equals(WRAPPERS) && !s.equals(LAUNCHER_SOURCE))
        .filter(s -> !s.equals(LOCK) || s.equals(lock))
        .forEach(tool::add);
    for (String library : List.of("coregrind", "vex", "gcc-sup")) {
      tool.add(valgrind.libraries().resolve("lib" + library + "-amd64-linux.a").toString());
    }
    tool.add("-lgcc");
    return tool;
  }

  private static void run(Path in, List<String> command) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw CommandException.badInput("capture tool: gcc=not found; " + NEEDS, e);
    }
    try {
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
        String line = said.lines().filter(l -> l.contains("error")).findFirst().orElse(said);
        throw CommandException.badInput(
            "capture tool: does not compile: " + line.strip() + "; " + NEEDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Map<String, byte[]> sources() {
    Map<String, byte[]> all = new LinkedHashMap<>();
    for (String name : SOURCES) {
      try (InputStream in = CaptureTool.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new IllegalStateException("not on the classpath: " + name);
        }
        all.put(name, in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  private static String hash(Map<String, byte[]> sources, Valgrind valgrind) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      sources.values().forEach(digest::update);
      digest.update(String.join(" ", TOOL_FLAGS).getBytes(StandardCharsets.UTF_8));
      digest.update(valgrind.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
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

  private static Path cache() {
    String named = System.getenv("XDG_CACHE_HOME");
    if (named != null && named.startsWith("/")) {
      return Path.of(named);
    }
    String home = System.getenv("HOME");
    if (home != null && home.startsWith("/") && Files.isDirectory(Path.of(home))) {
      return Path.of(home, ".cache");
    }
    return Path.of(
        System.getProperty("java.io.tmpdir"), "popcorn-" + System.getProperty("user.name"));
  }
}
