package org.popcornreplay.traces.convert;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.ThreadTable;
import org.popcornreplay.traces.TraceReader;

/**
 * Writes events as JSON that ui.perfetto.dev and chrome://tracing open: a track for each thread,
 * synchronisation functions as slices, everything else as instants. An instruction stands for a
 * nanosecond of its thread; threads are not aligned with one another, since a trace holds no common
 * clock. Heap events and atomics are left out.
 */
public final class PerfettoExport {
  private static final int PROCESS = 1;

  private PerfettoExport() {}

  /** Writes the file. */
  public static void write(TraceReader reader, Path file) throws IOException {
    try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        JsonGenerator json = new JsonFactory().createGenerator(stream, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ns");
      json.writeArrayFieldStart("traceEvents");
      name(json, "process_name", -1, reader.manifest().program());
      ThreadTable threads = reader.threads();
      for (int row = 0; row < threads.size(); row++) {
        int thread = threads.thread(row);
        name(json, "thread_name", thread, thread + " " + threads.name(row));
        events(json, reader.events(thread));
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void name(JsonGenerator json, String what, int thread, String name)
      throws IOException {
    begin(json, what, "M", thread, 0);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void events(JsonGenerator json, ThreadCursor c) throws IOException {
    int open = 0;
    while (c.next()) {
      EventKind kind = c.kind();
      switch (kind) {
        case HEAP_ALLOC, HEAP_FREE, ATOMIC, SPIN, SLICE -> {}
        case SYNC_ENTER -> {
          open++;
          begin(json, function(c.code()), "B", c.thread(), c.instructions());
          json.writeObjectFieldStart("args");
          json.writeStringField("object", "0x" + Long.toHexString(c.object()));
          json.writeEndObject();
          json.writeEndObject();
        }
        case SYNC_EXIT -> {
          if (open > 0) {
            open--;
            begin(json, function(c.code()), "E", c.thread(), c.instructions());
            json.writeEndObject();
          }
        }
        default -> {
          begin(json, label(c), "i", c.thread(), c.instructions());
          json.writeStringField("s", "t");
          json.writeObjectFieldStart("args");
          json.writeNumberField("seq", c.sequence());
          json.writeNumberField("result", c.result());
          json.writeStringField("object", "0x" + Long.toHexString(c.object()));
          json.writeEndObject();
          json.writeEndObject();
        }
      }
    }
  }

  private static String function(int code) {
    SyncFunction function = SyncFunction.ofCode(code);
    return function == null
        ? "function " + code
        : function.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String label(ThreadCursor c) {
    return switch (c.kind()) {
      case SYSCALL, VMA -> "system call " + c.code();
      case MIGRATE -> "migrate to " + c.argument(0);
      default -> c.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  private static void begin(
      JsonGenerator json, String name, String phase, int thread, long instructions)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("ph", phase);
    json.writeNumberField("pid", PROCESS);
    json.writeNumberField("tid", thread);
    json.writeFieldName("ts"); // microseconds
    json.writeRawValue(
        String.format(Locale.ROOT, "%d.%03d", instructions / 1000, instructions % 1000));
  }
}
