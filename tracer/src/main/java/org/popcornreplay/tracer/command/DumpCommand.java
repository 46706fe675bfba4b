package org.popcornreplay.tracer.command;

import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.popcornreplay.traces.TableScan;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.TraceTable;
import org.popcornreplay.traces.cli.CommandException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** popcorn-trace dump. */
@Command(name = "dump", description = "Prints rows of a trace.", mixinStandardHelpOptions = true)
public final class DumpCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TRACE", description = "Directory of the trace.")
  private Path trace;

  @Option(
      names = "--table",
      paramLabel = "NAME",
      description =
          "visits, accesses, sites, events, threads, maps, images, code, variables or"
              + " stacks; default: visits, or accesses where the detail is full.")
  private String tableName;

  @Option(
      names = "--thread",
      defaultValue = "-1",
      paramLabel = "N",
      description = "Only this thread.")
  private int thread;

  @Option(
      names = "--from",
      defaultValue = "0",
      paramLabel = "N",
      description = "Leave out the first N rows.")
  private long from;

  @Option(
      names = "--limit",
      defaultValue = "9223372036854775807",
      paramLabel = "N",
      description = "At most N rows.")
  private long limit;

  @ArgGroup(exclusive = true)
  private Format format;

  /** How rows look. */
  static final class Format {
    @Option(names = "--csv", description = "Comma-separated, with a header line.")
    private boolean csv;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;
  }

  @Override
  public void run() {
    if (thread < -1) {
      throw CommandException.usage("--thread=" + thread + ", expected 0 or more");
    }
    Limits.check("--from", from, 0, Long.MAX_VALUE);
    Limits.check("--limit", limit, 0, Long.MAX_VALUE);
    try (TraceReader reader = TraceReader.open(trace)) {
      TraceTable table = table(reader);
      if (thread >= 0 && !table.byThread()) {
        throw CommandException.usage(
            "--thread=" + thread + ", expected a table by thread, not " + table.tableName());
      }
      if (thread >= 0 && reader.threads().row(thread) < 0) {
        throw CommandException.usage("--thread=" + thread + ", expected a thread of the trace");
      }
      PrintWriter end = spec.commandLine().getOut();
      PrintWriter out = new PrintWriter(new BufferedWriter(end, 1 << 16));
      TableScan scan = new TableScan(reader, table);
      RowText text = rowText(table);
      out.print(text.header(scan.columns()));
      RowWindow window = new RowWindow(from, limit, text, out, end);
      scan.run(thread, window::take);
      out.flush();
    }
  }

  private RowText rowText(TraceTable table) {
    boolean events = table == TraceTable.EVENTS;
    RowText.Style style = RowText.Style.TABS;
    if (format != null && format.csv) {
      style = RowText.Style.CSV;
    } else if (format != null && format.json) {
      style = RowText.Style.JSON;
    }
    return new RowText(style, events);
  }

  private TraceTable table(TraceReader reader) {
    if (tableName == null) {
      return reader.manifest().fullDetail() ? TraceTable.ACCESSES : TraceTable.VISITS;
    }
    TraceTable table = TraceTable.named(tableName);
    if (table == null) {
      throw CommandException.usage(
          "--table="
              + tableName
              + ", expected one of "
              + Arrays.stream(TraceTable.values())
                  .map(TraceTable::tableName)
                  .collect(Collectors.joining(", ")));
    }
    return table;
  }
}
