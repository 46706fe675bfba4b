package org.popcornreplay.replay.litmus;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.litmus.Scenario.OwnersLine;
import org.popcornreplay.replay.litmus.Scenario.RegionLine;
import org.popcornreplay.replay.litmus.Scenario.WarmLine;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;

/**
 * Reads one litmus file. The statements that describe the start may stand in any order before the
 * first {@code do} or {@code together}; a page or thread may be named before the line that
 * introduces it only there.
 */
final class LitmusParser {
  /** The longest file, in bytes. */
  static final int MOST_BYTES = 16 << 20;

  private static final String UNIT = "unit";

  private static final Set<String> START =
      Set.of(
          "title", "nodes", "transport", "profile", "option", "region", "thread", "warm", "owners");

  private static final String STATEMENTS =
      "a statement: title, nodes, transport, profile, option, region, thread, warm, owners, do,"
          + " together or expect";

  private final String file;
  private final PageNames pages = new PageNames();
  private final Map<String, ThreadLine> threads = new LinkedHashMap<>();
  private final Set<String> threadNames = new TreeSet<>();
  private final List<RegionLine> mapped = new ArrayList<>();
  private final List<WarmLine> warm = new ArrayList<>();
  private final List<OwnersLine> owners = new ArrayList<>();
  private final Set<String> once = new TreeSet<>();
  private String title;
  private Options options = Options.FAITHFUL;
  private CostProfile profile;
  private SyntaxException contradiction;
  private int nodes;

  private LitmusParser(String file) {
    this.file = file;
  }

  /**
   * The scenario of a file.
   *
   * @param file its path, for messages only
   */
  static Scenario parse(String file, byte[] content) throws SyntaxException {
    return new LitmusParser(file).scenario(LogicalLine.split(decode(content)));
  }

