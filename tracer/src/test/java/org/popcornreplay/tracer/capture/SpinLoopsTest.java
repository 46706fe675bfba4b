package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popcornreplay.traces.VisitRows;

/** Slices of threads that take turns: who waited for whose store. */
class SpinLoopsTest {
  private static final int SLICE = 10_000;
  private static final long FLAGS = 0x500;
  private static final long DATA = 0x600;
  private static final long STACKS = 0x10;
  private static final long SPIN = 0x401000;
  private static final long STORE = 0x402000;
  private static final long WORK = 0x403000;

  /** Reads of one in four instructions. */
  private static final int TURN = 4;

  private final List<String> heard = new ArrayList<>();
  private final List<Long> instructions = new ArrayList<>();
  private final SpinLoops loops =
      new SpinLoops(
          (thread, at, line, from, until, writer, writtenAt, ip) ->
              heard.add(
                  String.format(
                      "%d line %x from %d until %d by %d at %d",
                      thread, line, from, until, writer, writtenAt)));

  private VisitRows rows = new VisitRows();

  private SpinLoopsTest() {
    for (int t = 0; t < 8; t++) {
      instructions.add(0L);
      loops.stack(t, (STACKS + t) << 12, (STACKS + t + 1) << 12);
    }
  }

  private void row(
      long page, long readLines, int reads, int firstRead, long readIp, long... written) {
    int r = rows.size();
    rows.reserve(r + 1);
    rows.page[r] = page;
    rows.readLines[r] = readLines;
    rows.reads[r] = reads;
    rows.firstRead[r] = firstRead;
    rows.readIp[r] = readIp;
    boolean writes = written.length > 0;
    rows.writeLines[r] = writes ? written[0] : 0;
    rows.writes[r] = writes ? (int) written[1] : 0;
    rows.firstWrite[r] = writes ? (int) written[2] : -1;
    rows.writeIp[r] = writes ? written[3] : 0;
    rows.flags[r] = writes && written.length > 4 ? (byte) written[4] : 0;
    rows.setSize(r + 1);
  }

  /** The rows so far are a slice of a thread. */
  private void slice(int thread, int length) {
    long start = instructions.get(thread);
    loops.slice(thread, start, length, rows, null, rows.size());
    instructions.set(thread, start + length);
    rows = new VisitRows();
  }

  /** A whole slice of a loop that reads a line. */
  private void spin(int thread, long line) {
    row(FLAGS, line, SLICE / TURN, 2, SPIN);
    slice(thread, SLICE);
  }

  /** A slice that leaves the loop, and works. */
  private void leave(int thread, long line) {
    row(FLAGS, line, 1, 1, SPIN);
    row(DATA, 0xff, 90, 200, WORK, 0xff, 90, 210, WORK);
    slice(thread, SLICE);
  }

  private void work(int thread) {
    row(DATA, 0xff, 90, 200, WORK, 0xff, 90, 210, WORK);
    slice(thread, SLICE);
  }

  /** A slice that works, and stores to a line. */
  private void store(int thread, long line, int at) {
    row(FLAGS, 0, 0, -1, 0, line, 1, at, STORE);
    row(DATA, 0xff, 90, 200, WORK, 0xff, 90, 210, WORK);
    slice(thread, SLICE);
  }

  @Test
  void theStoreBetweenTwoTurnsOfALoopEndsIt() {
    work(1);
    spin(0, 1);
    spin(0, 1);
    store(1, 1, 700);
    leave(0, 1);
    assertEquals(List.of("0 line 500000 from 2 until 20000 by 1 at 10700"), heard);
  }

  @Test
  void aLoopBeginsBehindWhatItsFirstSliceDoesBesides() {
    work(1);
    // Works for 6,000 instructions, stores, then reads for 4,000.
    row(FLAGS, 3, 1000, 5900, SPIN, 2, 1, 5950, STORE);
    row(DATA, 0xff, 90, 200, WORK);
    slice(0, SLICE);
    spin(0, 1);
    store(1, 1, 700);
    leave(0, 1);
    assertEquals(List.of("0 line 500000 from 6000 until 20000 by 1 at 10700"), heard);
  }

  @Test
  void aTurnMayEndAFewInstructionsBehindASlice() {
    work(1);
    spin(0, 1);
    row(FLAGS, 1, 3, 2, SPIN);
    slice(0, 12);
    store(1, 1, 700);
    row(FLAGS, 1, 1, 1, SPIN);
    slice(0, 60); // goes on, to a system call
    assertEquals(List.of("0 line 500000 from 2 until 10012 by 1 at 10700"), heard);
  }

