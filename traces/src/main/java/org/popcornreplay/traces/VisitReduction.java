package org.popcornreplay.traces;

import java.util.Arrays;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Turns the accesses of one thread into visits: for each slice and page what was read and written
 * first, how often, and which lines. Accesses and cuts must come in the order of the format; the
 * visits of a slice come out sorted by page when the slice ends.
 */
public final class VisitReduction {
  /** Bytes of a page. */
  public static final int PAGE_BYTES = 4096;

  private static final int PAGE_BITS = 12;
  private static final int LINE_BITS = 6;

  /** The most pages of one slice: 16 GiB. */
  private static final int MAX_SLICE_PAGES = 1 << 22;

  private final int thread;
  private final long sliceInstructions;
  private final VisitSink sink;
  private final SlicePages user = new SlicePages();
  private final SlicePages kernel = new SlicePages();
  private long sliceStart;
  private long kernelAt = -1;

  /**
   * A reduction that begins at the thread's first instruction.
   *
   * @param sliceInstructions the longest slice; {@link Integer#MAX_VALUE} where only cuts end one
   */
  public VisitReduction(int thread, long sliceInstructions, VisitSink sink) {
    if (sliceInstructions < 1 || sliceInstructions > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("slice=" + sliceInstructions);
    }
    this.thread = thread;
    this.sliceInstructions = sliceInstructions;
    this.sink = sink;
  }

  /** The thread accessed memory; the arguments are those of a row of accesses. */
  public void access(long instructions, long address, int bytes, int kind, long ip, int flags) {
    boolean byKernel = (flags & VisitFlags.KERNEL) != 0;
    SlicePages pages;
    int offset;
    if (byKernel) {
      if (instructions != kernelAt) {
        endKernel();
        kernelAt = instructions;
      }
      pages = kernel;
      offset = 0;
    } else {
      endKernel();
      long into = instructions - sliceStart;
      if (into >= sliceInstructions) {
        endSlice(sliceStart + sliceInstructions);
        sliceStart += into / sliceInstructions * sliceInstructions;
        into = instructions - sliceStart;
      }
      pages = user;
      offset = (int) into;
    }
    long last = address + Math.max(bytes, 1) - 1;
    long page = address >>> PAGE_BITS;
    long lastPage = last >>> PAGE_BITS;
    if (page == lastPage) {
      pages.touch(page, lines(address, last), offset, kind, ip);
      return;
    }
    long from = address;
    while (page < lastPage) {
      pages.touch(page, lines(from, from | (PAGE_BYTES - 1)), offset, kind, ip);
      page++;
      from = page << PAGE_BITS;
    }
    pages.touch(page, lines(from, last), offset, kind, ip);
  }

  /** A cutting event: the slice ends here, the next one begins here. */
  public void cut(long instructions) {
    endKernel();
    endSlice(Math.min(instructions, sliceStart + sliceInstructions));
    sliceStart = instructions;
  }

  /** The thread has no more records. */
  public void end(long instructions) {
    cut(instructions);
  }

  /** Bits of the 64-byte lines from one address to another in one page. */
  private static long lines(long first, long last) {
    int low = (int) (first >>> LINE_BITS) & 63;
    int high = (int) (last >>> LINE_BITS) & 63;
    return -1L >>> (63 - (high - low)) << low;
  }

  private void endSlice(long end) {
    if (user.size > 0) {
      user.emit(thread, sliceStart, Math.toIntExact(end - sliceStart), 0, sink);
    }
  }

  private void endKernel() {
    if (kernel.size > 0) {
      kernel.emit(thread, kernelAt, 0, VisitFlags.KERNEL, sink);
    }
    kernelAt = -1;
  }

  /** The pages of one slice: an open hash table whose entries lose validity all at once. */
  private static final class SlicePages {
    private long[] keys = new long[64];
    private int[] epochs = new int[64];
    private int[] slots = new int[64];
    private int epoch = 1;
    private long lastPage = -1;
    private int lastSlot = -1;
    int size;

    private long[] page = new long[32];
    private int[] firstRead = new int[32];
    private int[] firstWrite = new int[32];
    private int[] reads = new int[32];
    private int[] writes = new int[32];
    private long[] readLines = new long[32];
    private long[] writeLines = new long[32];
    private long[] readIp = new long[32];
    private long[] writeIp = new long[32];
    private byte[] flags = new byte[32];
    private long[] order = new long[32];

