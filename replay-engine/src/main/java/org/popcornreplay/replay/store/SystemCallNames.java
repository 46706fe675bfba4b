package org.popcornreplay.replay.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Names of the x86-64 system calls by number. */
final class SystemCallNames {
  private final String[] names = new String[1024];

  SystemCallNames() {
    Arrays.setAll(names, number -> "syscall_" + number);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                SystemCallNames.class.getResourceAsStream("system-calls-x86-64.txt"),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          int space = line.indexOf(' ');
          names[Integer.parseInt(line.substring(0, space))] = line.substring(space + 1);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name(int number) {
    return number >= 0 && number < names.length ? names[number] : "unknown";
  }
}
