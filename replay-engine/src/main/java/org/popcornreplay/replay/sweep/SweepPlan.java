package org.popcornreplay.replay.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.popcornreplay.replay.yaml.YamlMapping;
import org.popcornreplay.traces.cli.CommandException;

/**
 * A plan in a YAML file: every key is an option of {@code popcorn-replay} with one value or a list,
 * and every combination is a run.
 *
 * <pre>
 * trace: app.ptrace                   # or a list; relative to the plan
 * nodes: [1, 2, 4, 8]                 # a list, or a range such as 1..8
 * placement: [block, round-robin]
 * profile: [tcp-10g-nodelay, dex-ib56]
 * transport: socket
 * order: [elastic, recorded]
 * page_size: 4096
 * cores: 4
 * seed: 1..20
 * set:                                # each entry is a variant: KEY=VALUE, or a list of those
 *   - []
 *   - LOSS=0.01
 *   - [link_latency=20000, NAGLE=on]
 * record: summary                     # how much of each run is kept: summary, faults, messages
 * label: what-if
 * first_run: 1                        # the first run's number: plans of several machines differ
 * </pre>
 *
 * <p>Only {@code trace} and {@code nodes} are needed. Runs are numbered in this order: trace,
 * profile, transport, set, order, page_size, cores, seed, placement, nodes, the last fastest.
 */
public final class SweepPlan {
  /** The most runs of a plan. */
  public static final int MAX_RUNS = 1_000_000;

  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_TEXT = 4096;
  private static final Set<String> KEYS =
      new LinkedHashSet<>(
          List.of(
              "trace",
              "nodes",
              "placement",
              "profile",
              "transport",
              "order",
              "page_size",
              "cores",
              "seed",
              "set",
              "record",
              "label",
              "first_run"));

  private final Path file;
  private final JsonNode root;
  private final List<SweepPoint> points;

