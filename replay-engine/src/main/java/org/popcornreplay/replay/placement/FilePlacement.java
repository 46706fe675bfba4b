package org.popcornreplay.replay.placement;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import it.unimi.dsi.fastutil.longs.Long2IntAVLTreeMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntFunction;
import org.popcornreplay.traces.cli.CommandException;

/**
 * A placement in a YAML file:
 *
 * <pre>
 * threads:            # thread number, range a-b, or name pattern with *
 *   0: 0
 *   1-4: 1
 *   "worker *": 2
 * moves:              # optional: where a thread goes after so many instructions
 *   - {thread: 3, instructions: 1000000, node: 0}
 * </pre>
 */
public final class FilePlacement implements Placement {
  private static final int MAX_BYTES = 1 << 24;

  private final String name;
  private final int[] nodeOf;
  private final Long2IntAVLTreeMap[] moves;

  private FilePlacement(String name, int[] nodeOf) {
    this.name = name;
    this.nodeOf = nodeOf;
    moves = new Long2IntAVLTreeMap[nodeOf.length];
  }

  /**
   * Reads a placement.
   *
   * @param names the threads' names by number
   */
  public static FilePlacement read(Path file, int nodes, int threads, IntFunction<String> names) {
    JsonNode root;
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        throw CommandException.badInput(
            file
                + ": missing or too large, expected a placement of at most "
                + MAX_BYTES
                + " bytes");
      }
      root = new YAMLMapper().readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw CommandException.badInput(file + ": line=" + line + ", expected YAML", e);
    } catch (IOException e) {
      throw CommandException.badInput(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (root == null || !root.path("threads").isObject()) {
      throw CommandException.badInput(file + ": threads=none, expected a mapping thread: node");
    }
    FilePlacement placement = new FilePlacement("file:" + file.getFileName(), new int[threads]);
    for (Map.Entry<String, JsonNode> field : root.path("threads").properties()) {
      int node = node(file, field.getKey(), field.getValue(), nodes);
      boolean any = false;
      for (int t = 0; t < threads; t++) {
        if (matches(field.getKey(), t, names.apply(t))) {
          placement.nodeOf[t] = node;
          any = true;
        }
      }
      if (!any) {
        throw CommandException.badInput(
            file + ": thread=" + field.getKey() + ", expected one of the trace's " + threads);
      }
    }
    for (JsonNode move : root.path("moves")) {
      int thread = move.path("thread").asInt(-1);
      long instructions = move.path("instructions").asLong(-1);
      if (thread < 0 || thread >= threads || instructions < 0) {
        throw CommandException.badInput(
            file + ": move=" + move + ", expected thread, instructions and node");
      }
      if (placement.moves[thread] == null) {
        placement.moves[thread] = new Long2IntAVLTreeMap();
      }
      placement.moves[thread].put(
          instructions, node(file, "move of thread " + thread, move.path("node"), nodes));
    }
    return placement;
  }

  private static int node(Path file, String what, JsonNode value, int nodes) {
    if (!value.isInt() || value.intValue() < 0 || value.intValue() >= nodes) {
      throw CommandException.badInput(
          file + ": " + what + ": node=" + value + ", expected 0 to " + (nodes - 1));
    }
    return value.intValue();
  }

  private static boolean matches(String key, int thread, String name) {
    if (key.matches("[0-9]{1,7}")) {
      return Integer.parseInt(key) == thread;
    }
    if (key.matches("[0-9]{1,7}-[0-9]{1,7}")) {
      int dash = key.indexOf('-');
      return thread >= Integer.parseInt(key.substring(0, dash))
          && thread <= Integer.parseInt(key.substring(dash + 1));
    }
    int star = key.indexOf('*');
    if (star < 0) {
      return key.equals(name);
    }
    String head = key.substring(0, star);
    String tail = key.substring(star + 1);
    return name.length() >= head.length() + tail.length()
        && name.startsWith(head)
        && name.endsWith(tail);
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
  public int moveNode(int thread, long instructions) {
    return moves[thread].get(instructions);
  }
}
