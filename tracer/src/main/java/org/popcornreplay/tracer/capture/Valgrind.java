package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.cli.CommandException;

/**
 * The installed Valgrind.
 *
 * @param version for example {@code 3.19.0}
 * @param headers of tools
 * @param libraries the static ones of tools
 * @param programs what it loads at run time
 * @param loadAddress of tools, as the linker takes it
 */
record Valgrind(String version, Path headers, Path libraries, Path programs, String loadAddress) {
  private static final String DEFAULT_LOAD_ADDRESS = "0x58000000";

  /** Finds it through the description that its package installs for pkg-config. */
  static Valgrind installed() {
    for (String place :
        List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib")) {
      Path description = Path.of(place, "pkgconfig", "valgrind.pc");
      if (Files.isReadable(description)) {
        return described(description);
      }
    }
    throw CommandException.badInput(
        "valgrind=not found, expected version 3.19 or newer with its headers; "
            + CaptureTool.NEEDS);
  }

  private static Valgrind described(Path description) {
    String version = "";
    String load = DEFAULT_LOAD_ADDRESS;
    String prefix = "/usr";
    String libdir = description.getParent().getParent().toString();
    String libexec = "";
    try {
      for (String line : Files.readAllLines(description, StandardCharsets.ISO_8859_1)) {
        String value = line.substring(line.indexOf(line.startsWith("Version:") ? ':' : '=') + 1);
        value = value.strip().replace("${prefix}", prefix).replace("${exec_prefix}", prefix);
        if (line.startsWith("Version:")) {
          version = value;
        } else if (line.startsWith("prefix=")) {
          prefix = value;
        } else if (line.startsWith("libdir=")) {
          libdir = value;
        } else if (line.startsWith("libexecdir=")) {
          libexec = value;
        } else if (line.startsWith("valt_load_address=") && value.matches("0x[0-9a-fA-F]+")) {
          load = value;
        }
      }
    } catch (IOException e) {
      throw CommandException.badInput(description + ": cannot be read: " + e.getMessage(), e);
    }
    Path libraries = Path.of(libdir, "valgrind");
    Path programs = libraries;
    for (String candidate : List.of(libexec, prefix + "/libexec", libdir)) {
      Path at = Path.of(candidate.isEmpty() ? libdir : candidate, "valgrind");
      if (Files.isReadable(at.resolve("vgpreload_core-amd64-linux.so"))) {
        programs = at;
        break;
      }
    }
    Path headers = Path.of(prefix, "include", "valgrind");
    for (Path needed :
        List.of(
            headers.resolve("pub_tool_basics.h"),
            libraries.resolve("libcoregrind-amd64-linux.a"),
            programs.resolve("vgpreload_core-amd64-linux.so"))) {
      if (!Files.isReadable(needed)) {
        throw CommandException.badInput(
            "valgrind: file=" + needed + " is missing; " + CaptureTool.NEEDS);
      }
    }
    return new Valgrind(version, headers, libraries, programs, load);
  }
}
