package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.RegionKind;
import org.popcornreplay.protocol.Vma;
import org.popcornreplay.traces.MapTable;

/**
 * The recorded address space in pages of the run; {@link CoarseMappings} where these are larger
 * than 4096 bytes.
 */
final class AddressSpace {
  private static final int TRACE_PAGE_BYTES = 4096;
  private static final int MAP_SHARED = 1;
  private static final int MAP_SHARED_VALIDATE = 3;
  private static final int MAP_TYPE = 0x0f;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int PROT_EXEC = 4;

  /** A range of pages to map. */
  record Range(long start, long pages, RegionKind kind, int protection, int object) {}

  private final MapTable maps;
  private final PageScale scale;
  private final Object2IntOpenHashMap<String> objects = new Object2IntOpenHashMap<>();
  private final Long2IntOpenHashMap rowOfSequence = new Long2IntOpenHashMap();
  private final CoarseMappings coarse;
  private final TreeMap<Long, Long> textEnds = new TreeMap<>();
  private final int bss;
  private long heapStart;

  AddressSpace(MapTable maps, PageScale scale) {
    this.maps = maps;
    this.scale = scale;
    this.coarse = new CoarseMappings(maps, scale);
    objects.defaultReturnValue(-1);
    objects.put("", 0);
    objects.put("[heap]", Popcorn.HEAP_OBJECT);
    bss = bssRow(maps);
    rowOfSequence.defaultReturnValue(-1);
    for (int row = 0; row < maps.size(); row++) {
      if (maps.sequence(row) >= 0) {
        rowOfSequence.putIfAbsent(maps.sequence(row), row);
      } else if (maps.file(row).equals("[heap]")) {
        heapStart = maps.start(row);
      }
      // Code that shares a page with data is taken as known: no node asks another for executable
      // pages.
      if ((maps.protection(row) & PROT_EXEC) != 0 && (!isCoarse() || coarse.isAlone(row))) {
        textEnds.put(maps.start(row), maps.start(row) + maps.length(row));
      }
    }
  }

  /** Describes the initial address space. */
  void create(Popcorn popcorn) {
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < maps.size(); row++) {
      if (maps.sequence(row) < 0 && maps.length(row) > 0) {
        rows.add(row);
      }
    }
    rows.sort(Comparator.comparingLong(maps::start));
    if (scale.pageBytes() <= TRACE_PAGE_BYTES) {
      for (int row : rows) {
        create(popcorn, range(row));
      }
      return;
    }
    Range open = null; // neighbours of the same kind are one region
    for (int row : rows) {
      for (Range r : coarse.takeMissing(range(row), row)) {
        if (open != null && isSameRegion(open, r) && !coarse.isAlone(row)) {
          open =
              new Range(
                  open.start(), open.pages() + r.pages(), r.kind(), r.protection(), r.object());
        } else {
          create(popcorn, open);
          open = r;
        }
      }
    }
    create(popcorn, open);
  }

  private static boolean isSameRegion(Range a, Range b) {
    return a.start() + a.pages() == b.start()
        && a.kind() == b.kind()
        && a.protection() == b.protection()
        && a.object() == b.object();
  }

  private static void create(Popcorn popcorn, Range r) {
    if (r != null) {
      popcorn.createRegion(r.start(), r.pages(), r.kind(), r.protection(), r.object());
    }
  }

  /** The anonymous mapping directly behind the program's file: its bss; -1 if there is none. */
  static int bssRow(MapTable maps) {
    int lowest = -1;
    for (int row = 0; row < maps.size(); row++) {
      boolean initial = maps.sequence(row) < 0 && maps.length(row) > 0;
      if (initial && (lowest < 0 || maps.start(row) < maps.start(lowest))) {
        lowest = row;
      }
    }
    for (int row = 0; lowest >= 0 && row < maps.size(); row++) {
      boolean anonymous = maps.sequence(row) < 0 && maps.length(row) > 0;
      anonymous &= maps.file(row).isEmpty() && kind(maps.flags(row), "") == RegionKind.ANON;
      for (int before = 0; anonymous && before < maps.size(); before++) {
        if (maps.sequence(before) < 0
            && maps.file(before).equals(maps.file(lowest))
            && !maps.file(before).isEmpty()
            && maps.start(before) + maps.length(before) == maps.start(row)
            && (maps.protection(row) & 7) == (Vma.READ | Vma.WRITE)) {
          return row;
        }
      }
    }
    return -1;
  }

  private Range range(int row) {
    if (row == bss && !isCoarse()) {
      Range r = range(maps.start(row), maps.length(row), maps.protection(row), maps.flags(row), "");
      return new Range(r.start(), r.pages(), RegionKind.HEAP, r.protection(), Popcorn.HEAP_OBJECT);
    }
    return range(
        maps.start(row), maps.length(row), maps.protection(row), maps.flags(row), maps.file(row));
  }

  private Range range(long start, long length, int protection, int flags, String file) {
    long first = scale.pageOf(start);
    long end = scale.pageOf(start + Math.max(1, length) - 1) + 1;
    return new Range(first, end - first, kind(flags, file), protection & 7, object(file));
  }

  /** A private anonymous mapping, readable and writable. */
  Range anonymous(long start, long length) {
    return range(start, length, Vma.READ | Vma.WRITE, MAP_ANONYMOUS, "");
  }

  private int object(String file) {
    int object = objects.getInt(file);
    if (object == -1) {
      object = objects.size();
      objects.put(file, object);
    }
    return object;
  }

  private static RegionKind kind(int flags, String file) {
    int type = flags & MAP_TYPE;
    boolean shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
    return switch (file) {
      case "[stack]" -> RegionKind.STACK;
      case "[heap]" -> RegionKind.HEAP;
      case "[vdso]" -> RegionKind.VDSO;
      case "[vvar]" -> RegionKind.VVAR;
      default -> {
        if (file.isEmpty() || file.startsWith("[") || (flags & MAP_ANONYMOUS) != 0) {
          yield shared ? RegionKind.SHARED_ANON : RegionKind.ANON;
        }
        yield shared ? RegionKind.FILE_SHARED : RegionKind.FILE_PRIVATE;
      }
    };
  }

  /** What the mmap of an event maps. */
  Range mapped(TraceEvent e) {
    int row = rowOfSequence.get(e.sequence());
    if (row >= 0) {
      return range(row);
    }
    return range(e.result(), e.argument(1), (int) e.argument(2), (int) e.argument(3), "");
  }

  /** With pages larger than recorded: what of this range is not mapped yet, and is from now on. */
  List<Range> takeMissing(TraceEvent e, Range wanted) {
    return coarse.takeMissing(wanted, rowOfSequence.get(e.sequence()));
  }

  /** Whether a page of the run may hold several recorded mappings. */
  boolean isCoarse() {
    return scale.pageBytes() > TRACE_PAGE_BYTES;
  }

  long heapStart() {
    return heapStart;
  }

  void heapStart(long address) {
    heapStart = address;
  }

  PageScale scale() {
    return scale;
  }

  /** First address of the executable mapping that holds an address, or -1. */
  long textStart(long address) {
    var entry = textEnds.floorEntry(address);
    return entry != null && address < entry.getValue() ? entry.getKey() : -1;
  }

  long textEnd(long textStart) {
    return textEnds.get(textStart);
  }
}
