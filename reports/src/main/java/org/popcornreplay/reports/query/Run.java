package org.popcornreplay.reports.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One run, as its row in the table {@code runs} tells it.
 *
 * @param id its number in the store
 * @param simulatedNanos simulated length
 * @param baselineNanos the same with all threads at the origin; 0 where that is not known
 */
public record Run(
    long id,
    String label,
    String program,
    String arguments,
    String traceHash,
    long nodes,
    long coresPerNode,
    String placement,
    String profile,
    String transport,
    String order,
    long pageBytes,
    long seed,
    long simulatedNanos,
    long baselineNanos,
    double speedup,
    long messages,
    long messageBytes,
    long readFaults,
    long writeFaults,
    long upgradeFaults,
    long retries,
    long migrations,
    String recordLevel,
    String started,
    String modelVersion) {

  /** Every run of a store, oldest first. */
  public static List<Run> all(ReportStore store) {
    Rows rows = store.ask("runs", Map.of());
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      runs.add(at(rows, i));
    }
    return List.copyOf(runs);
  }

  private static Run at(Rows rows, int i) {
    return new Run(
        rows.number(i, "run_id"),
        rows.text(i, "label"),
        rows.text(i, "program"),
        rows.text(i, "arguments"),
        rows.text(i, "trace_hash"),
        rows.number(i, "nodes"),
        rows.number(i, "cores"),
        rows.text(i, "placement"),
        rows.text(i, "profile"),
        rows.text(i, "transport"),
        rows.text(i, "order_mode"),
        rows.number(i, "page_bytes"),
        rows.number(i, "seed"),
        rows.number(i, "simulated_ns"),
        rows.number(i, "baseline_ns"),
        rows.real(i, "speedup"),
        rows.number(i, "message_count"),
        rows.number(i, "message_bytes"),
        rows.number(i, "read_faults"),
        rows.number(i, "write_faults"),
        rows.number(i, "upgrade_faults"),
        rows.number(i, "retries"),
        rows.number(i, "migration_count"),
        rows.text(i, "record_level"),
        rows.text(i, "started"),
        rows.text(i, "model_version"));
  }

  /** All page faults. */
  public long faults() {
    return readFaults + writeFaults + upgradeFaults;
  }

  /** Whether the store holds each fault and interval of this run, not only sums. */
  public boolean holdsFaults() {
    return !recordLevel.equals("summary");
  }

  /** Whether the store holds each message of this run, not only sums. */
  public boolean holdsMessages() {
    return recordLevel.equals("messages");
  }

  /** The last part of the program's path. */
  public String programName() {
    return program.substring(program.lastIndexOf('/') + 1);
  }

  /** What tells this run from others, in few words. */
  public String shortName() {
    String nodesText = nodes + (nodes == 1 ? " node" : " nodes");
    return "run " + id + ": " + (label.isBlank() ? nodesText + ", " + placement : label);
  }
}
