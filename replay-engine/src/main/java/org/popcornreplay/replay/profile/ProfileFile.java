package org.popcornreplay.replay.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.popcornreplay.replay.profile.CostProfile.Value;
import org.popcornreplay.replay.yaml.YamlMapping;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Reads cost profiles. A profile is a YAML file; each value says unit, mark and source, and what a
 * file does not name it takes from the profile named under {@code base}. Nodes that differ stand
 * under {@code nodes}:
 *
 * <pre>
 * name: two-kinds
 * base: tcp-10g-nodelay
 * nodes:
 *   0: {cores: 16}
 *   4-7: {cores: 4, speed: 0.5}   # takes twice as long, program and kernel
 * </pre>
 */
public final class ProfileFile {
  /** The mark of a value that nobody has verified. */
  public static final String MEMORY = "from memory";

  /** The profiles that come with the program, in the order of their listing. */
  public static final List<String> NAMES =
      List.of(
          "tcp-10g-nodelay",
          "dex-ib56",
          "tcp-1g",
          "tcp-10g",
          "popcorn-pcie-2015",
          "hotpot-ib",
          "oracle-vm",
          "ideal",
          "unit");

  private static final List<String> MARKS = List.of("read", "computed", MEMORY, "chosen");
  private static final Set<ProfileKey> QUANTILES =
      EnumSet.of(ProfileKey.LINK_JITTER, ProfileKey.SLEEP_SLACK);

  private static final String KEYS = "name, about and values";
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_BASES = 8;

  private ProfileFile() {}

  /**
   * The profile of that name, or in that file.
   *
   * @throws CommandException where there is none or it is wrong
   */
  public static CostProfile load(String nameOrFile) {
    return load(nameOrFile, 0);
  }

  private static CostProfile load(String nameOrFile, int depth) {
    if (depth > MAX_BASES) {
      throw CommandException.usage(
          "profile: base=" + nameOrFile + ", expected at most " + MAX_BASES + " in a row");
    }
    if (NAMES.contains(nameOrFile) || nameOrFile.equals("defaults")) {
      return read(nameOrFile, YamlMapping.parse(nameOrFile, shipped(nameOrFile), KEYS), depth);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.isRegularFile(file)) {
      throw CommandException.usage(
          "--profile=" + nameOrFile + ", expected a file or one of " + String.join(", ", NAMES));
    }
    return read(nameOrFile, YamlMapping.read(file, KEYS, MAX_BYTES), depth);
  }

  /** The text of a shipped profile. */
  public static byte[] shipped(String name) {
    try (InputStream in = ProfileFile.class.getResourceAsStream(name + ".yaml")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CostProfile read(String where, JsonNode root, int depth) {
    EnumMap<ProfileKey, Value> values = new EnumMap<>(ProfileKey.class);
    String name = root.path("name").asText(where);
    Map<String, String> options = new TreeMap<>();
    NodeShapes shapes = NodeShapes.ALIKE;
    if (!name.equals("defaults")) {
      CostProfile base = load(root.path("base").asText("defaults"), depth + 1);
      values.putAll(base.values());
      options.putAll(base.options());
      shapes = base.shapes();
    }
    for (Map.Entry<String, JsonNode> field : root.path("values").properties()) {
      ProfileKey key = ProfileKey.ofKey(field.getKey());
      if (key == null) {
        throw CommandException.badInput(
            where
                + ": key="
                + field.getKey()
                + ", expected one of popcorn-replay profiles defaults");
      }
      values.put(key, value(where, key, field.getValue()));
    }
    for (Map.Entry<String, JsonNode> option : root.path("options").properties()) {
      options.put(option.getKey(), word(option.getValue()));
    }
    return new CostProfile(
        name, root.path("about").asText(""), values, options, nodes(where, root, shapes));
  }

  private static NodeShapes nodes(String where, JsonNode root, NodeShapes base) {
    NodeShapes shapes = base;
    JsonNode nodes = root.path("nodes");
    if (!nodes.isMissingNode() && !nodes.isObject()) {
      throw CommandException.badInput(
          where + ": nodes=" + nodes.getNodeType() + ", expected a mapping node: {cores, speed}");
    }
    for (Map.Entry<String, JsonNode> node : nodes.properties()) {
      if (!node.getValue().isObject()) {
        throw CommandException.badInput(
            where + ": node " + node.getKey() + ": no mapping, expected cores or speed");
      }
      for (Map.Entry<String, JsonNode> what : node.getValue().properties()) {
        shapes = shapes.with(where, node.getKey(), what.getKey(), what.getValue().asText());
      }
    }
    return shapes;
  }

  /** YAML reads the words on and off as truth values. */
  private static String word(JsonNode value) {
    if (value.isBoolean()) {
      return value.asBoolean() ? "on" : "off";
    }
    return value.asText();
  }

  private static String words(JsonNode list) {
    StringJoiner words = new StringJoiner(" ");
    list.forEach(item -> words.add(item.isValueNode() ? item.asText() : "?"));
    return words.toString();
  }

  private static Value value(String where, ProfileKey key, JsonNode node) {
    String unit = node.path("unit").asText(key.unit());
    if (!unit.equals(key.unit())) {
      throw CommandException.badInput(
          where + ": " + key.key() + ": unit=" + unit + ", expected " + key.unit());
    }
    JsonNode value = node.isObject() ? node.path("value") : node;
    if (value.isArray() && QUANTILES.contains(key)) {
      value = new TextNode(words(value));
    }
    if (!value.isValueNode()) {
      throw CommandException.badInput(where + ": " + key.key() + ": no value, expected one");
    }
    String text = word(value);
    String mark = node.path("mark").asText("chosen");
    if (!MARKS.contains(mark)) {
      throw CommandException.badInput(
          where + ": " + key.key() + ": mark=" + mark + ", expected " + String.join(", ", MARKS));
    }
    return new Value(text, mark, node.path("source").asText("this file"));
  }
}
