package org.popcornreplay.replay.placement;

import com.fasterxml.jackson.databind.JsonNode;
import it.unimi.dsi.fastutil.longs.Long2IntAVLTreeMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.popcornreplay.replay.yaml.YamlMapping;
import org.popcornreplay.traces.cli.CommandException;

/**
 * A placement in a YAML file:
 *
 * <pre>
 * threads:            # thread number, range a-b, or name with * and ?; the last that fits holds
 *   "*": 0
 *   1-4: 1
 *   "worker *": 2
 * moves:              # optional: where a thread goes later
 *   - {thread: 3, instructions: 1000000, node: 0}   # after so many of its instructions
 *   - {thread: "worker *", share: 0.5, node: 1}     # after this share of them
 * </pre>
 *
 * <p>A move happens at the begin of the thread's first slice behind its point, as a slice is one
 * fact.
 */
public final class FilePlacement implements Placement {
  private static final int MAX_BYTES = 1 << 24;

  private final String name;
  private final int[] nodeOf;
  private final Long2IntAVLTreeMap[] moves;

  private FilePlacement(String name, int threads) {
    this.name = name;
    nodeOf = new int[threads];
    moves = new Long2IntAVLTreeMap[threads];
  }

  /**
   * Reads a placement.
   *
   * @param names the threads' names by number
   * @param instructions how many each of them executes
   */
  public static FilePlacement read(Path file, int nodes, String[] names, long[] instructions) {
    if (!Files.isRegularFile(file)) {
      throw CommandException.badInput("placement: file=" + file + ", expected a YAML file");
    }
    JsonNode root = YamlMapping.read(file, "threads and moves", MAX_BYTES);
    if (!root.path("threads").isObject()) {
      throw CommandException.badInput(file + ": threads=none, expected a mapping thread: node");
    }
    expectKeys(file, "", root, "threads", "moves");
    FilePlacement placement = new FilePlacement("file:" + file.getFileName(), names.length);
    for (Map.Entry<String, JsonNode> field : root.path("threads").properties()) {
      int node = node(file, "thread " + field.getKey(), field.getValue(), nodes);
      for (int t : matching(file, field.getKey(), names)) {
        placement.nodeOf[t] = node;
      }
    }
    JsonNode moves = root.path("moves");
    if (!moves.isMissingNode() && !moves.isArray()) {
      throw CommandException.badInput(file + ": moves=no list, expected a list of moves");
    }
    for (JsonNode move : moves) {
      expectKeys(file, "move: ", move, "thread", "instructions", "share", "node");
      int node = node(file, "move", move.path("node"), nodes);
      for (int t : matching(file, move.path("thread").asText(), names)) {
        placement.move(t, point(file, move, instructions[t]), node);
      }
    }
    return placement;
  }

  private static void expectKeys(Path file, String what, JsonNode node, String... keys) {
    if (!node.isObject()) {
      throw CommandException.badInput(file + ": " + what + "no mapping, expected one");
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!List.of(keys).contains(field.getKey())) {
        throw CommandException.badInput(
            file
                + ": "
                + what
                + "key="
                + field.getKey()
                + ", expected one of "
                + String.join(", ", keys));
      }
    }
  }

  private static long point(Path file, JsonNode move, long ofInstructions) {
    JsonNode count = move.path("instructions");
    JsonNode share = move.path("share");
    if (count.isIntegralNumber() && count.canConvertToLong() && share.isMissingNode()) {
      if (count.longValue() >= 1) {
        return count.longValue();
      }
    } else if (share.isNumber() && count.isMissingNode()) {
      if (share.doubleValue() >= 0 && share.doubleValue() <= 1) {
        return Math.max(1, Math.round(share.doubleValue() * Math.max(0, ofInstructions)));
      }
    }
    throw CommandException.badInput(
        file + ": move=" + move + ", expected instructions of 1 or more, or share from 0 to 1");
  }

  private void move(int thread, long atInstructions, int node) {
    if (moves[thread] == null) {
      moves[thread] = new Long2IntAVLTreeMap();
    }
    moves[thread].put(atInstructions, node);
  }

  private static int node(Path file, String what, JsonNode value, int nodes) {
    if (!value.isInt() || value.intValue() < 0 || value.intValue() >= nodes) {
      throw CommandException.badInput(
          file + ": " + what + ": node=" + value + ", expected 0 to " + (nodes - 1));
    }
    return value.intValue();
  }

  private static List<Integer> matching(Path file, String key, String[] names) {
    Predicate<String> byName = null;
    long first = -1;
    long last = -1;
    if (key.matches("[0-9]{1,7}(-[0-9]{1,7})?")) {
      int dash = key.indexOf('-');
      first = Long.parseLong(dash < 0 ? key : key.substring(0, dash));
      last = Long.parseLong(dash < 0 ? key : key.substring(dash + 1));
    } else {
      byName = namePattern(key).asMatchPredicate();
    }
    List<Integer> found = new ArrayList<>();
    for (int t = 0; t < names.length; t++) {
      if (byName == null ? t >= first && t <= last : byName.test(names[t])) {
        found.add(t);
      }
    }
    if (found.isEmpty()) {
      throw CommandException.badInput(
          file + ": thread=" + key + ", expected one of the trace's " + names.length);
    }
    return found;
  }

  /** Every * stands for any text, every ? for one character. */
  private static Pattern namePattern(String text) {
    StringBuilder regex = new StringBuilder();
    for (String part : text.split("(?<=[*?])|(?=[*?])", -1)) {
      regex.append(part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part));
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int startNode(int thread) {
    return thread < nodeOf.length ? nodeOf[thread] : 0;
  }

  @Override
  public long nextMove(int thread, long instructions) {
    Long2IntAVLTreeMap mine = thread < moves.length ? moves[thread] : null;
    if (mine == null) {
      return Long.MAX_VALUE;
    }
    var later = mine.tailMap(instructions);
    return later.isEmpty() ? Long.MAX_VALUE : later.firstLongKey();
  }

  @Override
  public int moveNode(int thread, long point) {
    return moves[thread].get(point);
  }
}
