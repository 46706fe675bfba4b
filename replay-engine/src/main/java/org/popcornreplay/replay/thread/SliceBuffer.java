package org.popcornreplay.replay.thread;

import java.util.Arrays;
import java.util.List;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.VisitFlags;

/**
 * One slice of a thread: its visits as accesses that need a right at an instruction, and the atomic
 * operations among them. The accesses are put in order only where not all of them hit at once.
 */
final class SliceBuffer {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int ATOMIC = 2;

  /** Behind a read: what it waits for must have happened. */
  static final int LOOK = 3;

  /** Not an access: the thread waits here for the exit of another. */
  static final int JOIN = 4;

  /** Not an access: the thread waits here for the store of another. */
  static final int SPIN = 5;

  /** Not an access: what others wait for has happened with the write before. */
  static final int STORE = 6;

  private static final int KIND_BITS = 3;

  /** Behind whatever else happens at the same instruction. */
  private static final int LAST_ITEM = 1 << 28;

  private static final int CACHE = 1024;
  private static final int FEW = 16;

  private final PageScale scale;
  private final Popcorn popcorn;
  private final boolean updateReadsFirst;

  private int size;
  private long[] page = new long[16];
  private int[] index = new int[16];
  private int[] firstRead = new int[16];
  private int[] firstWrite = new int[16];
  private long[] readIp = new long[16];
  private long[] writeIp = new long[16];
  private int[] reads = new int[16];
  private int[] writes = new int[16];
  private long[] readLines = new long[16];
  private long[] writeLines = new long[16];

  private int atomics;
  private int[] atomicOffset = new int[4];
  private long[] atomicAddress = new long[4];
  private long[] atomicSequence = new long[4];
  private long[] atomicIp = new long[4];

  private MemoryOrder.Poll look;
  private boolean lockedUpdateReadsFirst;
  private List<MemoryOrder.Join> joins = List.of();

  private int marks;
  private int[] markKind = new int[4];
  private int[] markOffset = new int[4];
  private int[] markNumber = new int[4];

  private long[] keys = new long[32];
  private int keyCount;
  private int position;
  private boolean sorted;
  private int hitNode = -1;
  private long hitVersion;
  private boolean active;
  private int skippedTo;
  private boolean kernel;
  private long start;
  private int length;

  private final long[] cachedPage = new long[CACHE];
  private final int[] cachedIndex = new int[CACHE];

  SliceBuffer(PageScale scale, Popcorn popcorn, boolean updateReadsFirst) {
    this.scale = scale;
    this.popcorn = popcorn;
    this.updateReadsFirst = updateReadsFirst;
    Arrays.fill(cachedPage, -1);
  }

  /**
   * Takes the visit on which the cursor stands, all others of its slice and the atomic operations
   * in it.
   *
   * @param lockedReadsFirst whether a locked read-modify-write faults as a read, then as a write
   * @return true when the cursor then stands on a record that belongs to what follows
   */
  boolean load(ThreadCursor cursor, boolean withAtomics, boolean lockedReadsFirst) {
    clear();
    lockedUpdateReadsFirst = lockedReadsFirst;
    start = cursor.instructions();
    length = cursor.length();
    kernel = (cursor.flags() & VisitFlags.KERNEL) != 0;
    boolean more = true;
    do {
      add(cursor);
      more = cursor.next();
    } while (more
        && !cursor.isEvent()
        && cursor.instructions() == start
        && ((cursor.flags() & VisitFlags.KERNEL) != 0) == kernel);
    while (more
        && cursor.isEvent()
        && cursor.kind() == EventKind.ATOMIC
        && cursor.instructions() < start + length) {
      if (withAtomics) {
        addAtomic(cursor);
      }
      more = cursor.next();
    }
    return more;
  }

  /** Takes the atomic operation on which the cursor stands, in a slice of its own. */
  void loadAtomic(ThreadCursor cursor) {
    clear();
    start = cursor.instructions();
    length = 1;
    kernel = false;
    addAtomic(cursor);
  }