    void touch(long number, long lines, int offset, int kind, long ip) {
      int i = number == lastPage ? lastSlot : slot(number);
      boolean firstUpdate = false;
      if (AccessKind.reads(kind)) {
        if (reads[i]++ == 0) {
          firstRead[i] = offset;
          readIp[i] = ip;
          firstUpdate = kind == AccessKind.UPDATE;
        }
        readLines[i] |= lines;
      }
      if (AccessKind.writes(kind)) {
        if (writes[i]++ == 0) {
          firstWrite[i] = offset;
          writeIp[i] = ip;
          if (kind == AccessKind.LOCKED_UPDATE) {
            flags[i] |= VisitFlags.FIRST_WRITE_LOCKED;
          } else if (firstUpdate) {
            flags[i] |= VisitFlags.FIRST_UPDATE;
          }
        }
        writeLines[i] |= lines;
      }
    }

    private int slot(long number) {
      int mask = keys.length - 1;
      int at = (int) ((number * 0x9E3779B97F4A7C15L) >>> 40) & mask;
      while (epochs[at] == epoch) {
        if (keys[at] == number) {
          lastPage = number;
          lastSlot = slots[at];
          return lastSlot;
        }
        at = (at + 1) & mask;
      }
      if (size * 2 >= keys.length) {
        rehash();
        return slot(number);
      }
      if (size == MAX_SLICE_PAGES) {
        throw CommandException.badInput(
            "slice: pages=" + (size + 1L) + ", expected at most " + MAX_SLICE_PAGES);
      }
      int i = size++;
      if (i == page.length) {
        grow();
      }
      keys[at] = number;
      epochs[at] = epoch;
      slots[at] = i;
      page[i] = number;
      firstRead[i] = -1;
      firstWrite[i] = -1;
      reads[i] = 0;
      writes[i] = 0;
      readLines[i] = 0;
      writeLines[i] = 0;
      readIp[i] = 0;
      writeIp[i] = 0;
      flags[i] = 0;
      lastPage = number;
      lastSlot = i;
      return i;
    }

    private void rehash() {
      int length = keys.length * 2;
      keys = new long[length];
      epochs = new int[length];
      slots = new int[length];
      epoch = 1;
      for (int i = 0; i < size; i++) {
        int at = (int) ((page[i] * 0x9E3779B97F4A7C15L) >>> 40) & (length - 1);
        while (epochs[at] == epoch) {
          at = (at + 1) & (length - 1);
        }
        keys[at] = page[i];
        epochs[at] = epoch;
        slots[at] = i;
      }
    }

    private void grow() {
      int n = page.length * 2;
      page = Arrays.copyOf(page, n);
      firstRead = Arrays.copyOf(firstRead, n);
      firstWrite = Arrays.copyOf(firstWrite, n);
      reads = Arrays.copyOf(reads, n);
      writes = Arrays.copyOf(writes, n);
      readLines = Arrays.copyOf(readLines, n);
      writeLines = Arrays.copyOf(writeLines, n);
      readIp = Arrays.copyOf(readIp, n);
      writeIp = Arrays.copyOf(writeIp, n);
      flags = Arrays.copyOf(flags, n);
    }

    void emit(int thread, long start, int length, int commonFlags, VisitSink sink) {
      if (isAscending()) {
        for (int i = 0; i < size; i++) {
          emit(i, thread, start, length, commonFlags, sink);
        }
      } else {
        if (order.length < size) {
          order = new long[page.length];
        }
        System.arraycopy(page, 0, order, 0, size);
        Arrays.sort(order, 0, size);
        for (int i = 0; i < size; i++) {
          emit(slot(order[i]), thread, start, length, commonFlags, sink);
        }
      }
      size = 0;
      lastPage = -1;
      lastSlot = -1;
      if (++epoch == 0) { // wrapped around: old marks could look new
        Arrays.fill(epochs, 0);
        epoch = 1;
      }
    }

    /** Whether the pages were first touched in the order of their numbers, as loops do. */
    private boolean isAscending() {
      for (int i = 1; i < size; i++) {
        if (page[i] < page[i - 1]) {
          return false;
        }
      }
      return true;
    }

    private void emit(int i, int thread, long start, int length, int commonFlags, VisitSink sink) {
      sink.visit(
          thread,
          start,
          length,
          page[i],
          firstRead[i],
          firstWrite[i],
          reads[i],
          writes[i],
          readLines[i],
          writeLines[i],
          readIp[i],
          writeIp[i],
          flags[i] | commonFlags);
    }
  }
}
