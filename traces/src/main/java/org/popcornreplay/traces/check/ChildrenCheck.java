package org.popcornreplay.traces.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.popcornreplay.traces.ChildTraces;
import org.popcornreplay.traces.TraceReader;

/**
 * Checks the traces of children in a trace's directory, and that its manifest lists those that are
 * there. A child that was cut off is marked incomplete, which is no fault.
 */
final class ChildrenCheck {
  private static final int MOST_FAULTS = 100;

  private final TraceReader main;
  private final FaultList faults;

  ChildrenCheck(TraceReader main, FaultList faults) {
    this.main = main;
    this.faults = faults;
  }

  void run() {
    Set<String> there = new TreeSet<>();
    for (Path child : ChildTraces.of(main.directory())) {
      String name = ChildTraces.FOLDER + "/" + child.getFileName();
      there.add(name);
      new TraceCheck(child, MOST_FAULTS).faults().forEach(fault -> faults.add(name + ": " + fault));
    }
    JsonNode list = main.manifest().json().path(ChildTraces.KEY);
    if (!list.isArray()) {
      return; // recorded without children, or killed before they were listed
    }
    Set<String> listed = new TreeSet<>();
    for (JsonNode one : list) {
      String name = one.path("trace").asText();
      if (!listed.add(name)) {
        faults.add("manifest.json: processes: trace=" + name + ", expected each once");
      }
      if (!there.contains(name)) {
        faults.add(
            "manifest.json: processes: trace=" + name + " is missing, expected its directory");
      }
      int from = one.path("from").asInt(-1);
      if (from < 0 || from >= one.path("number").asInt()) {
        faults.add(
            "manifest.json: processes: trace="
                + name
                + " from="
                + from
                + ", expected 0 or the number of an earlier one");
      }
    }
    there.removeAll(listed);
    there.forEach(name -> faults.add(name + ": not in manifest.json, expected it among processes"));
  }
}