  private SweepPlan(Path file, JsonNode root, String profile, int pageBytes) {
    this.file = file;
    this.root = root;
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (!KEYS.contains(field.getKey())) {
        throw wrong("key", field.getKey(), "one of " + String.join(", ", KEYS));
      }
    }
    points = expand(profile, pageBytes);
  }

  /**
   * Reads a plan.
   *
   * @param profile the profile where the plan names none
   * @param pageBytes the page size where the plan names none
   * @throws CommandException where it cannot be used, with its file
   */
  public static SweepPlan read(Path file, String profile, int pageBytes) {
    if (!Files.isRegularFile(file)) {
      throw CommandException.badInput("plan: file=" + file + ", expected a YAML file");
    }
    JsonNode root = YamlMapping.read(file, "keys such as trace, nodes", MAX_BYTES);
    return new SweepPlan(file, root, profile, pageBytes);
  }

  /** All runs, in the order of their numbers. */
  public List<SweepPoint> points() {
    return points;
  }

  /** How much of each run is kept. */
  public String record() {
    return text("record", "summary");
  }

  /** The label of all runs. */
  public String label() {
    return text("label", "");
  }

  private List<SweepPoint> expand(String defaultProfile, int defaultPageBytes) {
    List<Long> first = orElse(numbers("first_run"), 1L);
    if (first.size() != 1 || first.get(0) < 1 || first.get(0) > Integer.MAX_VALUE - MAX_RUNS) {
      throw wrong("first_run", first.toString(), "one number of 1 or more");
    }
    List<Path> traces = new ArrayList<>();
    for (String trace : texts("trace")) {
      traces.add(file.toAbsolutePath().getParent().resolve(trace).normalize());
    }
    List<Long> nodes = numbers("nodes");
    if (traces.isEmpty() || nodes.isEmpty()) {
      throw wrong(traces.isEmpty() ? "trace" : "nodes", "none", "one or more");
    }
    List<String> profiles = orElse(texts("profile"), defaultProfile);
    List<String> transports = orElse(texts("transport"), null);
    List<String> orders = orElse(texts("order"), "elastic");
    List<Long> pages = orElse(numbers("page_size"), (long) defaultPageBytes);
    List<Long> cores = orElse(numbers("cores"), null);
    List<Long> seeds = orElse(numbers("seed"), 1L);
    List<String> placements = orElse(texts("placement"), null);
    List<List<String>> variants = variants();
    long count = 1;
    for (List<?> axis :
        List.of(
            traces,
            nodes,
            profiles,
            transports,
            orders,
            pages,
            cores,
            seeds,
            placements,
            variants)) {
      count = Math.multiplyExact(count, (long) axis.size());
      if (count > MAX_RUNS) {
        throw wrong("runs", "more than " + MAX_RUNS, "at most that many");
      }
    }
    List<SweepPoint> all = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      Combination combination = new Combination(i);
      int n = intOf("nodes", combination.next(nodes));
      String placement = combination.next(placements);
      long seed = combination.next(seeds);
      Long core = combination.next(cores);
      int pageBytes = intOf("page_size", combination.next(pages));
      String order = combination.next(orders);
      List<String> settings = combination.next(variants);
      String transport = combination.next(transports);
      String profile = combination.next(profiles);
      all.add(
          new SweepPoint(
              (int) (first.get(0) + i),
              combination.next(traces),
              n,
              placement,
              profile,
              transport,
              settings,
              order,
              pageBytes,
              core == null ? null : intOf("cores", core),
              seed));
    }
    return List.copyOf(all);
  }

  /** A run's value on each axis, asked for in turn: the first axis changes from run to run. */
  private static final class Combination {
    private int left;

    Combination(int number) {
      left = number;
    }

    <T> T next(List<T> axis) {
      T value = axis.get(left % axis.size());
      left /= axis.size();
      return value;
    }
  }

  private static <T> List<T> orElse(List<T> values, T instead) {
    if (!values.isEmpty()) {
      return values;
    }
    List<T> one = new ArrayList<>();
    one.add(instead);
    return one;
  }

  private int intOf(String key, long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw wrong(key, String.valueOf(value), "0 to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  private String text(String key, String instead) {
    List<String> all = texts(key);
    if (all.size() > 1) {
      throw wrong(key, "a list", "one value");
    }
    return all.isEmpty() ? instead : all.get(0);
  }

  private List<String> texts(String key) {
    List<String> all = new ArrayList<>();
    for (JsonNode value : values(root.path(key))) {
      all.add(word(key, value));
    }
    return all;
  }

  private String word(String key, JsonNode value) {
    if (!value.isValueNode() || value.isNull() || value.asText().length() > MAX_TEXT) {
      throw wrong(key, clipped(value), "a word of at most " + MAX_TEXT + " characters");
    }
    return value.asText();
  }

  /** Whole numbers, each alone or as a range {@code a..b}. */
  private List<Long> numbers(String key) {
    List<Long> all = new ArrayList<>();
    for (JsonNode value : values(root.path(key))) {
      String text = value.asText();
      if (value.isIntegralNumber() && value.canConvertToLong()) {
        all.add(value.longValue());
      } else if (value.isTextual() && text.matches("[0-9]{1,18}\\.\\.[0-9]{1,18}")) {
        int dots = text.indexOf("..");
        long first = Long.parseLong(text.substring(0, dots));
        long last = Long.parseLong(text.substring(dots + 2));
        if (first > last || last - first >= MAX_RUNS) {
          throw wrong(key, text, "a range of 1 to " + MAX_RUNS + " numbers");
        }
        for (long n = first; n <= last; n++) {
          all.add(n);
        }
      } else {
        throw wrong(key, clipped(value), "a whole number or a range such as 1..8");
      }
      if (all.size() > MAX_RUNS) {
        throw wrong(key, "more than " + MAX_RUNS + " values", "at most that many");
      }
    }
    return all;
  }

  private List<List<String>> variants() {
    JsonNode set = root.path("set");
    List<List<String>> all = new ArrayList<>();
    for (JsonNode variant : values(set)) {
      List<String> settings = new ArrayList<>();
      for (JsonNode setting : values(variant)) {
        settings.add(word("set", setting));
      }
      all.add(List.copyOf(settings));
    }
    return all.isEmpty() ? List.of(List.of()) : all;
  }

  /** A list's entries; a single value is a list of one, nothing is none. */
  private static Iterable<JsonNode> values(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return List.of();
    }
    return node instanceof ArrayNode list ? list : List.of(node);
  }

  private static String clipped(JsonNode value) {
    String text = value.toString();
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }

  private CommandException wrong(String key, String value, String expected) {
    return CommandException.badInput(file + ": " + key + "=" + value + ", expected " + expected);
  }
}
