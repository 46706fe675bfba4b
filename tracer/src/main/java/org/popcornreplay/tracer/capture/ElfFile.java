package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;

/** What a trace needs of a loaded ELF file: where it was linked, its build id, its variables. */
final class ElfFile {
  /** Receives each variable. */
  @FunctionalInterface
  interface Variables {
    /** A variable at its linked address. */
    void variable(String name, long address, long bytes);
  }

  private static final int MAGIC = 0x464C457F;
  private static final int HEADER_BYTES = 64;
  private static final int SECTION_BYTES = 64;
  private static final int SEGMENT_BYTES = 56;
  private static final int SYMBOL_BYTES = 24;
  private static final int PT_LOAD = 1;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_NOTE = 7;
  private static final int SHT_DYNSYM = 11;
  private static final int STT_OBJECT = 1;
  private static final int NT_GNU_BUILD_ID = 3;
  private static final int MAX_NAME_BYTES = 4096;
  private static final long PAGE_MASK = ~0xfffL;

  private final ByteBuffer file;

  private ElfFile(ByteBuffer file) {
    this.file = file;
  }

  /** Opens a 64-bit ELF file; null where it is none. */
  static ElfFile open(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < HEADER_BYTES || size > Integer.MAX_VALUE) {
        return null;
      }
      ByteBuffer bytes =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, size).order(ByteOrder.LITTLE_ENDIAN);
      boolean elf64 = bytes.getInt(0) == MAGIC && bytes.get(4) == 2;
      return elf64 ? new ElfFile(bytes) : null;
    }
  }

  /** Lowest linked page address of the loaded segments. */
  long lowest() {
    long lowest = Long.MAX_VALUE;
    for (int i = 0; i < segments(); i++) {
      if (isLoaded(i)) {
        lowest = Math.min(lowest, file.getLong(segment(i) + 16) & PAGE_MASK);
      }
    }
    return lowest == Long.MAX_VALUE ? 0 : lowest;
  }

  /** Linked address of the end of the loaded segments, memory that is in no file included. */
  long highest() {
    long highest = 0;
    for (int i = 0; i < segments(); i++) {
      if (isLoaded(i)) {
        highest = Math.max(highest, file.getLong(segment(i) + 16) + file.getLong(segment(i) + 40));
      }
    }
    return highest;
  }

  /**
   * Address in memory minus linked address where a mapping of the file begins at an address, or
   * {@link Long#MIN_VALUE} where no loaded segment begins at this offset of the file.
   */
  long biasOf(long address, long offset) {
    for (int i = 0; i < segments(); i++) {
      if (isLoaded(i) && (file.getLong(segment(i) + 8) & PAGE_MASK) == offset) {
        return address - (file.getLong(segment(i) + 16) & PAGE_MASK);
      }
    }
    return Long.MIN_VALUE;
  }

  private int segments() {
    return Short.toUnsignedInt(file.getShort(56));
  }

  private int segment(int index) {
    return (int) (file.getLong(32) + (long) index * SEGMENT_BYTES);
  }

  private boolean isLoaded(int index) {
    return inside(file.getLong(32) + (long) index * SEGMENT_BYTES, SEGMENT_BYTES)
        && file.getInt(segment(index)) == PT_LOAD;
  }

  /** The GNU build id in hexadecimal, or the empty string. */
  String buildId() {
    for (int i = 0; i < sections(); i++) {
      long at = section(i);
      if (at < 0 || file.getInt((int) at + 4) != SHT_NOTE) {
        continue;
      }
      long offset = file.getLong((int) at + 24);
      long size = file.getLong((int) at + 32);
      if (!inside(offset, size) || size < 16) {
        continue;
      }
      int nameBytes = file.getInt((int) offset);
      int idBytes = file.getInt((int) offset + 4);
      if (file.getInt((int) offset + 8) == NT_GNU_BUILD_ID
          && nameBytes == 4
          && idBytes > 0
          && idBytes <= 64
          && inside(offset + 16, idBytes)) {
        byte[] id = new byte[idBytes];
        file.get((int) offset + 16, id);
        return HexFormat.of().formatHex(id);
      }
    }
    return "";
  }

  /** Tells the static and global variables: the full symbol table, or else the dynamic one. */
  void variables(Variables to) {
    int wanted = hasSection(SHT_SYMTAB) ? SHT_SYMTAB : SHT_DYNSYM;
    for (int i = 0; i < sections(); i++) {
      long at = section(i);
      if (at >= 0 && file.getInt((int) at + 4) == wanted) {
        symbols(at, to);
      }
    }
  }

  private void symbols(long at, Variables to) {
    long offset = file.getLong((int) at + 24);
    long size = file.getLong((int) at + 32);
    long names = section(file.getInt((int) at + 40));
    if (!inside(offset, size) || names < 0) {
      return;
    }
    long nameOffset = file.getLong((int) names + 24);
    long nameBytes = file.getLong((int) names + 32);
    if (!inside(nameOffset, nameBytes)) {
      return;
    }
    for (long symbol = offset; symbol + SYMBOL_BYTES <= offset + size; symbol += SYMBOL_BYTES) {
      int type = file.get((int) symbol + 4) & 15;
      int definedIn = Short.toUnsignedInt(file.getShort((int) symbol + 6));
      long value = file.getLong((int) symbol + 8);
      long bytes = file.getLong((int) symbol + 16);
      long name = Integer.toUnsignedLong(file.getInt((int) symbol));
      if (type == STT_OBJECT && definedIn != 0 && bytes > 0 && name < nameBytes) {
        to.variable(text(nameOffset + name, nameOffset + nameBytes), value, bytes);
      }
    }
  }

  private String text(long from, long limit) {
    int end = (int) from;
    long last = Math.min(limit, from + MAX_NAME_BYTES);
    while (end < last && file.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - (int) from];
    file.get((int) from, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private boolean hasSection(int type) {
    for (int i = 0; i < sections(); i++) {
      long at = section(i);
      if (at >= 0 && file.getInt((int) at + 4) == type) {
        return true;
      }
    }
    return false;
  }

  private int sections() {
    return Short.toUnsignedInt(file.getShort(60));
  }

  private long section(int index) {
    long at = file.getLong(40) + (long) index * SECTION_BYTES;
    return index >= 0 && index < sections() && inside(at, SECTION_BYTES) ? at : -1;
  }

  private boolean inside(long offset, long length) {
    return offset >= 0 && length >= 0 && offset <= file.limit() && length <= file.limit() - offset;
  }
}
