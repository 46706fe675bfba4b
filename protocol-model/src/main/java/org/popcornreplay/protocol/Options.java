package org.popcornreplay.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The switches between what Linux 5.2.21 + Popcorn does and repaired or research variants, by the
 * names of popcorn-protocol §10.1. Immutable; {@link #FAITHFUL} has every default.
 *
 * <p>{@code E3} (parallelism of popcorn_wq), {@code NAGLE} and {@code RMW_FAULT} are named here,
 * but it is the world and the engine that act on them: the protocol's state does not depend on
 * them. {@code FORWARDING} acts over sockets only, {@code RDMA_CREDIT_LEAK} over RDMA only.
 */
public final class Options {
  /** Each option's values, the default first; {@code #} stands for a number. */
  private static final Map<String, List<String>> KNOWN = new LinkedHashMap<>();

  static {
    KNOWN.put("PROGRESS", List.of("GUARANTEED", "RACY(#)"));
    KNOWN.put("COALESCE_RR", List.of("off", "on"));
    KNOWN.put("KERNEL_ACCESS_LIMIT", List.of("2", "unlimited"));
    KNOWN.put("STACK_GROWTH", List.of("fatal", "expand"));
    KNOWN.put("BRK", List.of("hang", "4.4"));
    KNOWN.put("VMA_COHERENCE", List.of("faithful", "full"));
    KNOWN.put("MADV_RELEASE", List.of("fatal", "forbid"));
    KNOWN.put("WS_LIMIT", List.of("1024", "#"));
    KNOWN.put("EXIT", List.of("faithful", "clean"));
    KNOWN.put("WORK_ORDER", List.of("LIFO", "FIFO"));
    KNOWN.put("WRITER_POLICY", List.of("trylock-spin", "fair"));
    KNOWN.put("ZERO_PAGE_GRANT", List.of("off", "on"));
    KNOWN.put("FORWARDING", List.of("off", "on"));
    KNOWN.put("RDMA_CREDIT_LEAK", List.of("on", "off"));
    KNOWN.put("LOSS", List.of("on", "off"));
    KNOWN.put("FUTEX_TIMEOUT", List.of("relative", "absolute"));
    KNOWN.put("FUTEX_LIMIT", List.of("300s", "none"));
    KNOWN.put("NAGLE", List.of("off", "on"));
    KNOWN.put("E3", List.of("PER_LINK_SERIAL", "UNLIMITED", "SINGLE"));
    KNOWN.put("RMW_FAULT", List.of("write", "read-then-write", "emulated"));
    KNOWN.put("TRANSPORT", List.of("socket", "rdma"));
  }

  /** The kernel as it is: Linux 5.2.21 + Popcorn over TCP, PROGRESS GUARANTEED. */
  public static final Options FAITHFUL = new Options(defaults());

  private final Map<String, String> values;

  final boolean racy;
  final double racyProbability;
  final boolean coalesceReaders;
  final boolean kernelAccessLimited;
  final boolean stackExpands;
  final boolean brkHangs;
  final boolean vmaBroadcast;
  final boolean releaseForbidden;
  final int waitStations;
  final boolean cleanExit;
  final boolean worksLifo;
  final boolean writersSpin;
  final boolean zeroPageGrant;
  final boolean forwarding;
  final boolean rdma;
  final boolean leaksCredits;
  final boolean loses;
  final boolean absoluteTimeouts;
  final boolean futexLimited;

  private Options(Map<String, String> values) {
    this.values = values;
    String progress = values.get("PROGRESS");
    racy = progress.startsWith("RACY");
    racyProbability = racy ? Double.parseDouble(progress.substring(5, progress.length() - 1)) : 0.0;
    coalesceReaders = is("COALESCE_RR", "on");
    kernelAccessLimited = is("KERNEL_ACCESS_LIMIT", "2");
    stackExpands = is("STACK_GROWTH", "expand");
    brkHangs = is("BRK", "hang");
    vmaBroadcast = is("VMA_COHERENCE", "full");
    releaseForbidden = is("MADV_RELEASE", "forbid");
    waitStations = Integer.parseInt(values.get("WS_LIMIT"));
    cleanExit = is("EXIT", "clean");
    worksLifo = is("WORK_ORDER", "LIFO");
    writersSpin = is("WRITER_POLICY", "trylock-spin");
    zeroPageGrant = is("ZERO_PAGE_GRANT", "on");
    forwarding = is("FORWARDING", "on");
    rdma = is("TRANSPORT", "rdma");
    leaksCredits = is("RDMA_CREDIT_LEAK", "on");
    loses = is("LOSS", "on");
    absoluteTimeouts = is("FUTEX_TIMEOUT", "absolute");
    futexLimited = is("FUTEX_LIMIT", "300s");
  }

  private static Map<String, String> defaults() {
    Map<String, String> values = new TreeMap<>();
    KNOWN.forEach((name, choices) -> values.put(name, choices.get(0)));
    return values;
  }

  /** Every option's name, in the order of popcorn-protocol §10.1. */
  public static List<String> names() {
    return List.copyOf(KNOWN.keySet());
  }

  /** The values that an option takes, its default first; {@code #} stands for a number. */
  public static List<String> choices(String name) {
    return KNOWN.getOrDefault(name, List.of());
  }

  /**
   * These options with one changed.
   *
   * @throws IllegalArgumentException for an unknown name or value; its message is one line that
   *     says what was expected
   */
  public Options with(String name, String value) {
    List<String> choices = KNOWN.get(name);
    if (choices == null) {
      throw new IllegalArgumentException(
          "option: name=" + name + ", expected one of " + String.join(", ", KNOWN.keySet()));
    }
    for (String choice : choices) {
      String chosen = matched(choice, value);
      if (chosen != null) {
        Map<String, String> changed = new TreeMap<>(values);
        changed.put(name, chosen);
        return new Options(changed);
      }
    }
    throw new IllegalArgumentException(
        "option: " + name + "=" + value + ", expected one of " + String.join(", ", choices));
  }

  /** The value as the table writes it if {@code value} is that choice; else null. */
  private static String matched(String choice, String value) {
    if (choice.equalsIgnoreCase(value)) {
      return choice;
    }
    if (choice.equals("#")) {
      return value.matches("[0-9]{1,6}") ? value : null;
    }
    if (choice.endsWith("(#)")) {
      String word = choice.substring(0, choice.length() - 2);
      String upper = value.toUpperCase(Locale.ROOT);
      boolean shaped = upper.startsWith(word) && upper.matches("[A-Z_]+\\((0|1|[01]?\\.[0-9]+)\\)");
      if (shaped) {
        double number = Double.parseDouble(value.substring(word.length(), value.length() - 1));
        return number <= 1 ? word + number + ")" : null;
      }
    }
    return null;
  }

  /** The value of an option. */
  public String get(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("option: name=" + name + ", expected a known one");
    }
    return value;
  }

  /** All values by name. */
  public Map<String, String> values() {
    return Collections.unmodifiableMap(values);
  }

  private boolean is(String name, String value) {
    return values.get(name).equals(value);
  }

  @Override
  public String toString() {
    StringBuilder changed = new StringBuilder();
    values.forEach(
        (name, value) -> {
          if (!value.equals(KNOWN.get(name).get(0))) {
            changed.append(changed.length() == 0 ? "" : " ").append(name).append('=').append(value);
          }
        });
    return changed.toString();
  }
}
