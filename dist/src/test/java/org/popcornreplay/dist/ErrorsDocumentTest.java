package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * docs/errors.md has every text with which a command ends, as the sources have it: the literals of
 * the line, {@code …} for what is filled in.
 */
final class ErrorsDocumentTest {
  private static final Path HOME = Path.of("..");
  private static final Map<String, Integer> ENDINGS =
      Map.of("usage", 2, "badInput", 3, "cannotContinue", 4, "answerIsNo", 1);

  /** The texts of the sources by the row that the document should have, and where they are. */
  private static SortedMap<String, String> inSources() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    SortedMap<String, String> rows = new TreeMap<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources()));
      for (CompilationUnitTree unit : task.parse()) {
        unit.accept(
            new TreeScanner<Void, Void>() {
              @Override
              public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
                String method = call.getMethodSelect().toString();
                String name = method.substring(method.lastIndexOf('.') + 1);
                if (ENDINGS.containsKey(name)
                    && method.startsWith("CommandException.")
                    && !call.getArguments().isEmpty()) {
                  String text = text(call.getArguments().get(0));
                  if (text.chars().anyMatch(Character::isLetter)) {
                    String file = unit.getSourceFile().getName();
                    rows.put(row(ENDINGS.get(name), text), file.substring(file.indexOf("org/")));
                  }
                }
                return super.visitMethodInvocation(call, null);
              }
            },
            null);
      }
    }
    return rows;
  }

  private static Set<Path> sources() throws IOException {
    Set<Path> all = new TreeSet<>();
    for (String module :
        new String[] {"traces", "tracer", "replay-engine", "analysis", "reports", "dist"}) {
      try (Stream<Path> walk = Files.walk(HOME.resolve(module).resolve("src/main/java"))) {
        all.addAll(walk.filter(p -> p.toString().endsWith(".java")).collect(Collectors.toSet()));
      }
    }
    return all;
  }

  /** The literals of an expression, with … for the rest. */
  private static String text(ExpressionTree expression) {
    Tree.Kind kind = expression.getKind();
    if (kind == Tree.Kind.PLUS) {
      BinaryTree sum = (BinaryTree) expression;
      return text(sum.getLeftOperand()) + text(sum.getRightOperand());
    }
    if (expression instanceof ParenthesizedTree inner) {
      return text(inner.getExpression());
    }
    if (expression instanceof LiteralTree literal && literal.getValue() instanceof String string) {
      return string;
    }
    if (expression instanceof ConditionalExpressionTree choice) {
      return "…" + text(choice.getTrueExpression()) + "…" + text(choice.getFalseExpression()) + "…";
    }
    if (expression instanceof MethodInvocationTree call
        && call.getMethodSelect().toString().equals("String.format")) {
      // The first argument may be the locale.
      return call.getArguments().stream()
          .map(ErrorsDocumentTest::text)
          .filter(text -> text.contains("%"))
          .findFirst()
          .orElse("…")
          .replaceAll("%[0-9.,]*[a-z]", "…");
    }
    return "…";
  }

  private static String row(int exitCode, String text) {
    return exitCode + " " + plain(text);
  }

  /**
   * Letters, digits and signs only: what is filled in, spaces and breaks of literals do not count.
   */
  private static String plain(String text) {
    return text.replace("\n", " ")
        .replaceAll("%[0-9.,]*[a-z]", "…")
        .replaceAll("[\\s…]+", " ")
        .strip();
  }

  private static Set<String> inDocument() throws IOException {
    Set<String> rows = new TreeSet<>();
    for (String line : Files.readAllLines(HOME.resolve("docs/errors.md"))) {
      if (line.startsWith("## Texts without a line of their own")) {
        break;
      }
      if (line.matches("\\| [0-9]+ \\| `.*` \\|")) {
        String[] cells = line.split(" \\| ", 2);
        String text = cells[1].substring(1, cells[1].length() - 3).replace("¦", "|");
        assertTrue(
            rows.add(row(Integer.parseInt(cells[0].substring(2)), text))
                || rows.contains(row(Integer.parseInt(cells[0].substring(2)), text)),
            line);
      }
    }
    return rows;
  }

  @Test
  void everyTextOfTheSourcesIsThereAndNoOther() throws IOException {
    SortedMap<String, String> sources = inSources();
    Set<String> documented = inDocument();
    assertTrue(sources.size() > 100, "texts found: " + sources.size());
    StringBuilder missing = new StringBuilder();
    sources.forEach(
        (row, file) -> {
          if (!documented.contains(row)) {
            missing.append("\n").append(row).append("    (").append(file).append(")");
          }
        });
    assertEquals("", missing.toString(), "docs/errors.md lacks");
    documented.removeAll(sources.keySet());
    assertEquals("", String.join("\n", documented), "docs/errors.md has what no source says");
  }
}