  private void clear() {
    size = 0;
    atomics = 0;
    sorted = false;
    active = true;
    look = null;
    joins = List.of();
    marks = 0;
    position = 0;
    keyCount = 0;
    hitNode = -1;
  }

  /** The slice waits behind one of its reads. */
  void waitBehind(MemoryOrder.Poll read) {
    look = read;
  }

  /** What the slice waits for behind one of its reads, or null. */
  MemoryOrder.Poll look() {
    return look;
  }

  /** The slice waits for exits of threads, each at its own instruction. */
  void waitForExits(List<MemoryOrder.Join> of) {
    joins = of;
  }

  /** A wait of its own (SPIN) or of another thread that it ends (STORE), at an instruction. */
  void mark(int kind, long instructions, int number) {
    if (marks == markKind.length) {
      markKind = Arrays.copyOf(markKind, 2 * marks);
      markOffset = Arrays.copyOf(markOffset, 2 * marks);
      markNumber = Arrays.copyOf(markNumber, 2 * marks);
    }
    markKind[marks] = kind;
    markOffset[marks] = (int) Math.max(0, instructions - start);
    markNumber[marks] = number;
    marks++;
  }

  /** The number of the wait at which it stands. */
  int marked() {
    return markNumber[item() & (LAST_ITEM - 1)];
  }

  /** Whether the slice waits for what another thread does, or others wait for what it does. */
  boolean waits() {
    return look != null || !joins.isEmpty() || marks > 0;
  }

  /** The thread for whose exit the slice waits where it stands. */
  int joined() {
    return joins.get(item()).thread();
  }

  void finish() {
    active = false;
  }

  boolean isActive() {
    return active;
  }

  boolean isKernel() {
    return kernel;
  }

  long start() {
    return start;
  }

  int length() {
    return length;
  }

  int atomics() {
    return atomics;
  }

  int size() {
    return size;
  }

  private void addAtomic(ThreadCursor cursor) {
    if (atomics == atomicOffset.length) {
      atomicOffset = Arrays.copyOf(atomicOffset, 2 * atomics);
      atomicAddress = Arrays.copyOf(atomicAddress, 2 * atomics);
      atomicSequence = Arrays.copyOf(atomicSequence, 2 * atomics);
      atomicIp = Arrays.copyOf(atomicIp, 2 * atomics);
    }
    atomicOffset[atomics] = (int) (cursor.instructions() - start);
    atomicAddress[atomics] = cursor.object();
    atomicSequence[atomics] = cursor.sequence();
    atomicIp[atomics] = cursor.ip();
    atomics++;
  }

  private void add(ThreadCursor cursor) {
    int flags = cursor.flags();
    int read = cursor.firstRead();
    int write = cursor.firstWrite();
    if (read >= 0 && read == write) {
      boolean lockedUpdate = (flags & VisitFlags.FIRST_WRITE_LOCKED) != 0;
      boolean update = (flags & VisitFlags.FIRST_UPDATE) != 0;
      if ((lockedUpdate && !lockedUpdateReadsFirst) || (update && !updateReadsFirst)) {
        read = -1;
      }
    }
    long tracePage = cursor.page();
    int pieces = scale.pieces();
    if (pieces == 1) {
      put(
          scale.page(tracePage, 0),
          read,
          write,
          cursor,
          scale.fold(tracePage, cursor.readLines()),
          scale.fold(tracePage, cursor.writeLines()),
          cursor.reads(),
          cursor.writes());
      return;
    }
    int lastReads = 0;
    int lastWrites = 0;
    for (int piece = 0; piece < pieces; piece++) {
      long lineReads = scale.lines(cursor.readLines(), piece);
      long lineWrites = scale.lines(cursor.writeLines(), piece);
      if ((lineReads | lineWrites) != 0) {
        int readsSoFar = share(cursor.reads(), cursor.readLines(), piece);
        int writesSoFar = share(cursor.writes(), cursor.writeLines(), piece);
        put(
            scale.page(tracePage, piece),
            lineReads != 0 ? read : -1,
            lineWrites != 0 ? write : -1,
            cursor,
            lineReads,
            lineWrites,
            readsSoFar - lastReads,
            writesSoFar - lastWrites);
        lastReads = readsSoFar;
        lastWrites = writesSoFar;
      }
    }
  }

