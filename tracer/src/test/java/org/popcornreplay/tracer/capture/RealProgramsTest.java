package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that everybody has, with little to do: what they print, what they write and how they
 * exit is the same under {@code record}. {@code made} is the name of what they write.
 */
class RealProgramsTest {
  private static final List<List<String>> PROGRAMS =
      List.of(
          List.of("cat", "-n"),
          List.of("sort", "-n", "-k1"),
          List.of("wc"),
          List.of("tr", "a-z", "A-Z"),
          List.of("od", "-A", "x", "-t", "x1z"),
          List.of("md5sum"),
          List.of("sha256sum"),
          List.of("factor", "1000000007", "600851475143"),
          List.of("expr", "3", "-", "3"),
          List.of("false"),
          List.of("ls", "-R", "data"),
          List.of("ls", "no-such-file"),
          List.of("dd", "bs=100", "count=3", "status=none"),
          List.of("tee", "made"),
          List.of("split", "--filter=cat", "-n", "l/2", "data/text"),
          List.of("gzip", "-nc9"),
          List.of("xz", "-0c"),
          List.of("tar", "-cf", "made", "data"),
          List.of("sed", "-e", "s/some/any/g", "-e", "/7$/d"),
          List.of("mawk", "{ sum += $1 } END { print NR, sum }"),
          List.of("grep", "-c", "1.*text"),
          List.of("grep", "no such line"),
          List.of("find", "data", "-name", "t*"),
          List.of("xargs", "-n", "2", "echo"),
          List.of("diff", "-u", "data/text", "data/program.c"),
          List.of("cmp", "data/text", "data/program.c"),
          List.of("iconv", "-f", "UTF-8", "-t", "UTF-16LE"),
          List.of("perl", "-ne", "$n += length; END { print qq($n\\n); exit 3 }"),
          List.of("bash", "-c", "for i in 1 2 3; do echo $((i * i)); done; (exit 5); exit $?"),
          List.of("dash", "-c", "read a b; echo $b $(echo $a); kill -TERM $$"),
          List.of(
              "/usr/bin/python3", "-S", "-c", "import json; print(json.dumps({'a': [1, 2.5]}))"),
          List.of("gcc", "-c", "-O1", "-o", "made", "data/program.c"),
          List.of("CC1", "-quiet", "-O2", "-o", "made", "data/program.c"),
          List.of("as", "-o", "made", "data/program.s"),
          List.of("ld", "-r", "-o", "made", "data/program.o"),
          List.of("nm", "data/program.o"),
          List.of("readelf", "-a", "data/program.o"),
          List.of("objdump", "-d", "data/program.o"),
          List.of("strings", "data/program.o"),
          List.of("ar", "rcD", "made", "data/program.o"));

  @TempDir Path directory;
  private Recorder recorder;
  private byte[] input;

  @BeforeEach
  void write() throws IOException {
    recorder = new Recorder(directory);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append(i * 7919L % 211).append(" some text ").append(i / 3).append('\n');
    }
    input = text.toString().getBytes(StandardCharsets.UTF_8);
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.write(data.resolve("text"), input);
    Files.writeString(
        data.resolve("program.c"),
        """
        extern int puts(const char *);
        int main(int n, char **w) { while (n-- > 1) puts(*++w); return 0; }
        """);
    run("gcc", "-S", "-O1", "-o", "data/program.s", "data/program.c");
    run("gcc", "-c", "-O1", "-o", "data/program.o", "data/program.c");
  }

  private Recorder.Result run(String... words) {
    Recorder.Result result = recorder.run(new byte[0], List.of(words));
    assertEquals(0, result.code(), result.err());
    return result;
  }

  @TestFactory
  Stream<DynamicTest> aProgramDoesTheSameWhenItIsRecorded() {
    String compiler = run("gcc", "-print-prog-name=cc1").text().strip();
    assertTrue(PROGRAMS.stream().map(words -> words.get(0)).distinct().count() >= 30);
    return PROGRAMS.stream()
        .map(words -> words.stream().map(w -> w.equals("CC1") ? compiler : w).toList())
        .map(words -> DynamicTest.dynamicTest(String.join(" ", words), () -> compare(words)));
  }

  private void compare(List<String> words) throws IOException {
    Recorder.Result plain = recorder.run(input, words);
    byte[] plainMade = made();
    String[] command =
        Stream.concat(
                Stream.of("record", "--quiet", "--force", "-o", "trace", "--"), words.stream())
            .toArray(String[]::new);
    Recorder.Result recorded = recorder.trace(input, command);
    assertEquals(plain.code(), recorded.code(), recorded.err());
    assertEquals(plain.err(), recorded.err());
    assertArrayEquals(plain.out(), recorded.out());
    assertArrayEquals(plainMade, made());
    assertTrue(Files.size(directory.resolve("trace/visits.arrows")) > 0);
  }

  /** What the program wrote; takes it away. */
  private byte[] made() throws IOException {
    Path made = directory.resolve("made");
    byte[] bytes = Files.exists(made) ? Files.readAllBytes(made) : new byte[0];
    Files.deleteIfExists(made);
    return bytes;
  }
}
