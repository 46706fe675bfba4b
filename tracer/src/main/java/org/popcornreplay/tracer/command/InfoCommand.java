package org.popcornreplay.tracer.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.popcornreplay.traces.ChildTraces;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.TraceSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** popcorn-trace info. */
@Command(name = "info", description = "Shows what a trace holds.", mixinStandardHelpOptions = true)
public final class InfoCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TRACE", description = "Directory of the trace.")
  private Path trace;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public void run() {
    try (TraceReader reader = TraceReader.open(trace)) {
      ObjectNode facts = TraceSummary.of(reader).toJson();
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(new ObjectMapper().writeValueAsString(facts));
      } else {
        JsonNode processes = facts.remove(ChildTraces.KEY);
        facts
            .properties()
            .forEach(
                fact ->
                    out.printf(
                        Locale.ROOT,
                        "%-20s %s%n",
                        fact.getKey().replace('_', ' '),
                        fact.getValue().isTextual()
                            ? Printable.line(fact.getValue().textValue())
                            : fact.getValue()));
        if (processes != null) {
          processes.forEach(process -> out.println(Printable.line(line(process))));
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // a tree of numbers and texts is always JSON
    }
  }

  /** A process that was followed, on one line. */
  private static String line(JsonNode process) {
    StringBuilder words = new StringBuilder(process.path("program").asText());
    process.path("arguments").forEach(word -> words.append(' ').append(word.asText()));
    return String.format(
        Locale.ROOT,
        "%-20s %s: pid %d, %s of %d, exit code %s%s",
        process.path("trace").asText(),
        words,
        process.path("pid").asLong(),
        process.path("began").asText(),
        process.path("from").asLong(),
        process.path("exit_code").asText("unknown"),
        process.path("complete").asBoolean() ? "" : ", incomplete");
  }
}
