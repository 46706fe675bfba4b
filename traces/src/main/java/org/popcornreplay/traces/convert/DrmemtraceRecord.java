package org.popcornreplay.traces.convert;

import java.nio.charset.StandardCharsets;

/**
 * One line of what DynamoRIO's view tool prints, parsed in place. The layouts are those of {@code
 * clients/drcachesim/tools/view.cpp} and {@code view.h} ({@code print_prefix}, {@code
 * parallel_shard_memref}) and of the README files of DynamoRIO's drmemtrace_samples:
 *
 * <pre>
 *    47292: T1774668 ifetch       6 byte(s) @ 0x00000000004053bd 0f 85 …     jnz …   (2021 and 2022)
 *       11911        9759:       21646 read         8 byte(s) @ 0x… by PC 0x…        (since 2022)
 *       11911        9759:    W0.T21646 read …                                       (several inputs)
 * </pre>
 *
 * Record number, instruction number (newer layouts; it counts all threads together, so it is not
 * used), thread, then what happened. Lines of other forms are the header, dividers, totals and what
 * else went to the same terminal.
 */
final class DrmemtraceRecord {
  /** What a line says. */
  enum Kind {
    /** Not a record. */
    NO_RECORD,
    /** A record that cannot be: the line is damaged. */
    DAMAGED,
    /** A record that no trace needs. */
    OTHER,
    /** An instruction is executed: address, locked. */
    INSTRUCTION,
    /** Memory is read: address, bytes, ip. */
    READ,
    /** Memory is written: address, bytes, ip. */
    WRITE,
    /** A system call begins: value = its number. */
    SYSTEM_CALL,
    /** The time: value in microseconds. */
    TIMESTAMP,
    /** What follows was executed by the kernel. */
    KERNEL_BEGINS,
    /** What the kernel executed ends here. */
    KERNEL_ENDS,
    /** What kind of trace it is: value = bits of DynamoRIO's {@code offline_file_type_t}. */
    FILE_TYPE,
    /** The thread has ended. */
    THREAD_EXIT
  }

  private static final byte[] IFETCH = ascii("ifetch ");
  private static final byte[] READ = ascii("read ");
  private static final byte[] WRITE = ascii("write ");
  private static final byte[] PREFETCH = ascii("pref");
  private static final byte[] INSTRUCTION_FLUSH = ascii("iflush ");
  private static final byte[] DATA_FLUSH = ascii("dflush ");
  private static final byte[] BYTES_AT = ascii("byte(s) @ 0x");
  private static final byte[] BY_PC = ascii(" by PC 0x");
  private static final byte[] MARKER = ascii("<marker: ");
  private static final byte[] SYSTEM_CALL = ascii("system call ");
  private static final byte[] TIMESTAMP = ascii("timestamp ");
  private static final byte[] FILE_TYPE = ascii("filetype 0x");
  private static final byte[] TRACE_START = ascii("trace start for ");
  private static final byte[] TRACE_END = ascii("trace end for ");
  private static final byte[] THREAD = ascii("<thread ");
  private static final byte[] EXITED = ascii(" exited>");

  private byte[] text = new byte[0];
  private int end;
  private int at;

  private int workload;
  private int tid;
  private long address;
  private int bytes;
  private long ip;
  private long value;
  private boolean locked;

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The workload of the record, where the layout has one; else 0. */
  int workload() {
    return workload;
  }

  /** The kernel's number of the thread. */
  int tid() {
    return tid;
  }

  /** The address of the instruction or of the memory. */
  long address() {
    return address;
  }

  /** Bytes of the memory; -1 where the number is too large for any access. */
  int bytes() {
    return bytes;
  }

  /** The address of the instruction that accesses memory. */
  long ip() {
    return ip;
  }

  /** See {@link Kind}. */
  long value() {
    return value;
  }

  /** Whether an x86 instruction locks the memory that it changes, as its first bytes say. */
  boolean locked() {
    return locked;
  }

  /** Parses a line. */
  Kind parse(byte[] line, int length) {
    text = line;
    end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    at = 0;
    if (!ordinals()) {
      // What has a record's details has lost its beginning.
      return contains(BYTES_AT) ? Kind.DAMAGED : Kind.NO_RECORD;
    }
    if (!thread()) {
      return Kind.DAMAGED;
    }
    spaces();
    if (at == end) {
      return Kind.DAMAGED;
    }
    if (text[at] == '<') {
      return marker();
    }
    if (isHexByte()) {
      return Kind.OTHER; // the bytes of a long instruction go on
    }
    return details();
  }

  /** The one or two numbers before the colon. */
  private boolean ordinals() {
    spaces();
    if (!digits()) {
      return false;
    }
    if (at < end && text[at] == ' ') {
      spaces();
      if (!digits()) {
        return false;
      }
    }
    if (at + 1 >= end || text[at] != ':' || text[at + 1] != ' ') {
      return false;
    }
    at++;
    return true;
  }