  @Test
  void aTurnMayEndWithinTheFirstSliceOfALoop() {
    work(1);
    row(FLAGS, 1, 1000, 6000, SPIN);
    row(DATA, 0xff, 90, 200, WORK);
    slice(0, SLICE);
    store(1, 1, 700);
    leave(0, 1);
    // How long its turns take is not known, so that it waits where it goes on.
    assertEquals(List.of("0 line 500000 from 10000 until 10000 by 1 at 10700"), heard);
  }

  @Test
  void aStoreThatTheLoopGoesOnAfterDidNotEndIt() {
    work(1);
    spin(0, 1);
    store(1, 1, 700);
    spin(0, 1);
    store(2, 1, 800);
    leave(0, 1);
    assertEquals(List.of("0 line 500000 from 2 until 20000 by 2 at 800"), heard);
  }

  @Test
  void storesToOtherLinesAndLoopsThatEndByThemselvesAreNothing() {
    work(1);
    spin(0, 1);
    spin(0, 1);
    store(1, 2, 700);
    leave(0, 1);
    spin(0, 1);
    leave(0, 1);
    store(1, 1, 700);
    assertEquals(List.of(), heard);
  }

  @Test
  void aLoopThatWorksInItsSlicesIsNotOneThatWaits() {
    work(1);
    for (int i = 0; i < 3; i++) {
      row(FLAGS, 1, SLICE / TURN, 2, SPIN); // a setting that it reads all the time
      row(DATA, 0xff, 900, 3, WORK, 0xff, 900, 4, WORK);
      slice(0, SLICE);
      store(1, 1, 700);
    }
    row(FLAGS, 1, SLICE / TURN, 2, SPIN);
    slice(0, SLICE);
    assertEquals(List.of(), heard);
  }

  @Test
  void whatALoopWritesToItsOwnStackDoesNotMatter() {
    work(1);
    for (int i = 0; i < 2; i++) {
      row(STACKS, 1, SLICE / TURN, 3, SPIN, 1, SLICE / TURN, 2, SPIN);
      row(FLAGS, 1, SLICE / TURN, 2, SPIN);
      slice(0, SLICE);
    }
    store(1, 1, 700);
    leave(0, 1);
    assertEquals(List.of("0 line 500000 from 2 until 20000 by 1 at 10700"), heard);
  }

  @Test
  void ofTheOnesThatGaveALockUpItIsTheLast() {
    work(1);
    spin(0, 1);
    store(1, 1, 700);
    store(2, 1, 800);
    leave(0, 1);
    assertEquals(List.of("0 line 500000 from 2 until 10000 by 2 at 800"), heard);
  }

  /** Arrives at a barrier with a locked operation on the counter that all then read. */
  private void arriveAndSpin(int thread) {
    row(FLAGS, 1, 2400, 400, STORE, 1, 1, 400, STORE, 2);
    slice(thread, SLICE);
  }

  @Test
  void aBarrierOpensWithTheFirstArrivalThatDoesNotWait() {
    work(1);
    arriveAndSpin(0);
    spin(0, 1);
    arriveAndSpin(1);
    spin(1, 1);
    // The last of three: works on, and arrives at the next round in a later slice.
    row(FLAGS, 1, 2, 300, STORE, 1, 1, 300, STORE, 2);
    slice(2, SLICE);
    work(2);
    arriveAndSpin(2);
    spin(2, 1);
    leave(0, 1);
    assertEquals(1, heard.size());
    assertEquals("by 2 at 300", heard.get(0).substring(heard.get(0).indexOf("by")));
  }

  @Test
  void aStoreBehindALockedOperationMayBeAnywhereInItsSlice() {
    work(1);
    spin(0, 1);
    row(FLAGS, 1, 1, 400, STORE, 1, 2, 400, STORE, 2);
    slice(1, SLICE);
    leave(0, 1);
    assertEquals(List.of("0 line 500000 from 2 until 10000 by 1 at 19999"), heard);
  }

  @Test
  void aReadThatSpinsElsewhereIsALookWhereItFoundTheStoreAtOnce() {
    work(1);
    spin(0, 1);
    store(1, 1, 700);
    leave(0, 1);
    heard.clear();
    leave(0, 1); // has seen it
    assertEquals(List.of(), heard);
    store(1, 1, 900);
    leave(0, 1);
    assertEquals(List.of("0 line 500000 from 30001 until 30001 by 1 at 20900"), heard);
    leave(2, 1);
    assertEquals("2 line 500000 from 1 until 1 by 1 at 20900", heard.get(1));
  }

  @Test
  void aThreadAloneWaitsForNobody() {
    for (int i = 0; i < 5; i++) {
      spin(0, 1);
      store(0, 1, 5);
    }
    assertEquals(List.of(), heard);
  }
}
