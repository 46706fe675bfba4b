package org.popcornreplay.replay;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.traces.cli.CommandException;

/**
 * What a run is asked for in the words of the command line, and what they mean.
 *
 * @param nodes number of nodes; null = not given
 * @param placement where threads run; null = as the trace suggests
 * @param profile name or file of the cost profile
 * @param transport {@code socket} or {@code rdma}; null = as the profile says
 * @param settings {@code KEY=VALUE} each: a cost, an option of the protocol, or a node's shape
 * @param recordedOrder whether all synchronisation keeps its recorded order
 * @param pageBytes page size in bytes
 * @param cores cores of each node, 0 = one a thread; null = as the profile says
 * @param seed seed of the random source
 */
record RunOptions(
    Integer nodes,
    String placement,
    String profile,
    String transport,
    List<String> settings,
    boolean recordedOrder,
    int pageBytes,
    Integer cores,
    long seed) {
  /** The profile where none is named. */
  static final String DEFAULT_PROFILE = "tcp-10g-nodelay";

  /** The page size where none is named. */
  static final int DEFAULT_PAGE_BYTES = 4096;

  private static final int LEAST_PAGE_BYTES = 64;
  private static final int MOST_PAGE_BYTES = 1 << 21;
  private static final int MOST_CORES = 4096;
  private static final Pattern NODE_KEY = Pattern.compile("node\\.([^.]{1,20})\\.([^.]{1,20})");

  /**
   * What the engine takes.
   *
   * @throws CommandException naming the first option that is wrong
   */
  RunRequest request() {
    checkNumbers();
    Replay.checkPlacement(placement);
    CostProfile costs = ProfileFile.load(profile);
    Options options = Options.FAITHFUL;
    for (Map.Entry<String, String> option : costs.options().entrySet()) {
      options = with(options, option.getKey(), option.getValue(), "--profile=" + profile);
    }
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw CommandException.usage("--set=" + setting + ", expected KEY=VALUE");
      }
      String key = setting.substring(0, equals);
      String value = setting.substring(equals + 1);
      ProfileKey profileKey = ProfileKey.ofKey(key.toLowerCase(Locale.ROOT));
      Matcher node = NODE_KEY.matcher(key);
      if (profileKey != null) {
        costs = costs.with(profileKey, value);
      } else if (node.matches()) {
        costs = costs.withNodes(node.group(1), node.group(2), value);
      } else {
        options = with(options, key.toUpperCase(Locale.ROOT), value, "--set=" + setting);
      }
    }
    String layer = transport == null ? costs.text(ProfileKey.TRANSPORT) : transport;
    if (!layer.equals("socket") && !layer.equals("rdma")) {
      throw CommandException.usage("--transport=" + layer + ", expected socket or rdma");
    }
    options = with(options, "TRANSPORT", layer, "--transport=" + layer);
    return new RunRequest(
        nodes,
        placement,
        costs,
        options,
        cores == null ? -1 : cores,
        recordedOrder,
        pageBytes,
        seed);
  }

  private void checkNumbers() {
    if (nodes == null || nodes < 1 || nodes > Popcorn.MAX_NODES) {
      throw CommandException.usage(
          "--nodes=" + (nodes == null ? "(none)" : nodes) + ", expected 1 to " + Popcorn.MAX_NODES);
    }
    if (pageBytes < LEAST_PAGE_BYTES
        || pageBytes > MOST_PAGE_BYTES
        || Integer.bitCount(pageBytes) != 1) {
      throw CommandException.usage(
          "--page-size=" + pageBytes + ", expected a power of two from 64 to 2097152");
    }
    if (cores != null && (cores < 0 || cores > MOST_CORES)) {
      throw CommandException.usage("--cores=" + cores + ", expected 0 to " + MOST_CORES);
    }
  }

  private static Options with(Options options, String name, String value, String from) {
    try {
      return options.with(name, value);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(from + ": " + e.getMessage());
    }
  }
}
