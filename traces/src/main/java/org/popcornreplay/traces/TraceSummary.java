package org.popcornreplay.traces;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.cli.CommandException;

/**
 * What {@code popcorn-trace info} says. The counts of a complete trace stand in its manifest; those
 * of an incomplete one are counted.
 */
public final class TraceSummary {
  private final TraceReader reader;
  private final TraceCounts counts;

  private TraceSummary(TraceReader reader) {
    this.reader = reader;
    counts =
        reader.manifest().complete()
            ? TraceCounts.of(reader.manifest())
            : TraceCounts.counted(reader);
  }

  /** The summary of a trace. */
  public static TraceSummary of(TraceReader reader) {
    return new TraceSummary(reader);
  }

  /** Counts all records of a trace; the keys are those of {@code counts} in the manifest. */
  public static ObjectNode counted(TraceReader reader) {
    ObjectNode json = reader.manifest().json().objectNode();
    TraceCounts.counted(reader).putInto(json);
    return json;
  }

  /** As JSON, in the order in which people read it. */
  public ObjectNode toJson() {
    Manifest manifest = reader.manifest();
    ObjectNode json = manifest.json().objectNode();
    json.put("format_version", manifest.formatVersion());
    json.put("program", manifest.program());
    manifest.arguments().forEach(json.putArray("arguments")::add);
    if (manifest.exitCode() < 0) {
      json.putNull("exit_code");
    } else {
      json.put("exit_code", manifest.exitCode());
    }
    json.put("complete", manifest.complete());
    json.put("detail", manifest.fullDetail() ? "full" : "visits");
    json.put("slice_instructions", manifest.sliceInstructions());
    json.put("threads", reader.threads().size());
    counts.putInto(json);
    json.put("native_cpu_nanos", manifest.nativeCpuNanos());
    json.put("bytes_on_disk", reader.bytesOnDisk());
    json.put("trace_hash", reader.traceHash());
    for (String key : new String[] {"written_by", "imported_from", "lacks", "reduced_from"}) {
      if (manifest.json().has(key)) {
        json.set(key, manifest.json().get(key));
      }
    }
    JsonNode process = manifest.json().path("process");
    if (process.isObject()) {
      json.set("process", process);
    }
    List<Path> children = ChildTraces.of(reader.directory());
    if (!children.isEmpty()) {
      ArrayNode list = json.putArray(ChildTraces.KEY);
      children.forEach(child -> list.add(process(child)));
    }
    return json;
  }

  /** What there is to know of a child without reading its tables; also of one that was cut off. */
  private static ObjectNode process(Path child) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("trace", ChildTraces.FOLDER + "/" + child.getFileName());
    try {
      Manifest manifest = Manifest.read(child);
      if (manifest.json().path("process") instanceof ObjectNode process) {
        json.setAll(process);
      }
      json.put("program", manifest.program());
      manifest.arguments().forEach(json.putArray("arguments")::add);
      if (manifest.exitCode() >= 0) {
        json.put("exit_code", manifest.exitCode());
      }
      json.put("complete", manifest.complete());
    } catch (CommandException e) {
      json.put("complete", false).put("fault", e.getMessage());
    }
    return json;
  }
}
