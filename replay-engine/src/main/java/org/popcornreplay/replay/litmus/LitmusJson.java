package org.popcornreplay.replay.litmus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import org.popcornreplay.protocol.Message;

/** Verdicts for programs: a JSON object a line for each file. */
final class LitmusJson {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final PrintWriter out;

  LitmusJson(PrintWriter out) {
    this.out = out;
  }

  /** Prints what happened and what failed. */
  void print(Verdict verdict) throws IOException {
    Scenario scenario = verdict.scenario();
    try (JsonGenerator json = line()) {
      json.writeStartObject();
      json.writeStringField("file", scenario.file());
      json.writeStringField("title", scenario.title());
      json.writeBooleanField("ok", verdict.ok());
      messages(json, verdict);
      json.writeObjectFieldStart("owners");
      for (Verdict.Ownership owned : verdict.owners()) {
        PageRange pages = owned.pages();
        int[] nodes = owned.nodes().toArray();
        for (long index = pages.first(); index <= pages.last(); index++) {
          json.writeFieldName(pages.region().pageName(index));
          json.writeArray(nodes, 0, nodes.length);
        }
      }
      json.writeEndObject();
      json.writeArrayFieldStart("failures");
      for (Failure failure : verdict.failures()) {
        json.writeStartObject();
        json.writeNumberField("line", failure.line());
        json.writeStringField("expected", failure.expected());
        json.writeStringField("found", failure.found());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    out.println();
  }

  private static void messages(JsonGenerator json, Verdict verdict) throws IOException {
    Scenario scenario = verdict.scenario();
    PageLookup pages = new PageLookup(scenario);
    json.writeArrayFieldStart("messages");
    int sequence = 0;
    for (MessageLog.Sent sent : verdict.messages().since(0)) {
      Message message = sent.message();
      json.writeStartObject();
      json.writeNumberField("seq", sequence++);
      json.writeNumberField("t_ns", sent.sentNanos());
      json.writeNumberField("src", message.from());
      json.writeNumberField("dst", message.to());
      json.writeStringField("type", message.type().name());
      json.writeNumberField("bytes", message.bytes());
      json.writeStringField("page", pages.name(message.page()));
      json.writeStringField(
          "thread",
          message.thread() == Message.NO_THREAD
              ? null
              : scenario.threads().get(message.thread()).name());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Prints why a file could not be run. */
  void printError(String file, String error) throws IOException {
    try (JsonGenerator json = line()) {
      json.writeStartObject();
      json.writeStringField("file", file);
      json.writeBooleanField("ok", false);
      json.writeStringField("error", error);
      json.writeEndObject();
    }
    out.println();
  }

  private JsonGenerator line() throws IOException {
    Writer open = out;
    return FACTORY.createGenerator(open).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
  }
}