  /** How many of a visit's accesses fall on the pieces up to this one: each line has as many. */
  private int share(int accesses, long lines, int piece) {
    int linesEach = Long.SIZE / scale.pieces();
    long upTo = lines & (-1L >>> (Long.SIZE - (piece + 1) * linesEach));
    return (int) ((long) accesses * Long.bitCount(upTo) / Math.max(1, Long.bitCount(lines)));
  }

  private void put(
      long ofPage,
      int read,
      int write,
      ThreadCursor cursor,
      long linesRead,
      long linesWritten,
      int readCount,
      int writeCount) {
    if (size == page.length) {
      grow();
    }
    page[size] = ofPage;
    index[size] = indexOf(ofPage);
    firstRead[size] = read;
    firstWrite[size] = write;
    readIp[size] = cursor.readIp();
    writeIp[size] = cursor.writeIp();
    reads[size] = readCount;
    writes[size] = writeCount;
    readLines[size] = linesRead;
    writeLines[size] = linesWritten;
    size++;
  }

  private void grow() {
    int wanted = 2 * size;
    page = Arrays.copyOf(page, wanted);
    index = Arrays.copyOf(index, wanted);
    firstRead = Arrays.copyOf(firstRead, wanted);
    firstWrite = Arrays.copyOf(firstWrite, wanted);
    readIp = Arrays.copyOf(readIp, wanted);
    writeIp = Arrays.copyOf(writeIp, wanted);
    reads = Arrays.copyOf(reads, wanted);
    writes = Arrays.copyOf(writes, wanted);
    readLines = Arrays.copyOf(readLines, wanted);
    writeLines = Arrays.copyOf(writeLines, wanted);
  }

  /** The protocol's index of a page. */
  int indexOf(long ofPage) {
    int slot = (int) (ofPage ^ (ofPage >>> 10)) & (CACHE - 1);
    if (cachedPage[slot] == ofPage) {
      return cachedIndex[slot];
    }
    int found = popcorn.pageIndex(ofPage);
    cachedPage[slot] = ofPage;
    cachedIndex[slot] = found;
    return found;
  }

  boolean isSorted() {
    return sorted;
  }

  /** Whether the slice was found to hit on the node, which has lost no right since. */
  boolean knownToHit(int node, long version) {
    return hitNode == node && hitVersion == version;
  }

  /** Every access of the slice hits on the node in this version of its rights. */
  void hits(int node, long version) {
    hitNode = node;
    hitVersion = version;
  }

  /** Whether every access of the slice hits on the node now. */
  boolean allHit(int node) {
    return allHit(node, Long.MIN_VALUE);
  }

  /**
   * Whether every access of the slice that is left hits on the node now.
   *
   * @param done instructions that the thread has executed; accesses before that have happened
   */
  boolean allHit(int node, long done) {
    for (int i = 0; i < size; i++) {
      boolean write = firstWrite[i] >= 0;
      if (!popcorn.mayAccess(node, index[i], write)
          && start + Math.max(firstRead[i], firstWrite[i]) >= done) {
        return false;
      }
    }
    return true;
  }

