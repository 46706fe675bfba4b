package org.popcornreplay.replay.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Nodes that differ from the others: their number of cores and the speed of their processors. Of
 * several statements about a node the last one holds. Immutable.
 */
public final class NodeShapes {
  /** All nodes alike. */
  public static final NodeShapes ALIKE = new NodeShapes(List.of());

  private static final Pattern RANGE = Pattern.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?");
  private static final int MOST_CORES = 4096;
  private static final double LEAST_SPEED = 0.001;
  private static final double MOST_SPEED = 1000;

  private record Shape(int first, int last, String what, double value) {}

  private final List<Shape> shapes;

  private NodeShapes(List<Shape> shapes) {
    this.shapes = shapes;
  }

  /**
   * These shapes and one more.
   *
   * @param where what to name in an error: a file or an option
   * @param range a node or a range of nodes, {@code 3} or {@code 1-3}
   * @param what {@code cores} or {@code speed}
   * @param text the value
   */
  NodeShapes with(String where, String range, String what, String text) {
    Matcher matcher = RANGE.matcher(range);
    if (!matcher.matches()) {
      throw wrong(where, "node", range, "a node or a range such as 1-3");
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    if (first > last || last >= Popcorn.MAX_NODES) {
      throw wrong(where, "node", range, "nodes from 0 to " + (Popcorn.MAX_NODES - 1));
    }
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw wrong(where, "node " + range + ": " + what, text, "a number");
    }
    boolean fits =
        switch (what) {
          case "cores" -> value >= 0 && value <= MOST_CORES && value == Math.rint(value);
          case "speed" -> value >= LEAST_SPEED && value <= MOST_SPEED;
          default -> throw wrong(where, "node " + range + ": key", what, "cores or speed");
        };
    if (!fits) {
      throw wrong(
          where,
          "node " + range + ": " + what,
          text,
          what.equals("cores") ? "an integer from 0 to 4096" : "a number from 0.001 to 1000");
    }
    List<Shape> more = new ArrayList<>(shapes);
    more.add(new Shape(first, last, what, value));
    return new NodeShapes(List.copyOf(more));
  }

  private static CommandException wrong(String where, String what, String text, String expected) {
    String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    return CommandException.usage(where + ": " + what + "=" + shown + ", expected " + expected);
  }

  /** Cores of a node; {@code otherwise} where nothing is said about it. */
  public int cores(int node, int otherwise) {
    return (int) value(node, "cores", otherwise);
  }

  /** How fast a node's processors are: 2 takes half the time of 1. */
  public double speed(int node) {
    return value(node, "speed", 1);
  }

  private double value(int node, String what, double otherwise) {
    for (int i = shapes.size() - 1; i >= 0; i--) {
      Shape shape = shapes.get(i);
      if (node >= shape.first() && node <= shape.last() && shape.what().equals(what)) {
        return shape.value();
      }
    }
    return otherwise;
  }

  /** Whether nothing is said about any node. */
  public boolean isEmpty() {
    return shapes.isEmpty();
  }

  /** As settings: {@code node.1-3.speed=0.5}, separated by blanks. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Shape shape : shapes) {
      text.append(text.length() == 0 ? "node." : " node.").append(shape.first());
      if (shape.last() > shape.first()) {
        text.append('-').append(shape.last());
      }
      text.append('.').append(shape.what()).append('=');
      if (shape.value() == Math.rint(shape.value())) {
        text.append((long) shape.value());
      } else {
        text.append(shape.value());
      }
    }
    return text.toString();
  }
}
