package org.popcornreplay.tracer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.tracer.TraceCommand;
import org.popcornreplay.traces.cli.CommandFrame;

/** The subcommands as a user calls them. */
class TraceToolsTest {
  private record Result(int code, String out, String err) {}

  @TempDir Path scratch;

  private static Result run(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream o = new ByteArrayOutputStream();
    ByteArrayOutputStream e = new ByteArrayOutputStream();
    System.setOut(new PrintStream(o, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(e, true, StandardCharsets.UTF_8));
    try {
      int code = CommandFrame.execute(new TraceCommand(), args);
      return new Result(
          code, o.toString(StandardCharsets.UTF_8), e.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private String path(String name) {
    return scratch.resolve(name).toString();
  }

  private Result generate(String name, String... more) {
    String[] args = new String[more.length + 5];
    System.arraycopy(
        new String[] {"generate", "lock", "--rounds=20", "-o", path(name)}, 0, args, 0, 5);
    System.arraycopy(more, 0, args, 5, more.length);
    return run(args);
  }

  @Test
  void everyGeneratedPatternIsListedAndPassesTheCheck() {
    Result list = run("generate", "--list");
    assertEquals(0, list.code());
    for (String line : list.out().split("\n", -1)) {
      if (line.isEmpty() || line.startsWith(" ")) {
        continue;
      }
      String pattern = line.split(" ", 2)[0];
      for (String detail : List.of("visits", "full")) {
        String trace = path(pattern + detail);
        Result made =
            run(
                "generate",
                pattern,
                "--rounds=30",
                "--threads=3",
                "--nodes=3",
                "--detail=" + detail,
                "-o",
                trace);
        assertEquals(0, made.code(), made.err());
        assertEquals(new Result(0, "ok\n", ""), run("check", trace));
      }
    }
  }

  @Test
  void infoJsonHasTheKeysThatScriptsRelyOn() throws IOException {
    generate("t");
    JsonNode info = new ObjectMapper().readTree(run("info", "--json", path("t")).out());
    for (String key :
        List.of(
            "format_version",
            "program",
            "arguments",
            "exit_code",
            "complete",
            "detail",
            "slice_instructions",
            "threads",
            "instructions",
            "reads",
            "writes",
            "visits",
            "pages",
            "syscalls",
            "sync_events",
            "migrations",
            "bytes_on_disk")) {
      assertTrue(info.has(key), key);
    }
    assertEquals(3, info.get("threads").asInt());
    assertEquals(2, info.get("pages").asInt());
    // Two workers, 20 rounds: lock and unlock each; and two joins by the main thread.
    assertEquals(2 * 20 * 2 + 2, info.get("sync_events").asInt());
  }

  @Test
  void dumpPrintsTheRowsAskedFor() {
    generate("t");
    Result csv = run("dump", path("t"), "--thread=1", "--from=1", "--limit=2", "--csv");
    assertEquals(
        "thread,start,length,page,first_read,first_write,reads,writes,read_lines,write_lines,"
            + "read_ip,write_ip,flags\n"
            + "1,102,1,65536,0,0,1,1,1,1,4198416,4198416,4\n"
            + "1,103,2,66560,1,1,1,1,1,1,4198416,4198416,2\n",
        csv.out());
    Result json = run("dump", path("t"), "--table=threads", "--json", "--limit=1");
    assertTrue(json.out().startsWith("{\"thread\":0,\"tid\":1000,\"parent\":-1,\"name\":\"main\""));
    assertEquals(2, run("dump", path("t"), "--table=nix").code());
    assertEquals(2, run("dump", path("t"), "--thread=9").code());
    assertEquals(2, run("dump", path("t"), "--csv", "--json").code());
  }

  @Test
  void reduceGivesTheVisitsThatAreWrittenDirectly() {
    generate("visits", "--slice=700");
    generate("full", "--slice=700", "--detail=full");
    assertEquals(0, run("reduce", path("full"), "-o", path("reduced")).code());
    for (String table : List.of("visits", "events", "threads", "maps", "code", "variables")) {
      assertEquals(
          run("dump", path("visits"), "--csv", "--table=" + table).out(),
          run("dump", path("reduced"), "--csv", "--table=" + table).out());
    }
    assertEquals("ok\n", run("check", path("reduced")).out());
    assertEquals(3, run("reduce", path("visits"), "-o", path("again")).code());
  }

  @Test
  void anExistingOutputIsKeptUnlessForced() throws IOException {
    generate("t");
    Result second = generate("t");
    assertEquals(2, second.code());
    assertEquals(
        "popcorn-trace: -o=" + path("t") + ": exists, expected a new name or --force\n",
        second.err());
    assertEquals(0, generate("t", "--force").code());
    Files.createDirectory(scratch.resolve("other"));
    Files.writeString(scratch.resolve("other/file"), "precious");
    assertEquals(2, generate("other", "--force").code());
    assertEquals("precious", Files.readString(scratch.resolve("other/file")));
  }

  @Test
  void aCutFileIsOneLineAndExitCode3() throws IOException {
    generate("t");
    Path visits = scratch.resolve("t/visits.arrows");
    try (FileChannel file = FileChannel.open(visits, StandardOpenOption.WRITE)) {
      file.truncate(100);
    }
    Result info = run("info", path("t"));
    assertEquals(3, info.code());
    assertEquals(1, info.err().lines().count());
    assertTrue(info.err().contains("visits.arrows: bytes=100, expected "), info.err());
    Result check = run("check", path("t"));
    assertEquals(1, check.code());
    assertTrue(check.out().contains("visits.arrows: bytes=100, expected "), check.out());
  }

  @Test
  void aMissingTraceCannotBeChecked() {
    Result check = run("check", path("nothing"));
    assertEquals(3, check.code());
    assertEquals("", check.out());
    assertTrue(check.err().contains("nothing: missing, expected the directory"), check.err());
  }

  @Test
  void everyCommandTakesProgress() throws IOException {
    generate("t");
    for (String command : List.of("info", "check", "dump")) {
      assertEquals(0, run(command, "--progress", path("t")).code(), command);
    }
  }

  @Test
  void checkFindsAChangedByte() throws IOException {
    generate("t");
    Path maps = scratch.resolve("t/maps.arrows");
    byte[] bytes = Files.readAllBytes(maps);
    bytes[bytes.length - 1] ^= 1; // in the length of the end mark
    Files.write(maps, bytes);
    Result check = run("check", path("t"));
    assertEquals(1, check.code());
    assertTrue(check.out().contains("maps.arrows: sha256="), check.out());
  }

  @Test
  void quietSaysNothing() {
    assertEquals("", generate("t", "--quiet").err());
    assertTrue(generate("u").err().startsWith("wrote " + path("u") + " in "));
  }

  @Test
  void lackeyOutputBecomesATrace() throws IOException {
    Path text = scratch.resolve("lackey.txt");
    Files.writeString(
        text,
        """
        ==1== Lackey
        I  00401000,3
         L 1ffe,8
        I  00401003,2
        I  00401005,4
         S 3000,4
         M 3040,4
        """);
    Result made = run("import", "--from=lackey", text.toString(), "-o", path("t"));
    assertEquals(0, made.code(), made.err());
    assertEquals(
        """
        0,0,3,1,0,-1,1,0,-9223372036854775808,0,4198400,0,0
        0,0,3,2,0,-1,1,0,1,0,4198400,0,0
        0,0,3,3,2,2,1,2,2,3,4198405,4198405,0
        """,
        run("dump", path("t"), "--csv").out().split("\n", 2)[1]);
    assertEquals("ok\n", run("check", path("t")).out());
    Files.writeString(text, " L 1ffe,8\n"); // the line of its instruction is cut off
    assertEquals(0, run("import", "--from=lackey", text.toString(), "-o", path("cut")).code());
    assertEquals("ok\n", run("check", path("cut")).out());
    Files.writeString(text, "nothing of it\n");
    assertEquals(3, run("import", "--from=lackey", text.toString(), "-o", path("u")).code());
    assertFalse(Files.exists(scratch.resolve("u")));
  }

  @Test
  void whatDynamorioShowsBecomesATraceThatSaysWhatItLacks() throws IOException {
    Path text = scratch.resolve("view.txt");
    Files.writeString(
        text,
        """
        Output format:
        <--record#-> <--instr#->: <---tid---> <record details>
        ------------------------------------------------------------
               1       1:     4242 ifetch       2 byte(s) @ 0x0000000000401000 01 03    add %eax, (%rbx)
               2       1:     4242 read         4 byte(s) @ 0x0000000000003000 by PC 0x0000000000401000
               3       1:     4242 write        4 byte(s) @ 0x0000000000003000 by PC 0x0000000000401000
        """);
    Result made = run("import", "--from=drmemtrace", text.toString(), "-o", path("t"));
    assertEquals(0, made.code(), made.err());
    assertEquals(
        "0,0,1,3,0,0,1,1,1,1,4198400,4198400,4\n",
        run("dump", path("t"), "--csv").out().split("\n", 2)[1]);
    assertEquals("ok\n", run("check", path("t")).out());
    assertTrue(run("info", path("t")).out().contains("synchronisation"));
    Files.writeString(text, "1 1: 4242 read 4 byte(s) @ 0x\n");
    Result wrong = run("import", "--from=drmemtrace", text.toString(), "-o", path("u"));
    assertEquals(3, wrong.code());
    assertEquals(1, wrong.err().lines().count());
    assertFalse(Files.exists(scratch.resolve("u")));
    assertEquals(2, run("import", "--from=nix", text.toString(), "-o", path("u")).code());
  }

  @Test
  void pageAccessTracesGoInAndOut() throws IOException {
    generate("t", "--nodes=2");
    Path pat = scratch.resolve("t.pat");
    assertEquals(0, run("export", "--to=pat", path("t"), "-o", pat.toString()).code());
    assertTrue(
        Files.readString(pat)
            .lines()
            .allMatch(l -> l.matches("0\\.\\d{9} [01] \\d+ [RW] \\w+ \\w+ 0")));
    Result in = run("import", "--from=pat", "--slice=1", pat.toString(), "-o", path("u"));
    assertEquals(0, in.code(), in.err());
    assertEquals("ok\n", run("check", path("u")).out());
    Path again = scratch.resolve("u.pat");
    assertEquals(0, run("export", "--to=pat", path("u"), "-o", again.toString()).code());
    assertEquals(Files.readAllLines(pat).size(), Files.readAllLines(again).size());
    Files.writeString(pat, "0.1 0 7 X 1 2 0\n");
    Result wrong = run("import", "--from=pat", pat.toString(), "-o", path("v"));
    assertEquals(3, wrong.code());
    assertTrue(wrong.err().contains("line 1: fault=0.1 0 7 X 1 2 0, expected"), wrong.err());
  }

  @Test
  void perfettoExportIsJsonWithATrackForEachThread() throws IOException {
    generate("t");
    Path file = scratch.resolve("t.json");
    assertEquals(0, run("export", "--to=perfetto", path("t"), "-o", file.toString()).code());
    JsonNode events = new ObjectMapper().readTree(file.toFile()).get("traceEvents");
    int begins = 0;
    int ends = 0;
    int names = 0;
    for (JsonNode event : events) {
      switch (event.get("ph").asText()) {
        case "B" -> begins++;
        case "E" -> ends++;
        case "M" -> names++;
        default -> {}
      }
    }
    assertEquals(82, begins);
    assertEquals(82, ends);
    assertEquals(4, names);
  }

  @Test
  void aParquetExportHasEveryRowOfEveryTable() throws Exception {
    for (String detail : List.of("visits", "full")) {
      generate(detail, "--detail=" + detail);
      Path folder = scratch.resolve("it's " + detail);
      Result export = run("export", "--to=parquet", path(detail), "-o", folder.toString());
      assertEquals(0, export.code(), export.err());
      JsonNode info = new ObjectMapper().readTree(run("info", "--json", path(detail)).out());
      boolean full = detail.equals("full");
      String table = full ? "accesses" : "visits";
      String expected =
          full
              ? info.path("reads").asLong() + " " + info.path("writes").asLong()
              : info.path("visits").asLong() + " " + info.path("writes").asLong();
      String query =
          full
              ? "count(*) FILTER (kind <> 1), count(*) FILTER (kind <> 0)"
              : "count(*), sum(writes) FILTER (flags & 1 = 0)";
      try (var connection = java.sql.DriverManager.getConnection("jdbc:duckdb:");
          var statement = connection.createStatement()) {
        String file = folder.resolve(table + ".parquet").toString().replace("'", "''");
        try (var rows =
            statement.executeQuery("SELECT " + query + " FROM read_parquet('" + file + "')")) {
          rows.next();
          assertEquals(expected, rows.getLong(1) + " " + rows.getLong(2));
        }
      }
      String dumped = run("dump", path(detail), "--table", "events", "--csv").out();
      assertTrue(Files.exists(folder.resolve("events.parquet")), dumped);
      assertFalse(Files.exists(folder.resolve(".spill")));
      assertEquals(2, run("export", "--to=parquet", path(detail), "-o", folder.toString()).code());
    }
  }

  @Test
  void anErrorStaysOnOneLineWhateverTheNameHolds() {
    Result missing = run("info", path("no\nsuch\u001b[31m"));
    assertEquals(3, missing.code());
    assertEquals(1, missing.err().lines().count(), missing.err());
    assertFalse(missing.err().contains("\u001b"), missing.err());
    Result option = run("dump", path("t"), "--thread", "1\n2");
    assertEquals(2, option.code());
    assertEquals(1, option.err().lines().count(), option.err());
  }
}
