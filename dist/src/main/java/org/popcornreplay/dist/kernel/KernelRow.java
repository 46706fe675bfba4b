package org.popcornreplay.dist.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.popcornreplay.traces.cli.CommandException;

/**
 * One program as the kernel ran it several times on one configuration.
 *
 * @param file name of the file with the runs
 * @param arguments what stands behind the name of the binary
 * @param nodes number of machines
 * @param cpus processors of each machine
 * @param exact all runs gave the same counts
 * @param counts minimum and maximum over all runs by direction and type
 * @param actions the same of the fault-handle actions by node and index
 */
record KernelRow(
    String file,
    List<String> arguments,
    int nodes,
    int cpus,
    boolean exact,
    KernelCounts counts,
    KernelCounts actions) {

  /** Whether the sockets of this run had Nagle's algorithm switched off. */
  boolean noDelay() {
    return file.contains("_nodelay_");
  }

  /** The program and its arguments as one word, for file names. */
  String recording() {
    return String.join("_", arguments);
  }

  /** Reads programs.csv and runs/*.json of a folder with the kernel's figures. */
  static List<KernelRow> readAll(Path folder) {
    Path index = folder.resolve("programs.csv");
    try {
      List<KernelRow> rows = new ArrayList<>();
      List<String> lines = Files.readAllLines(index);
      for (String line : lines.subList(1, lines.size())) {
        String[] column = line.split(",", -1);
        if (column.length < 8) {
          throw CommandException.badInput(
              index + ": columns=" + column.length + ", expected at least 8");
        }
        String[] words = column[2].split(" ");
        JsonNode runs = new ObjectMapper().readTree(folder.resolve("runs/" + column[0]).toFile());
        rows.add(
            new KernelRow(
                column[0],
                List.of(words).subList(1, words.length),
                Integer.parseInt(column[3]),
                Integer.parseInt(column[4]),
                column[7].equals("exact"),
                counts(runs),
                actions(runs)));
      }
      return rows;
    } catch (IOException e) {
      throw CommandException.badInput(index + ": " + e.getMessage() + ", expected it readable", e);
    }
  }

  private static KernelCounts actions(JsonNode file) {
    KernelCounts actions = new KernelCounts();
    for (JsonNode one : file.get("runs")) {
      actions.beginRun();
      for (Map.Entry<String, JsonNode> node : one.path("fh_action").properties()) {
        for (Map.Entry<String, JsonNode> action : node.getValue().properties()) {
          actions.add(node.getKey(), action.getKey(), action.getValue().asLong(), 0);
        }
      }
    }
    actions.endRuns();
    return actions;
  }

  private static KernelCounts counts(JsonNode file) {
    KernelCounts counts = new KernelCounts();
    int run = 0;
    for (JsonNode one : file.get("runs")) {
      if (!one.path("sent_equals_received").asBoolean(false)) {
        continue;
      }
      counts.beginRun();
      for (Map.Entry<String, JsonNode> direction : one.get("counts").properties()) {
        for (Map.Entry<String, JsonNode> type : direction.getValue().properties()) {
          counts.add(
              direction.getKey().replace("->", ">"),
              type.getKey(),
              type.getValue().get(0).asLong(),
              type.getValue().get(1).asLong());
        }
      }
      run++;
    }
    if (run == 0) {
      throw CommandException.badInput("runs: complete=0, expected at least one complete run");
    }
    counts.endRuns();
    return counts;
  }
}
