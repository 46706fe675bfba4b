package org.popcornreplay.replay.litmus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LitmusParserTest {
  private static final String START =
      "nodes 3\nregion P anon rw 4\nregion X file-private rx 1\nthread A\nthread B on 1\n";

  private static Scenario parse(String text) throws SyntaxException {
    return LitmusParser.parse("t.litmus", text.getBytes(UTF_8));
  }

  private static String error(String text) {
    SyntaxException e = assertThrows(SyntaxException.class, () -> parse(text));
    return e.line() + ": " + e.getMessage();
  }

  /** Each body stands behind five lines; the fault is in its line {@code line}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "foo | 6 | found 'foo', expected a statement",
        "do | 6 | found end of line, expected the name of a thread",
        "do C read P | 6 | found 'C', expected the name of a thread",
        "do A | 6 | found end of line, expected an operation",
        "do A jump P | 6 | found 'jump', expected an operation",
        "do A read | 6 | found end of line, expected a page such as P",
        "do A read Q | 6 | found 'Q', expected a page of a region that an earlier line introduces",
        "do A read P[ | 6 | found 'P[', expected a page such as P",
        "do A read P[] | 6 | found 'P[]', expected a page such as P",
        "do A read P[x] | 6 | found 'P[x]', expected a page such as P",
        "do A read P[-1] | 6 | found 'P[-1]', expected a page such as P",
        "do A read P[2..1] | 6 | found 'P[2..1]', expected a page such as P",
        "do A read P[1..] | 6 | found 'P[1..]', expected a page such as P",
        "do A read P[99999999999] | 6 | found 'P[99999999999]', expected a page such as P",
        "do A read P[0..2000000] | 6 | expected at most 1048576 pages named in one file",
        "do A read P[0] [1] | 6 | found '[1]', expected '-> ERRNO' or the end of the line",
        "do A read P @ 10us | 6 | found '@', expected the end of the line",
        "do A read P -> EFOO | 6 | found 'EFOO', expected an errno such as EINVAL",
        "do A read P -> | 6 | found end of line, expected an errno such as EINVAL",
        "do A read P -> BUG -> BUG | 6 | found '->', expected '-> ERRNO' or the end of the line",
        "do A migrate | 6 | found end of line, expected a node's number",
        "do A migrate 1x | 6 | found '1x', expected a node's number",
        "do A migrate 99999999999 | 6 | found '99999999999', expected a node's number",
        "do A propose C 1 | 6 | found 'C', expected the name of a thread",
        "do A propose nobody | 6 | found end of line, expected a node's number",
        "do A mmap P shm rw 1 | 6 | found 'shm', expected a kind: anon, file-private",
        "do A mmap P anon w 1 | 6 | found 'w', expected a permission: r, rw or rx",
        "do A mmap P anon rw 0 | 6 | found '0', expected a number of pages (1..67108864)",
        "do A mmap 1P anon rw 1 | 6 | found '1P', expected a region's name",
        "do A munmap Q | 6 | found 'Q', expected the name of a region",
        "do A mprotect P | 6 | found end of line, expected a permission: r, rw or rx",
        "do A mremap P -1 | 6 | found '-1', expected a number of pages",
        "do A brk 2 2 | 6 | found '2', expected the heap's name",
        "do A madvise-dontneed | 6 | found end of line, expected the name of a region",
        "do A futex-wait P[0..1] | 6 | found 'P[0..1]', expected one page",
        "do A futex-wake P | 6 | found end of line, expected how many to wake",
        "do A futex-wake P -1 | 6 | found '-1', expected how many to wake",
        "do A compute 10 | 6 | found '10', expected a duration such as 10us, an integer with unit",
        "do A compute -1us | 6 | found '-1us', expected a duration",
        "do A compute 1.5us | 6 | found '1.5us', expected a duration",
        "do A compute 99999999999999999999ns | 6 | expected a duration",
        "do A compute 9223372036854775807s | 6 | expected a duration",
        "do A exit 1 | 6 | found '1', expected '-> ERRNO' or the end of the line",
        "end | 6 | found 'end', expected end only after together",
        "together 1 | 6 | found '1', expected the end of the line",
        "together | 6 | found the end of the file, expected end for the together of line 6",
        "together;expect bytes 0 | 7 | found 'expect', expected do or end: the block of line 6",
        "together;together | 7 | found 'together', expected do or end: the block of line 6",
        "together;end;end | 8 | found 'end', expected do, together or expect: no block is open",
        "together;do A read P @ | 7 | found end of line, expected a duration",
        "together;do A read P @ 10 | 7 | found '10', expected a duration",
        "together;do A read P @ 1us @ 1us | 7 | found '@', expected '@ DURATION', '-> ERRNO'",
        "do A read P;nodes 3 | 7 | found 'nodes', expected do, together or expect",
        "do A read P;region Q anon rw 1 | 7 | found 'region', expected do, together or expect",
        "do A read P -> BUG;do A read P | 7 | found 'do', expected only expect after the '-> BUG'",
        "do A read P -> HANG;together | 7 | found 'together', expected only expect after",
        "together;do A read P -> BUG;do A exit;end | 8 | expected only expect after the '-> BUG'",
        "expect | 6 | found end of line, expected messages, sequence",
        "expect nothing | 6 | found 'nothing', expected messages, sequence",
        "expect messages | 6 | found end of line, expected none, or TYPE=COUNT",
        "expect messages none none | 6 | found 'none', expected the end of the line",
        "expect messages FOO=1 | 6 | found 'FOO=1', expected none, or TYPE=COUNT",
        "expect messages TASK_MIGRATE | 6 | found 'TASK_MIGRATE', expected none, or TYPE=COUNT",
        "expect messages TASK_MIGRATE=-1 | 6 | expected none, or TYPE=COUNT",
        "expect messages TASK_MIGRATE=1 TASK_MIGRATE=1 | 6 | expected each message type once",
        "expect sequence | 6 | found end of line, expected none, or messages such as",
        "expect sequence 0>3:TASK_MIGRATE | 6 | found '0>3:TASK_MIGRATE', expected none, or",
        "expect sequence 0>1:FOO | 6 | found '0>1:FOO', expected none, or messages",
        "expect sequence 0>1:TASK_MIGRATE*0 | 6 | at least once",
        "expect sequence 0>1:TASK_MIGRATE@5 | 6 | found '0>1:TASK_MIGRATE@5', expected none, or",
        "expect bytes | 6 | found end of line, expected bytes",
        "expect bytes -1 | 6 | found '-1', expected bytes",
        "expect rdma 3 0 | 6 | found '3', expected a node (0..2)",
        "expect owners P | 6 | found end of line, expected nodes such as {0,1} or {}",
        "expect owners P {0, 1} | 6 | found '{0,', expected nodes such as {0,1} or {}",
        "expect owners P {3} | 6 | found '{3}', expected nodes such as {0,1} or {}",
        "expect owners P {0,0} | 6 | found '{0,0}', expected nodes such as {0,1} or {}",
        "expect state P 0 dirty | 6 | found 'dirty', expected a state: none, invalid, read",
        "expect node A | 6 | found end of line, expected a node (0..2)",
        "expect done A | 6 | found end of line, expected a duration such as 100us",
        "expect actions 0 64=1 | 6 | found '64=1', expected none, or INDEX=COUNT",
        "expect actions 0 1=1 1=1 | 6 | found '1=1', expected each index once",
        "expect actions 0 | 6 | found end of line, expected none, or INDEX=COUNT",
        "expect value P old | 6 | found 'old', expected latest",
        "nodes 3 | 6 | found 'nodes', expected only one nodes statement",
        "title | 6 | found end of line, expected the title's text",
        "profile unit;profile unit | 7 | found 'profile', expected only one profile statement",
        "transport tcp | 6 | found 'tcp', expected socket or rdma",
        "profile | 6 | found end of line, expected a cost profile: tcp-10g-nodelay",
        "option FOO 1 | 6 | found 'FOO', expected an option: PROGRESS",
        "option BRK 5.0 | 6 | found '5.0', expected a value: hang, 4.4",
        "option E3 SINGLE | 6 | found 'SINGLE', expected UNLIMITED for E3 and off for NAGLE",
        "option NAGLE on | 6 | found 'on', expected UNLIMITED for E3 and off for NAGLE",
        "option BRK | 6 | found end of line, expected a value: hang, 4.4",
        "option BRK 4.4;option BRK hang | 7 | found 'BRK', expected only one value for each option",
        "option TRANSPORT rdma | 6 | found 'TRANSPORT', expected an option's name (the transport",
        "region P anon rw 1 | 6 | found 'P', expected a name that no other region has",
        "region Q anon rw 1000000000 | 6 | found '1000000000', expected a number of pages (1..",
        "region Q anon rw 0 | 6 | found '0', expected a number of pages (1..",
        "region Q anon rw 67108864 | 6 | at most 67108864 pages in all regions together",
        "region Q-1 anon rw 1 | 6 | found 'Q-1', expected a region's name",
        "thread A | 6 | found 'A', expected a name that no other thread has",
        "thread nobody | 6 | found 'nobody', expected a name that no other thread has",
        "thread C on 3 | 6 | found '3', expected a node (0..2)",
        "thread C at 1 | 6 | found 'at', expected on NID, tid PAGE or the end of the line",
        "thread C tid Q | 6 | found 'Q', expected a page of a region",
        "thread C tid P[4] | 6 | found 'P[4]', expected a page that exists at the start, below 4",
        "warm Q 1 | 6 | found 'Q', expected the name of a region",
        "warm P | 6 | found end of line, expected a node (0..2)",
        "warm P 3 | 6 | found '3', expected a node (0..2)",
        "owners P {} | 6 | found '{}', expected one or more nodes",
        "owners P {1,2} | 6 | found '{1,2}', expected one owner, or several of which 0 is one",
        "owners P {1} {2} | 6 | found '{2}', expected the end of the line",
        "owners P[4] {1} | 6 | found 'P[4]', expected a page that exists at the start, below 4",
        "owners P {1};owners P[0..1] {2} | 7 | expected owners only once for each page (line 6",
        "owners X {1} | 6 | found '{1}', expected {0}",
        "do A read P \\ | 6 | end of file after '\\', expected a line to continue on",
      })
  void saysWhereAndWhatItExpected(String body, int line, String expected) {
    String error = error(START + body.replace(';', '\n'));
    assertTrue(error.startsWith(line + ": "), error);
    assertTrue(error.contains(expected), error);
  }

  @Test
  void aFileWithoutNodesSaysSoBeforeTheFirstDo() {
    assertEquals(
        "2: found no nodes statement up to here, expected nodes N (2..1024)",
        error("thread A\ndo A exit"));
    assertTrue(error("").startsWith("1: found no nodes"));
    assertEquals("1: found '1', expected a number of nodes (2..1024)", error("nodes 1"));
    assertEquals("1: found '1025', expected a number of nodes (2..1024)", error("nodes 1025"));
  }

  @Test
  void bytesThatAreNoTextAreRefusedWithTheirLine() {
    byte[] bytes = "nodes 2\ntitle x\n# \uFFFD".getBytes(UTF_8);
    bytes[bytes.length - 1] = (byte) 0x80;
    bytes[bytes.length - 2] = (byte) 0xC0;
    SyntaxException e = assertThrows(SyntaxException.class, () -> LitmusParser.parse("t", bytes));
    assertEquals(3, e.line());
    assertTrue(e.getMessage().endsWith("expected UTF-8 text"), e.getMessage());
  }

  @Test
  void aFileThatIsTooLongIsRefused() {
    SyntaxException e =
        assertThrows(
            SyntaxException.class,
            () -> LitmusParser.parse("t", new byte[LitmusParser.MOST_BYTES + 1]));
    assertTrue(e.getMessage().contains("expected a file of at most 16777216"), e.getMessage());
  }

  @Test
  void commentsBlanksAndContinuationsAreFree() throws Exception {
    Scenario scenario =
        parse(
            String.join(
                "\r\n",
                "\uFEFF# about",
                "  title  a  title # not this",
                "",
                "nodes 2",
                "region P anon rw 1",
                "thread \\",
                "  A on \\  ",
                "\t1",
                "expect sequence \\ # and on",
                " none # to here"));
    assertEquals("a  title", scenario.title());
    assertEquals(1, scenario.threads().get(0).node());
    assertEquals(1, scenario.steps().size());
    assertEquals(9, scenario.steps().get(0).line());
  }

  @Test
  void theStartMayStandInAnyOrder() throws Exception {
    Scenario scenario =
        parse("owners P {0,2}\nwarm P 1\nthread A tid P[1] on 2\nregion P anon rw 2\nnodes 3\n");
    assertNull(scenario.title());
    assertEquals("{0,2}", scenario.owners().get(0).nodes().toString());
    assertEquals("P[1]", scenario.threads().get(0).tid().toString());
  }

  @Test
  void marksMayStandWithoutABlankAndInEitherOrder() throws Exception {
    Scenario scenario =
        parse(
            START
                + "together\ndo A read P @10us\ndo B read P[0..3] ->SIGSEGV @ 2ms\n"
                + "do A exit -> EPERM\nend\nexpect done A 1s");
    Step.Block block = (Step.Block) scenario.steps().get(0);
    assertEquals(10_000, block.lines().get(0).afterNanos());
    assertEquals(2_000_000, block.lines().get(1).afterNanos());
    assertEquals("SIGSEGV", block.lines().get(1).expected().name());
    assertEquals(DoLine.AT_ONCE, block.lines().get(2).afterNanos());
    assertEquals(-1, block.lines().get(2).expected().result());
  }

  @Test
  void regionsNeverTouchAndHaveRoomForWhatTheFileNames() throws Exception {
    Scenario scenario =
        parse(START + "do A mremap P 9\ndo A mmap Q anon r 2\ndo A read Q[7] -> SIGSEGV");
    Region p = scenario.regions().get(0);
    Region x = scenario.regions().get(1);
    Region q = scenario.regions().get(2);
    assertEquals(9, p.span());
    assertEquals(8, q.span());
    assertTrue(p.firstPage() + p.span() < x.firstPage());
    assertTrue(x.firstPage() + x.span() < q.firstPage());
    assertEquals("[Q[7]]", scenario.named().toString());
  }
}