  private static String decode(byte[] content) throws SyntaxException {
    if (content.length > MOST_BYTES) {
      throw new SyntaxException(
          1, "found " + content.length + " bytes, expected a file of at most " + MOST_BYTES);
    }
    ByteBuffer bytes = ByteBuffer.wrap(content);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(bytes)
              .toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      int line = 1;
      for (int i = 0; i < bytes.position(); i++) {
        line += content[i] == '\n' ? 1 : 0;
      }
      throw new SyntaxException(line, "found bytes that are no character, expected UTF-8 text");
    }
  }

  private Scenario scenario(List<LogicalLine> lines) throws SyntaxException {
    int start = 0;
    for (LogicalLine line : lines) {
      Words words = new Words(line);
      if (words.peek().equals("do") || words.peek().equals("together")) {
        break;
      }
      start++;
    }
    for (LogicalLine line : lines.subList(0, start)) {
      declare(new Words(line), line);
    }
    if (nodes == 0) {
      int number =
          start < lines.size()
              ? lines.get(start).number()
              : lines.isEmpty() ? 1 : lines.get(lines.size() - 1).number();
      throw new SyntaxException(
          number, "found no nodes statement up to here, expected nodes N (2..1024)");
    }
    if (profile == null && contradiction != null) {
      throw contradiction;
    }
    for (LogicalLine line : lines.subList(0, start)) {
      describe(new Words(line));
    }
    StepParser steps = new StepParser(nodes, pages, threads);
    for (LogicalLine line : lines) {
      Words words = new Words(line);
      if (!START.contains(words.peek())) {
        steps.read(words, line, STATEMENTS);
      } else if (steps.hasBegun()) {
        throw words.wrong("do, together or expect: the start is described before the first do");
      }
    }
    List<Step> program = steps.finish(lines.isEmpty() ? 1 : lines.get(lines.size() - 1).number());
    List<Region> regions = pages.place();
    return new Scenario(
        file,
        title,
        nodes,
        profile == null ? options : withProfile(),
        profile,
        mapped,
        List.copyOf(threads.values()),
        warm,
        owners,
        program,
        regions,
        pages.named());
  }

  /** First pass: what needs nothing else. */
  private void declare(Words words, LogicalLine line) throws SyntaxException {
    String keyword = words.word(STATEMENTS);
    switch (keyword) {
      case "title" -> {
        onlyOnce(words, keyword);
        words.word("the title's text");
        title = line.text().substring(keyword.length()).strip();
      }
      case "nodes" -> {
        onlyOnce(words, keyword);
        nodes = (int) words.number("a number of nodes", 2, 1024);
        words.end();
      }
      case "transport" -> {
        onlyOnce(words, keyword);
        if (!words.take("socket")) {
          if (!words.take("rdma")) {
            throw words.wrong("socket or rdma");
          }
          options = options.with("TRANSPORT", "rdma");
        }
        words.end();
      }
      case "profile" -> {
        onlyOnce(words, keyword);
        String expected = "a cost profile: " + String.join(", ", ProfileFile.NAMES);
        String name = words.word(expected);
        if (!ProfileFile.NAMES.contains(name)) {
          throw words.wrongBefore(expected);
        }
        words.end();
        profile = name.equals(UNIT) ? null : ProfileFile.load(name);
      }
      case "option" -> option(words);
      case "region" -> region(words);
      case "thread" -> {
        String name = words.name("a thread's name");
        if (name.equals("nobody") || !threadNames.add(name)) {
          throw words.wrongBefore("a name that no other thread has, and not nobody");
        }
      }
      case "warm", "owners", "expect" -> {
        // Names what other lines introduce: second pass.
      }
      case "end" -> throw words.wrongBefore("end only after together");
      default -> throw words.wrongBefore(STATEMENTS);
    }
  }

  /** The options, and those of the profile that the file does not name. */
  private Options withProfile() {
    Options all = options;
    for (Map.Entry<String, String> option : profile.options().entrySet()) {
      all = isNamed(option.getKey()) ? all : all.with(option.getKey(), option.getValue());
    }
    if (!isNamed("E3")) {
      all = all.with("E3", profile.text(ProfileKey.WORK_QUEUE));
    }
    if (!isNamed("NAGLE")) {
      all = all.with("NAGLE", profile.isOn(ProfileKey.NAGLE) ? "on" : "off");
    }
    return all;
  }

  private boolean isNamed(String option) {
    return once.contains("option " + option);
  }

  private void onlyOnce(Words words, String keyword) throws SyntaxException {
    if (!once.add(keyword)) {
      throw words.wrongBefore("only one " + keyword + " statement");
    }
  }

  private void option(Words words) throws SyntaxException {
    String name = words.name("an option's name");
    if (name.equals("TRANSPORT")) {
      throw words.wrongBefore("an option's name (the transport has a statement of its own)");
    }
    if (!Options.names().contains(name)) {
      throw words.wrongBefore("an option: " + String.join(", ", Options.names()));
    }
    if (!once.add("option " + name)) {
      throw words.wrongBefore("only one value for each option");
    }
    String value = words.word("a value: " + String.join(", ", Options.choices(name)));
    boolean contradictsUnit =
        (name.equals("E3") && !value.equals("UNLIMITED"))
            || (name.equals("NAGLE") && !value.equals("off"));
    if (contradictsUnit && contradiction == null) {
      contradiction =
          words.wrongAt(
              words.position() - 1, "UNLIMITED for E3 and off for NAGLE, as profile unit has them");
    }
    try {
      options = options.with(name, value);
    } catch (IllegalArgumentException e) {
      throw words.wrongBefore("a value: " + String.join(", ", Options.choices(name)));
    }
    words.end();
  }

  private void region(Words words) throws SyntaxException {
    String name = words.name("a region's name");
    if (pages.find(name) != null) {
      throw words.wrongBefore("a name that no other region has");
    }
    Region region = pages.introduce(name);
    MappingKind kind = MappingKind.read(words);
    Permission permission = Permission.read(words);
    long size = pages.pages(words, region, 1);
    words.end();
    mapped.add(new RegionLine(words.line(), region, kind, permission, size));
  }

  /** Second pass: what names nodes, regions and pages. */
  private void describe(Words words) throws SyntaxException {
    switch (words.word(STATEMENTS)) {
      case "thread" -> thread(words);
      case "warm" -> {
        Region region = pages.known(words);
        List<Integer> nids = new ArrayList<>();
        do {
          nids.add((int) words.number("a node", 0, nodes - 1L));
        } while (words.hasMore());
        warm.add(
            new WarmLine(
                words.line(),
                region,
                new NodeSet(nids.stream().mapToInt(Integer::intValue).toArray())));
      }
      case "owners" -> owners(words);
      default -> {
        // Read in the first pass, or a step.
      }
    }
  }

  private void thread(Words words) throws SyntaxException {
    String name = words.name("a thread's name");
    int node = 0;
    PageRange tid = null;
    boolean placed = false;
    while (words.hasMore()) {
      if (!placed && words.take("on")) {
        node = (int) words.number("a node", 0, nodes - 1L);
        placed = true;
      } else if (tid == null && words.take("tid")) {
        tid = pages.page(words);
        insideAtStart(words, tid);
      } else {
        throw words.wrong("on NID, tid PAGE or the end of the line");
      }
    }
    threads.put(name, new ThreadLine(words.line(), threads.size(), name, node, tid));
  }

  private void owners(Words words) throws SyntaxException {
    PageRange range = pages.range(words);
    RegionLine region = insideAtStart(words, range);
    NodeSet nodeSet = words.nodeSet(nodes, false);
    int[] set = nodeSet.toArray();
    words.end();
    if (set.length > 1 && set[0] != 0) {
      throw words.wrongBefore("one owner, or several of which 0 is one");
    }
    if (region.permission() == Permission.RX && set[set.length - 1] != 0) {
      throw words.wrongBefore("{0}: every node has its own copy of executable pages");
    }
    for (OwnersLine other : owners) {
      if (other.pages().region() == range.region()
          && other.pages().first() <= range.last()
          && range.first() <= other.pages().last()) {
        throw words.wrongBefore(
            "owners only once for each page (line " + other.line() + " has them)");
      }
    }
    owners.add(new OwnersLine(words.line(), range, nodeSet));
  }

  private RegionLine insideAtStart(Words words, PageRange range) throws SyntaxException {
    for (RegionLine line : mapped) {
      if (line.region() == range.region()) {
        if (range.last() >= line.pages()) {
          throw words.wrongBefore("a page that exists at the start, below " + line.pages());
        }
        return line;
      }
    }
    throw words.wrongBefore("a page of a region that exists at the start");
  }
}
