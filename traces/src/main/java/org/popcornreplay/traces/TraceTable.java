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
  /**
   * What one thread did to one page in one slice: packed, see docs/trace-format.md and {@link
   * TableScan}.
   */
  VISITS(
      true,
      i32("thread"),
      u8("page_delta"),
      u8("first_read_low"),
      u8("first_read_high"),
      u8("reads_low"),
      u8("read_line"),
      u8("read_run"),
      u8("read_site_low"),
      u8("read_site_high"),
      i32("gap"),
      i32("length_delta"),
      i32("first_rest"),
      i32("site_rest"),
      i32("reads_rest"),
      i32("writes_rest"),
      u8("first_write_low"),
      u8("first_write_high"),
      u8("writes_low"),
      u8("write_line"),
      u8("write_run"),
      u8("write_site_low"),
      u8("write_site_high"),
      u8("flags"),
      i64("other_page"),
      i64("read_lines_rest"),
      i64("write_lines_rest")),
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
  /**
   * What accesses have in common: code address, size, kind, flags; the row number is the site. For
   * visits, where the first ones of a page were made.
   */
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

  /** The columns of the file, in order. */
  public List<Column> columns() {
    return columns;
  }

  /** Whether a table by thread has plain columns in a trace of a version of the format. */
  boolean isPlain(int formatVersion) {
    return this == EVENTS || (this == VISITS && formatVersion < Manifest.PACKED_VISITS);
  }

  /** The columns of the file in a trace of a version of the format. */
  List<Column> columns(int formatVersion) {
    return this == VISITS && isPlain(formatVersion) ? VisitColumns.PLAIN : columns;
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
