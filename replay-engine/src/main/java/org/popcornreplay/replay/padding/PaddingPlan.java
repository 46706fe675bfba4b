package org.popcornreplay.replay.padding;

import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.popcornreplay.replay.heap.AllocationSites;
import org.popcornreplay.replay.heap.HeapHistory;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.VariableTable;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Decides where objects that shall have pages of their own lie. In a trace of visits they move by
 * whole 64-byte lines; in one of full detail by bytes. An object is cut where other threads begin
 * to write it, or into parts of a given size, and each part begins on a page.
 */
public final class PaddingPlan {
  private static final int LINE_BYTES = 64;
  private static final int WORD_BYTES = 8;
  private static final int TRACE_PAGE_BYTES = 4096;
  private static final long MOST_PIECES = 1L << 26;
  private static final long MOST_PAGES = 1L << 20;

  private final TraceReader trace;
  private final HeapHistory heap;
  private final int threads;
  private final int pageBytes;
  private final int pieceBytes;
  private final List<Extent> extents = new ArrayList<>();
  private final int[] extentOfBlock;

  private PaddingPlan(TraceReader trace, HeapHistory heap, int threads, int pageBytes) {
    this.trace = trace;
    this.heap = heap;
    this.threads = threads;
    this.pageBytes = Math.max(TRACE_PAGE_BYTES, pageBytes);
    pieceBytes = trace.manifest().fullDetail() ? WORD_BYTES : LINE_BYTES;
    extentOfBlock = new int[heap.size()];
    Arrays.fill(extentOfBlock, -1);
  }

  /**
   * Plans pages for objects.
   *
   * @param objects {@code NAME} of a variable or {@code FILE:LINE} of allocations, each with {@code
   *     /BYTES} where the size of its parts is given
   * @param pageBytes page size of the run
   */
  public static Padding of(
      TraceReader trace, HeapHistory heap, int threads, List<String> objects, int pageBytes) {
    return new PaddingPlan(trace, heap, threads, pageBytes).plan(objects);
  }

  private Padding plan(List<String> objects) {
    List<PadTarget> targets = new ArrayList<>();
    for (String text : objects) {
      PadTarget target = PadTarget.parse(text);
      if (target.partBytes() % pieceBytes != 0) {
        throw CommandException.usage(
            "--pad="
                + text
                + ", expected parts of a multiple of "
                + pieceBytes
                + " bytes, since the trace does not tell smaller ones apart");
      }
      int before = extents.size();
      findVariables(target);
      findBlocks(target);
      if (extents.size() == before) {
        throw CommandException.usage(
            "--pad="
                + text
                + ", expected a variable (popcorn-trace dump --table variables) or the FILE:LINE of"
                + " an allocation of the trace that is not named yet");
      }
      targets.add(target);
    }
    List<Parts.Range> whole = wholeRanges();
    long[] cutsFrom = new long[whole.size() + 1];
    for (int i = 0; i < whole.size(); i++) {
      long bytes = whole.get(i).end() - whole.get(i).start();
      cutsFrom[i + 1] = cutsFrom[i] + (bytes + pieceBytes - 1) / pieceBytes;
    }
    if (cutsFrom[whole.size()] > MOST_PIECES) {
      throw CommandException.usage(
          "--pad="
              + objects.get(0)
              + ", expected objects of at most "
              + MOST_PIECES * pieceBytes
              + " bytes in all");
    }
    Parts unmoved = parts(whole);
    Users users = users(unmoved, cutsFrom);
    return laidOut(targets, whole, cutsFrom, users);
  }

  private Parts parts(List<Parts.Range> ranges) {
    boolean[] conditional = new boolean[extents.size()];
    for (int i = 0; i < conditional.length; i++) {
      Extent e = extents.get(i);
      conditional[i] = e.block() >= 0 && heap.isReused(e.address(), e.end(), e.block());
    }
    return new Parts(heap, extents, extentOfBlock, conditional, ranges);
  }

  // ---- Which objects.

  private void findVariables(PadTarget target) {
    VariableTable variables = trace.variables();
    LongOpenHashSet seen = new LongOpenHashSet();
    for (int row = 0; row < variables.size(); row++) {
      boolean meant = variables.name(row).equals(target.name()) && variables.bytes(row) > 0;
      if (meant && isFree(variables.address(row)) && seen.add(variables.address(row))) {
        extents.add(
            new Extent(
                target,
                "variable",
                target.name(),
                variables.address(row),
                variables.bytes(row),
                -1,
                -1,
                "",
                0));
      }
    }
  }

