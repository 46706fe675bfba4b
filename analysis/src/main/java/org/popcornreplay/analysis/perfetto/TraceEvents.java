package org.popcornreplay.analysis.perfetto;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * Events of Chrome's trace event format, one at a time. Times are microseconds with three decimals.
 * A viewer binds a flow to the innermost slice that is open at its time, of slices that stand
 * before it in the file.
 */
final class TraceEvents implements AutoCloseable {
  private static final int NANOS_PER_MICRO = 1000;

  private final JsonGenerator json;
  private final StringBuilder number = new StringBuilder();
  private long count;

  TraceEvents(OutputStream out) throws IOException {
    json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8);
    json.writeStartObject();
    json.writeStringField("displayTimeUnit", "ns");
    json.writeArrayFieldStart("traceEvents");
  }

  /** How many events were written. */
  long count() {
    return count;
  }

  /** Names a process or a thread, or says where it stands. */
  void describe(String what, Track track, String key, Object value) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", what);
    json.writeStringField("ph", "M");
    place(track);
    json.writeObjectFieldStart("args");
    json.writeObjectField(key, value);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** A slice; arguments that are null are left out. */
  void slice(
      Track track,
      String category,
      String name,
      long startNanos,
      long endNanos,
      Map<String, Object> arguments)
      throws IOException {
    begin("X", track, category, name, startNanos);
    micros("dur", endNanos - startNanos);
    json.writeObjectFieldStart("args");
    for (Map.Entry<String, Object> argument : arguments.entrySet()) {
      if (argument.getValue() != null) {
        json.writeObjectField(argument.getKey(), argument.getValue());
      }
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  /** An arrow leaves the slice that is open now. */
  void flowStart(Track track, String category, String name, long id, long nanos)
      throws IOException {
    begin("s", track, category, name, nanos);
    json.writeNumberField("id", id);
    json.writeEndObject();
  }

  /** The arrow of that number and name ends in the slice that is open now. */
  void flowEnd(Track track, String category, String name, long id, long nanos) throws IOException {
    begin("f", track, category, name, nanos);
    json.writeNumberField("id", id);
    json.writeStringField("bp", "e");
    json.writeEndObject();
  }

  private void begin(String phase, Track track, String category, String name, long nanos)
      throws IOException {
    count++;
    json.writeStartObject();
    json.writeStringField("ph", phase);
    json.writeStringField("cat", category);
    json.writeStringField("name", name);
    place(track);
    micros("ts", nanos);
  }

  private void place(Track track) throws IOException {
    json.writeNumberField("pid", track.process());
    json.writeNumberField("tid", track.thread());
  }

  private void micros(String field, long nanos) throws IOException {
    number.setLength(0);
    number.append(nanos / NANOS_PER_MICRO).append('.');
    long rest = nanos % NANOS_PER_MICRO;
    number.append(rest < 100 ? "0" : "").append(rest < 10 ? "0" : "").append(rest);
    json.writeFieldName(field);
    json.writeRawValue(number.toString());
  }

  @Override
  public void close() throws IOException {
    json.writeEndArray();
    json.writeEndObject();
    json.close();
  }
}
