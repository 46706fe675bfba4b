package org.popcornreplay.traces;

import static org.popcornreplay.traces.arrow.Column.i32;
import static org.popcornreplay.traces.arrow.Column.i64;
import static org.popcornreplay.traces.arrow.Column.text;
import static org.popcornreplay.traces.arrow.Column.u8;

import java.util.List;
import java.util.Locale;
import org.popcornreplay.traces.arrow.Column;

/** The tables of a trace, with their columns in the order of the file. */
public enum TraceTable {
  /** What one thread did to one page in one slice. */
  VISITS(
      true,
      i32("thread"),
      i64("start"),
      i32("length"),
      i64("page"),
      i32("first_read"),
      i32("first_write"),
      i32("reads"),
      i32("writes"),
      i64("read_lines"),
      i64("write_lines"),
      i64("read_ip"),
      i64("write_ip"),
      u8("flags")),
  /**
   * Single accesses, only where the detail is full: packed, see docs/trace-format.md and {@link
   * AccessCursor}.
   */
  ACCESSES(
      true,
      i32("thread"),
      i32("instructions_delta"),
      i32("site"),
      i32("address_delta_low"),
      i32("address_delta_high")),
  /** What accesses have in common: code address, size, kind, flags; the row number is the site. */
  SITES(false, i64("ip"), i32("bytes"), u8("kind"), u8("flags")),
  /** System calls, synchronisation, thread and heap events. */
  EVENTS(
      true,
      i32("thread"),
      i64("instructions"),
      i64("seq"),
      u8("kind"),
      i32("code"),
      i64("object"),
      i64("a0"),
      i64("a1"),
      i64("a2"),
      i64("a3"),
      i64("a4"),
      i64("a5"),
      i64("result"),
      i64("nanos"),
      i64("ip")),
  /** Threads. */
  THREADS(
      false,
      i32("thread"),
      i32("tid"),
      i32("parent"),
      text("name"),
      i64("stack_low"),
      i64("stack_high"),
      i64("start_seq"),
      i64("exit_seq"),
      i64("instructions"),
      i64("reads"),
      i64("writes")),
  /** Changes of the address space. */
  MAPS(
      false,
      i64("seq"),
      i32("thread"),
      text("op"),
      i64("start"),
      i64("length"),
      i32("prot"),
      i32("flags"),
      i64("offset"),
      text("file")),
  /** Loaded ELF files. */
  IMAGES(
      false, i32("image"), text("path"), text("build_id"), i64("start"), i64("end"), i64("bias")),
  /** Code addresses that occur. */
  CODE(false, i64("ip"), i32("image"), text("function"), text("file"), i32("line")),
  /** Static and global variables. */
  VARIABLES(false, i32("image"), text("name"), i64("address"), i64("bytes")),
  /** Call stacks of allocations. */
  STACKS(false, i32("stack"), i32("depth"), i64("ip"));

  private final boolean byThread;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of, and columns are records
  private final List<Column> columns;

  TraceTable(boolean byThread, Column... columns) {
    this.byThread = byThread;
    this.columns = List.of(columns);
  }

  /** The name that people use: {@code visits}. */
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name of the file in the trace's directory. */
  public String fileName() {
    return tableName() + ".arrows";
  }

  /** True where each batch holds the rows of one thread. */
  public boolean byThread() {
    return byThread;
  }

  /** The columns, in order. */
  public List<Column> columns() {
    return columns;
  }

  /** The position of a column. */
  public int column(String name) {
    for (int c = 0; c < columns.size(); c++) {
      if (columns.get(c).name().equals(name)) {
        return c;
      }
    }
    throw new IllegalArgumentException(tableName() + " has no column " + name);
  }

  /** The table with this name, or null. */
  public static TraceTable named(String name) {
    for (TraceTable table : values()) {
      if (table.tableName().equals(name)) {
        return table;
      }
    }
    return null;
  }

  /** The table with this file, or null. */
  public static TraceTable ofFile(String fileName) {
    for (TraceTable table : values()) {
      if (table.fileName().equals(fileName)) {
        return table;
      }
    }
    return null;
  }
}
