package org.popcornreplay.replay.yaml;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;

/** A YAML text whose outermost part is a mapping. */
public final class YamlMapping {
  private YamlMapping() {}

  /**
   * Reads a file.
   *
   * @param keys the keys that people look for, in words
   * @param maxBytes the largest file
   * @throws CommandException where it is larger or no such text, with the file's name
   */
  public static JsonNode read(Path file, String keys, int maxBytes) {
    try {
      long bytes = Files.size(file);
      if (bytes > maxBytes) {
        throw CommandException.badInput(
            file + ": bytes=" + bytes + ", expected at most " + maxBytes);
      }
      return parse(file.toString(), Files.readAllBytes(file), keys);
    } catch (IOException e) {
      throw CommandException.badInput(file + ": cannot be read: " + FileFault.reason(e), e);
    }
  }

  /**
   * Reads a text.
   *
   * @param where what it is called in an error's line
   * @param keys the keys that people look for, in words
   * @throws CommandException where it is no mapping
   */
  public static JsonNode parse(String where, byte[] text, String keys) {
    JsonNode root;
    try {
      root = new YAMLMapper().readTree(text);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw CommandException.badInput(where + ": line=" + line + ", expected YAML", e);
    } catch (IOException e) {
      throw CommandException.badInput(where + ": cannot be read: " + FileFault.reason(e), e);
    }
    if (root == null || !root.isObject()) {
      throw CommandException.badInput(where + ": no mapping, expected " + keys);
    }
    return root;
  }
}