  private boolean isFree(long address) {
    for (Extent e : extents) {
      if (e.block() < 0 && address >= e.address() && address < e.end()) {
        return false;
      }
    }
    return true;
  }

  private void findBlocks(PadTarget target) {
    for (int block = 0; block < heap.size(); block++) {
      AllocationSites.Site site = heap.site(block);
      if (site.text().isEmpty() || extentOfBlock[block] >= 0 || !target.isSite(site.text())) {
        continue;
      }
      int last = extents.size() - 1;
      // Blocks that took turns at one address share their new pages too.
      boolean again =
          last >= 0
              && extents.get(last).target().equals(target)
              && extents.get(last).address() == heap.address(block)
              && extents.get(last).bytes() == heap.bytes(block);
      if (!again) {
        extents.add(
            new Extent(
                target,
                "heap",
                heap.name(block),
                heap.address(block),
                heap.bytes(block),
                block,
                heap.thread(block),
                site.text(),
                site.ip()));
        last++;
      }
      extentOfBlock[block] = last;
    }
  }

  // ---- Which lines.

  /** The range of each extent; two that share a line leave it to the one that has more of it. */
  private List<Parts.Range> wholeRanges() {
    Integer[] order = new Integer[extents.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(i -> extents.get(i).address()));
    long[] start = new long[order.length];
    long[] end = new long[order.length];
    int granule = trace.manifest().fullDetail() ? 1 : LINE_BYTES;
    for (int i = 0; i < order.length; i++) {
      Extent e = extents.get(order[i]);
      start[i] = e.address() / granule * granule;
      end[i] = (e.end() + granule - 1) / granule * granule;
      if (i > 0 && extents.get(order[i - 1]).end() <= e.address() && end[i - 1] > start[i]) {
        long line = start[i];
        long before = extents.get(order[i - 1]).end() - Math.max(line, start[i - 1]);
        long after = Math.min(line + granule, e.end()) - e.address();
        if (after > before) {
          end[i - 1] = line;
        } else {
          start[i] = line + granule;
        }
      }
    }
    Parts.Range[] ranges = new Parts.Range[order.length];
    for (int i = 0; i < order.length; i++) {
      ranges[order[i]] = new Parts.Range(order[i], start[i], Math.max(start[i], end[i]), start[i]);
    }
    return new ArrayList<>(Arrays.asList(ranges));
  }

  // ---- Who writes them.

  private Users users(Parts unmoved, long[] cutsFrom) {
    Users users = new Users((int) cutsFrom[unmoved.size()]);
    for (int t = 0; t < threads; t++) {
      if (trace.manifest().fullDetail()) {
        ThreadCursor accesses =
            trace.cursor(
                t,
                trace.manifest().sliceInstructions(),
                (thread, address, bytes, writes, sequence) -> {
                  int part = unmoved.at(address, sequence);
                  if (part >= 0) {
                    users.touch(piece(unmoved, cutsFrom, part, address), thread, writes);
                  }
                  return address;
                });
        while (accesses.next()) {
          // Each access is told on the way.
        }
      } else {
        visits(unmoved, cutsFrom, users, t);
      }
    }
    return users;
  }

  private int piece(Parts parts, long[] cutsFrom, int part, long address) {
    return (int) (cutsFrom[part] + (address - parts.start(part)) / pieceBytes);
  }

  private void visits(Parts unmoved, long[] cutsFrom, Users users, int thread) {
    ThreadCursor cursor = trace.cursor(thread);
    long sequence = -1;
    while (cursor.next()) {
      if (cursor.isEvent()) {
        sequence = cursor.sequence();
        continue;
      }
      int[] here = unmoved.onPage(cursor.page());
      if (here == null) {
        continue;
      }
      for (int part : here) {
        long lines = unmoved.lines(part, cursor.page());
        long touched = (cursor.readLines() | cursor.writeLines()) & lines;
        if (touched == 0 || !unmoved.applies(part, sequence)) {
          continue;
        }
        for (long left = touched; left != 0; left &= left - 1) {
          int line = Long.numberOfTrailingZeros(left);
          long address = cursor.page() * TRACE_PAGE_BYTES + (long) line * LINE_BYTES;
          int piece = piece(unmoved, cutsFrom, part, address);
          if ((cursor.readLines() >>> line & 1) != 0) {
            users.touch(piece, thread, false);
          }
          if ((cursor.writeLines() >>> line & 1) != 0) {
            users.touch(piece, thread, true);
          }
        }
      }
    }
  }