  private boolean thread() {
    spaces();
    workload = 0;
    if (at < end && text[at] == 'W') {
      at++;
      workload = (int) decimal(Integer.MAX_VALUE);
      if (workload < 0 || at == end || text[at++] != '.') {
        return false;
      }
    }
    if (at < end && text[at] == 'T') {
      at++;
    }
    tid = (int) decimal(Integer.MAX_VALUE);
    return tid >= 0 && at < end && text[at] == ' ';
  }

  private Kind marker() {
    if (text[end - 1] != '>') {
      return Kind.DAMAGED;
    }
    if (skip(THREAD)) {
      return decimal(Integer.MAX_VALUE) >= 0 && skip(EXITED) ? Kind.THREAD_EXIT : Kind.DAMAGED;
    }
    if (!skip(MARKER)) {
      return Kind.OTHER;
    }
    if (skip(TRACE_START)) {
      return Kind.KERNEL_BEGINS;
    }
    if (skip(TRACE_END)) {
      return Kind.KERNEL_ENDS;
    }
    if (skip(TIMESTAMP)) {
      value = decimal(Long.MAX_VALUE);
      return value >= 0 ? ofNumber(Kind.TIMESTAMP) : Kind.DAMAGED;
    }
    if (skip(FILE_TYPE)) {
      if (!hex()) {
        return Kind.DAMAGED;
      }
      value = address;
      return ofNumber(Kind.FILE_TYPE);
    }
    if (skip(SYSTEM_CALL)) {
      if (at < end && (text[at] < '0' || text[at] > '9')) {
        return Kind.OTHER; // "system call failed: 2" and what else may come
      }
      value = decimal(Integer.MAX_VALUE);
      return value >= 0 ? ofNumber(Kind.SYSTEM_CALL) : Kind.DAMAGED;
    }
    return Kind.OTHER;
  }

  /** The kind where the marker ends after its number. */
  private Kind ofNumber(Kind kind) {
    return at == end - 1 ? kind : Kind.DAMAGED;
  }

  private Kind details() {
    Kind kind = name();
    if (kind == Kind.DAMAGED) {
      return kind;
    }
    spaces();
    bytes = (int) decimal(Integer.MAX_VALUE);
    spaces();
    if (!skip(BYTES_AT) || !hex()) {
      return Kind.DAMAGED;
    }
    if (kind == Kind.INSTRUCTION) {
      spaces();
      locked = isLocked();
      return kind;
    }
    long data = address;
    if (!skip(BY_PC) || !hex() || at != end) {
      return Kind.DAMAGED;
    }
    ip = address;
    address = data;
    return kind;
  }

  private Kind name() {
    if (skip(IFETCH)) {
      return Kind.INSTRUCTION;
    }
    if (skip(READ)) {
      return Kind.READ;
    }
    if (skip(WRITE)) {
      return Kind.WRITE;
    }
    if (skip(PREFETCH)) { // pref-r-L1 and the like: a hint
      while (at < end && text[at] != ' ') {
        at++;
      }
      return Kind.OTHER;
    }
    return skip(INSTRUCTION_FLUSH) || skip(DATA_FLUSH) ? Kind.OTHER : Kind.DAMAGED;
  }

  /**
   * Whether the instruction's bytes begin with a lock prefix, or are those of xchg, which locks
   * without one.
   */
  private boolean isLocked() {
    while (isHexByte()) {
      int code = Character.digit(text[at], 16) << 4 | Character.digit(text[at + 1], 16);
      switch (code) {
        case 0xf0 -> {
          return true;
        }
        case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3 -> {}
        default -> {
          if ((code & 0xf0) != 0x40) { // REX
            return code == 0x86 || code == 0x87;
          }
        }
      }
      at += 2;
      spaces();
    }
    return false;
  }

  private boolean isHexByte() {
    return at + 1 < end
        && Character.digit(text[at], 16) >= 0
        && Character.digit(text[at + 1], 16) >= 0
        && (at + 2 == end || text[at + 2] == ' ');
  }

  // ---- The pieces of a line.

  private void spaces() {
    while (at < end && text[at] == ' ') {
      at++;
    }
  }

  private boolean digits() {
    int from = at;
    while (at < end && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    return at > from;
  }

  /** A number up to a limit; -1 where there is none or it is larger. */
  private long decimal(long most) {
    int from = at;
    if (!digits() || at - from > 19) {
      return -1;
    }
    long number = 0;
    for (int i = from; i < at; i++) {
      int digit = text[i] - '0';
      if (number > (most - digit) / 10) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  /** Sixteen hexadecimal digits at most, into the address. */
  private boolean hex() {
    int from = at;
    long number = 0;
    for (; at < end && Character.digit(text[at], 16) >= 0; at++) {
      number = number << 4 | Character.digit(text[at], 16);
    }
    address = number;
    return at > from && at - from <= 16;
  }

  private boolean skip(byte[] word) {
    if (!matches(word, at)) {
      return false;
    }
    at += word.length;
    return true;
  }

  private boolean contains(byte[] word) {
    for (int i = 0; i + word.length <= end; i++) {
      if (matches(word, i)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(byte[] word, int from) {
    if (from + word.length > end) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (text[from + i] != word[i]) {
        return false;
      }
    }
    return true;
  }
}
