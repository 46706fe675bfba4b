package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rule table of docs/protocol.md names only classes, methods and tests that exist. */
final class RuleTableTest {
  private static final Path PAGE = Path.of("..", "docs", "protocol.md");
  private static final Pattern ROW =
      Pattern.compile("\\| [^|]+ \\| `[^|]+` \\| `(\\w+)#(\\w+)` \\| `(\\w+)#(\\w+)` \\|");

  @Test
  void everyRowPointsAtCodeAndTest() throws IOException {
    List<String> missing = new ArrayList<>();
    int rows = 0;
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows++;
        require(row.group(1), row.group(2), missing);
        require(row.group(3), row.group(4), missing);
      } else {
        assertTrue(!line.startsWith("| §") || line.indexOf('#') < 0, "not a row: " + line);
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(rows >= 45, "too few rows: " + rows);
  }

  private static void require(String className, String methodName, List<String> missing) {
    try {
      Class<?> named = Class.forName("org.popcornreplay.protocol." + className);
      for (Method method : named.getDeclaredMethods()) {
        if (method.getName().equals(methodName)) {
          return;
        }
      }
      missing.add(className + "#" + methodName);
    } catch (ClassNotFoundException absent) {
      missing.add(className);
    }
  }
}