  // ---- Where they go.

  private Padding laidOut(
      List<PadTarget> targets, List<Parts.Range> whole, long[] cutsFrom, Users users) {
    List<Parts.Range> cut = new ArrayList<>();
    long offset = 0;
    long[] pages = new long[whole.size()];
    int[] parts = new int[whole.size()];
    for (int i = 0; i < whole.size(); i++) {
      Parts.Range range = whole.get(i);
      long partStart = range.start();
      while (partStart < range.end()) {
        long partEnd = partEnd(range, partStart, cutsFrom[i], users);
        // The part keeps its place in its line, so that what lay on one line still does.
        long into = partStart % LINE_BYTES;
        cut.add(new Parts.Range(i, partStart, partEnd, offset + into));
        long taken = (into + partEnd - partStart + pageBytes - 1) / pageBytes;
        offset += taken * pageBytes;
        pages[i] += taken;
        parts[i]++;
        partStart = partEnd;
      }
      if (offset / pageBytes > MOST_PAGES) {
        throw CommandException.usage(
            "--pad="
                + extents.get(i).target().text()
                + ", expected at most "
                + MOST_PAGES
                + " pages of objects");
      }
    }
    Room room = Room.of(trace.maps(), Math.max(1, offset), pageBytes);
    List<Parts.Range> placed = new ArrayList<>();
    List<PaddedObject> objects = new ArrayList<>();
    for (Parts.Range r : cut) {
      long to = room.start() + r.to();
      placed.add(new Parts.Range(r.extent(), r.start(), r.end(), to));
      objects.add(object(extents.get(r.extent()), r, to));
    }
    return new Padding(
        trace,
        parts(placed),
        room.maps(),
        heap.without(extentOfBlock),
        objects,
        told(targets, whole, parts, pages));
  }

  /** Where the part that begins here ends. */
  private long partEnd(Parts.Range range, long partStart, long firstPiece, Users users) {
    long partBytes = extents.get(range.extent()).target().partBytes();
    if (partBytes > 0) {
      long done = partStart - range.start();
      return Math.min(range.end(), range.start() + (done / partBytes + 1) * partBytes);
    }
    int owner = Users.UNTOUCHED;
    for (long at = partStart; at < range.end(); at += pieceBytes) {
      int next = users.owner((int) (firstPiece + (at - range.start()) / pieceBytes));
      if (next != Users.UNTOUCHED && owner != Users.UNTOUCHED && next != owner) {
        return at;
      }
      owner = next == Users.UNTOUCHED ? owner : next;
    }
    return range.end();
  }

  private static PaddedObject object(Extent e, Parts.Range r, long to) {
    long first = Math.max(e.address(), r.start());
    long last = Math.min(e.end(), r.end());
    String name = first == e.address() ? e.name() : e.name() + "+" + (first - e.address());
    return new PaddedObject(
        e.kind(),
        name,
        to + first - r.start(),
        last - first,
        e.thread(),
        e.site(),
        e.siteIp(),
        first);
  }

  private List<PaddedTarget> told(
      List<PadTarget> targets, List<Parts.Range> whole, int[] parts, long[] pages) {
    List<PaddedTarget> told = new ArrayList<>();
    for (PadTarget target : targets) {
      int objects = 0;
      int pieces = 0;
      long taken = 0;
      long foreign = 0;
      for (int i = 0; i < extents.size(); i++) {
        Extent e = extents.get(i);
        if (e.target().equals(target)) {
          objects++;
          pieces += parts[i];
          taken += pages[i];
          Parts.Range r = whole.get(i);
          foreign += Math.max(0, e.address() - r.start()) + Math.max(0, r.end() - e.end());
        }
      }
      told.add(new PaddedTarget(target.text(), objects, pieces, taken, foreign));
    }
    return told;
  }
}
