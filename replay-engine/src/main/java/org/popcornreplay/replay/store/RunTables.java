package org.popcornreplay.replay.store;

import static org.popcornreplay.replay.store.Column.bigint;
import static org.popcornreplay.replay.store.Column.integer;
import static org.popcornreplay.replay.store.Column.mask;
import static org.popcornreplay.replay.store.Column.word;

import java.util.ArrayList;
import java.util.List;

/** The tables that a run fills with many rows, and their columns as schema.sql has them. */
final class RunTables {
  /** The number that stands for "no thread" and "no page" in the listener's calls. */
  static final int NONE = -1;

  final TableWriter messages;
  final TableWriter faults;
  final TableWriter migrations;
  final TableWriter vmaOps;
  final TableWriter futexOps;
  final TableWriter syncOps;
  final TableWriter wakes;
  final TableWriter syscalls;
  final TableWriter intervals;
  final TableWriter threads;
  final TableWriter objects;
  final TableWriter code;
  final TableWriter pages;
  final TableWriter pageThreads;
  final TableWriter traffic;
  final TableWriter criticalPath;

  private final List<TableWriter> all = new ArrayList<>();
  private final Inserter inserter;
  private final long runId;

  RunTables(Inserter inserter, long runId) {
    this.inserter = inserter;
    this.runId = runId;
    messages =
        table(
            "messages",
            bigint("seq"),
            word("type"),
            integer("src"),
            integer("dst"),
            bigint("bytes"),
            bigint("sent_ns"),
            bigint("delivered_ns"),
            bigint("handled_ns"),
            integer("thread").absentAt(NONE),
            bigint("page").absentAt(NONE),
            integer("result"));
    faults =
        table(
            "faults",
            bigint("fault_id"),
            integer("thread"),
            integer("node"),
            bigint("page"),
            bigint("address"),
            bigint("ip").absentAt(0),
            word("kind"),
            bigint("start_ns"),
            bigint("end_ns"),
            integer("retries"),
            word("result"));
    migrations =
        table(
            "migrations",
            integer("thread"),
            integer("from_node"),
            integer("to_node"),
            word("kind"),
            bigint("start_ns"),
            bigint("end_ns"));
    vmaOps =
        table(
            "vma_ops",
            integer("thread"),
            integer("node"),
            word("op"),
            bigint("address"),
            bigint("length_bytes"),
            bigint("start_ns"),
            bigint("end_ns"),
            word("result"));
    futexOps =
        table(
            "futex_ops",
            integer("thread"),
            integer("node"),
            word("op"),
            bigint("address"),
            bigint("start_ns"),
            bigint("end_ns"),
            integer("woken"),
            word("result"));
    syncOps =
        table(
            "sync_ops",
            integer("thread"),
            integer("node"),
            word("op"),
            bigint("object"),
            bigint("ip").absentAt(0),
            bigint("start_ns"),
            bigint("end_ns"));
    wakes =
        table(
            "wakes",
            integer("thread"),
            integer("by_thread"),
            word("reason"),
            bigint("called_ns"),
            bigint("woken_ns"));
    syscalls =
        table(
            "syscalls",
            integer("thread"),
            integer("node"),
            integer("number"),
            word("name"),
            bigint("start_ns"),
            bigint("end_ns"),
            bigint("result"));
    intervals =
        table(
            "intervals",
            integer("thread"),
            integer("node"),
            word("state"),
            bigint("start_ns"),
            bigint("end_ns"));
    threads =
        table(
            "threads",
            integer("thread"),
            word("name"),
            integer("parent").absentAt(NONE),
            integer("node"),
            bigint("instructions"),
            bigint("accesses"),
            bigint("start_ns"),
            bigint("end_ns"),
            bigint("compute_ns"),
            bigint("fault_ns"),
            bigint("futex_ns"),
            bigint("vma_ns"),
            bigint("migration_ns"),
            bigint("run_queue_ns"),
            bigint("syscall_ns"),
            bigint("idle_ns"),
            bigint("faults"),
            bigint("migrations"));
    objects =
        table(
            "objects",
            bigint("object_id"),
            word("kind"),
            word("name"),
            bigint("address"),
            bigint("size_bytes"),
            integer("thread").absentAt(NONE),
            word("site"),
            bigint("site_ip").absentAt(0),
            bigint("faults"),
            bigint("fault_ns"));
    code =
        table(
            "code",
            bigint("ip"),
            word("function"),
            word("file"),
            integer("line").absentAt(0),
            word("image"));
    pages =
        table(
            "pages",
            bigint("page"),
            word("region"),
            bigint("read_faults"),
            bigint("write_faults"),
            bigint("invalidations"),
            bigint("transfers"),
            bigint("fault_ns"),
            bigint("retries"),
            integer("readers"),
            integer("writers"),
            word("sharing"),
            bigint("true_faults"),
            bigint("false_faults"),
            bigint("true_ns"),
            bigint("false_ns"));
    pageThreads =
        table(
            "page_threads",
            bigint("page"),
            integer("thread"),
            integer("node"),
            bigint("reads"),
            bigint("writes"),
            mask("read_lines"),
            mask("write_lines"),
            bigint("faults"),
            bigint("fault_ns"));
    traffic =
        table(
            "traffic",
            word("type"),
            integer("src"),
            integer("dst"),
            bigint("message_count"),
            bigint("bytes"));
    criticalPath =
        table(
            "critical_path",
            bigint("step"),
            integer("thread"),
            bigint("start_ns"),
            bigint("end_ns"),
            word("entered_by"));
  }

  private TableWriter table(String name, Column... columns) {
    TableWriter writer = new TableWriter(inserter, runId, name, columns);
    all.add(writer);
    return writer;
  }

  /** Hands all rows to DuckDB and returns when they are there. */
  void flush() {
    for (TableWriter writer : all) {
      writer.flush();
    }
    inserter.await();
  }

  /** Rows that have gone to DuckDB so far. */
  long rowsWritten() {
    return all.stream().mapToLong(TableWriter::rowsWritten).sum();
  }
}
