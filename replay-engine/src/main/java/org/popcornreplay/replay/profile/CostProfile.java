package org.popcornreplay.replay.profile;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.popcornreplay.protocol.Cost;
import org.popcornreplay.traces.cli.CommandException;

/** The costs of one platform. Immutable. */
@SuppressWarnings("EnumOrdinal") // arrays by the position of a constant within one run
public final class CostProfile {
  /** A value with where it comes from. */
  public record Value(String text, String mark, String source) {}

  private static final Set<ProfileKey> LEAST_ONE =
      Set.copyOf(
          EnumSet.of(
              ProfileKey.SEGMENT_BYTES,
              ProfileKey.SEND_QUEUE,
              ProfileKey.RACK_NODES,
              ProfileKey.RDMA_DESCRIPTORS));

  private final String name;
  private final String about;
  private final EnumMap<ProfileKey, Value> values;
  private final Map<String, String> options;
  private final NodeShapes shapes;
  private final long[] costs = new long[Cost.values().length];

  CostProfile(
      String name,
      String about,
      Map<ProfileKey, Value> values,
      Map<String, String> options,
      NodeShapes shapes) {
    this.name = name;
    this.shapes = shapes;
    this.about = about;
    this.values = new EnumMap<>(values);
    this.options = Collections.unmodifiableMap(new TreeMap<>(options));
    for (ProfileKey key : ProfileKey.values()) {
      check(key);
    }
    for (Cost cost : Cost.values()) {
      costs[cost.ordinal()] = number(ProfileKey.of(cost));
    }
  }

  private void check(ProfileKey key) {
    Value value = values.get(key);
    if (value == null) {
      throw CommandException.usage("profile " + name + ": no value for " + key.key());
    }
    switch (key) {
      case INSTRUCTION_FROM -> oneOf(key, "trace", "profile");
      case TRANSPORT -> oneOf(key, "socket", "rdma");
      case WORK_QUEUE -> oneOf(key, "unlimited", "per_link_serial", "single");
      case NAGLE -> oneOf(key, "on", "off");
      case RDMA_EXHAUSTED -> oneOf(key, "bug", "wait");
      case TOPOLOGY -> oneOf(key, "switch", "tree");
      case INSTRUCTION -> {
        double nanos = decimal(key);
        if (!(nanos >= 0 && nanos <= 1e6)) {
          throw wrong(key, "a number from 0 to 1000000");
        }
      }
      case LINK_JITTER, SLEEP_SLACK -> {
        long before = 0;
        for (long quantile : numbers(key)) {
          if (quantile < before || quantile > 1_000_000_000_000L) {
            throw wrong(key, "integers from 0 to 1000000000000 that never fall");
          }
          before = quantile;
        }
      }
      default -> {
        long least = LEAST_ONE.contains(key) ? 1 : 0;
        boolean rate = key == ProfileKey.BANDWIDTH || key == ProfileKey.UPLINK_BANDWIDTH;
        long most = rate ? 1_000_000_000_000_000L : 1_000_000_000_000L;
        long number = number(key);
        if (number < least || number > most) {
          throw wrong(key, "an integer from " + least + " to " + most);
        }
      }
    }
  }

  private void oneOf(ProfileKey key, String... words) {
    for (String word : words) {
      if (word.equals(text(key))) {
        return;
      }
    }
    throw wrong(key, String.join(" or ", words));
  }

  private CommandException wrong(ProfileKey key, String expected) {
    String text = text(key);
    String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    return CommandException.usage(
        "profile " + name + ": " + key.key() + "=" + shown + ", expected " + expected);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** What it describes, in one line. */
  public String about() {
    return about;
  }

  /** All values. */
  public Map<ProfileKey, Value> values() {
    return Collections.unmodifiableMap(values);
  }

  /** Options of the protocol model that belong to the platform, by name. */
  public Map<String, String> options() {
    return options;
  }

  /** What is said about single nodes. */
  public NodeShapes shapes() {
    return shapes;
  }

  /** Cores of a node; 0 = one for each thread. */
  public int cores(int node) {
    return shapes.cores(node, (int) number(ProfileKey.CORES));
  }

  /** A value as it stands in the file. */
  public String text(ProfileKey key) {
    return values.get(key).text();
  }

  /** A value that is an integer, in the key's unit. */
  public long number(ProfileKey key) {
    try {
      return Long.parseLong(text(key).replace("_", ""));
    } catch (NumberFormatException e) {
      throw wrong(key, "an integer");
    }
  }

  /** A value that is a list of integers, in the key's unit. */
  public long[] numbers(ProfileKey key) {
    try {
      return Arrays.stream(text(key).replace("_", "").split(" "))
          .filter(word -> !word.isEmpty())
          .mapToLong(Long::parseLong)
          .toArray();
    } catch (NumberFormatException e) {
      throw wrong(key, "a list of integers");
    }
  }

  /** A value that is a decimal number, in the key's unit. */
  public double decimal(ProfileKey key) {
    try {
      return Double.parseDouble(text(key));
    } catch (NumberFormatException e) {
      throw wrong(key, "a number");
    }
  }

  /** A switch. */
  public boolean isOn(ProfileKey key) {
    return text(key).equals("on");
  }

  /** Nanoseconds of a piece of kernel work; page copies are for 4096 bytes. */
  public long costNanos(Cost cost) {
    return costs[cost.ordinal()];
  }

  /** How many values nobody has verified. */
  public int unverifiedValues() {
    int count = 0;
    for (Value value : values.values()) {
      if (value.mark().equals(ProfileFile.MEMORY)) {
        count++;
      }
    }
    return count;
  }

  /** This profile with one other value. */
  public CostProfile with(ProfileKey key, String text) {
    EnumMap<ProfileKey, Value> changed = new EnumMap<>(values);
    changed.put(key, new Value(text, "set", "command line"));
    return new CostProfile(name, about, changed, options, shapes);
  }

  /**
   * This profile with a node, or a range of nodes, unlike the others.
   *
   * @param what {@code cores} or {@code speed}
   */
  public CostProfile withNodes(String range, String what, String text) {
    return new CostProfile(name, about, values, options, shapes.with("--set", range, what, text));
  }
}