  /**
   * Puts the accesses that have not happened in order, once.
   *
   * @param done instructions that the thread has executed
   */
  void sort(long done) {
    int wanted = 2 * size + atomics + 1 + joins.size() + marks;
    if (keys.length < wanted) {
      keys = new long[2 * wanted];
    }
    keyCount = 0;
    for (int i = 0; i < size; i++) {
      if (firstRead[i] >= 0) {
        keys[keyCount++] = key(firstRead[i], i, READ);
        if (look != null
            && look.offset() == firstRead[i]
            && scale.pageOf(look.address()) == page[i]) {
          keys[keyCount++] = key(firstRead[i], i, LOOK);
        }
      }
      if (firstWrite[i] >= 0) {
        keys[keyCount++] = key(firstWrite[i], i, WRITE);
      }
    }
    for (int i = 0; i < atomics; i++) {
      keys[keyCount++] = key(atomicOffset[i], i, ATOMIC);
    }
    for (int i = 0; i < joins.size(); i++) {
      keys[keyCount++] = key(joins.get(i).offset(), i, JOIN);
    }
    for (int i = 0; i < marks; i++) {
      keys[keyCount++] = key(markOffset[i], LAST_ITEM + i, markKind[i]);
    }
    sortKeys();
    sorted = true;
    position = 0;
    // An atomic operation has its turn however late it comes: others wait for it.
    while (hasAccess() && start + offset() < done && (kind() < ATOMIC || kind() == LOOK)) {
      position++;
    }
  }

  /** Most slices have very few accesses, for which a general sort takes long to begin. */
  private void sortKeys() {
    if (keyCount > FEW) {
      Arrays.sort(keys, 0, keyCount);
      return;
    }
    for (int i = 1; i < keyCount; i++) {
      long key = keys[i];
      int hole = i;
      while (hole > 0 && keys[hole - 1] > key) {
        keys[hole] = keys[hole - 1];
        hole--;
      }
      keys[hole] = key;
    }
  }

  private static long key(int offset, int i, int kind) {
    return ((long) offset << 32) | ((long) i << KIND_BITS) | kind;
  }

  /**
   * Leaves out all accesses up to and with the next atomic operation on a word that has this number
   * or a later one.
   *
   * @return whether there is one
   */
  boolean skipBehindAtomic(long address, long sequence) {
    if (!sorted) {
      sort(start);
    }
    for (int i = position; i < keyCount; i++) {
      position = i;
      if (kind() == ATOMIC && atomicAddress() == address && atomicSequence() >= sequence) {
        skippedTo = offset();
        while (hasAccess() && offset() <= skippedTo) {
          position++;
        }
        return true;
      }
    }
    position = keyCount;
    return false;
  }

  /** Instructions of the slice up to the operation that {@link #skipBehindAtomic} found. */
  int skippedTo() {
    return skippedTo;
  }

  boolean hasAccess() {
    return position < keyCount;
  }

  void nextAccess() {
    position++;
  }

  int offset() {
    return (int) (keys[position] >>> 32);
  }

  int kind() {
    return (int) (keys[position] & ((1 << KIND_BITS) - 1));
  }

  private int item() {
    return (int) (keys[position] & 0xffffffffL) >>> KIND_BITS;
  }

  long accessPage() {
    return kind() == ATOMIC ? scale.pageOf(atomicAddress[item()]) : page[item()];
  }

  int accessIndex() {
    return kind() == ATOMIC ? indexOf(accessPage()) : index[item()];
  }

  long accessIp() {
    int kind = kind();
    int i = item();
    return kind == ATOMIC ? atomicIp[i] : kind == READ ? readIp[i] : writeIp[i];
  }

  /** An address in the page that the access touches: that of its first line. */
  long accessAddress() {
    int i = item();
    if (kind() == ATOMIC) {
      return atomicAddress[i];
    }
    long lines = kind() == READ ? readLines[i] : writeLines[i];
    long first = lines == 0 ? 0 : Long.numberOfTrailingZeros(lines);
    long lineBytes = Math.max(64, scale.pageBytes() / 64);
    return scale.address(page[i]) + first * lineBytes;
  }

  long atomicAddress() {
    return atomicAddress[item()];
  }

  long atomicSequence() {
    return atomicSequence[item()];
  }

  long page(int i) {
    return page[i];
  }

  long readIp(int i) {
    return readIp[i];
  }

  long writeIp(int i) {
    return writeIp[i];
  }

  int reads(int i) {
    return reads[i];
  }

  int writes(int i) {
    return writes[i];
  }

  long readLines(int i) {
    return readLines[i];
  }

  long writeLines(int i) {
    return writeLines[i];
  }
}
