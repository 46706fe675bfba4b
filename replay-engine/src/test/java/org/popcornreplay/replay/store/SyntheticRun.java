package org.popcornreplay.replay.store;

import java.time.Instant;
import java.util.SplittableRandom;
import org.popcornreplay.protocol.MessageType;

/**
 * A run that nobody replayed: deterministic, of any size, and with known problems planted in it,
 * for tests and benchmarks of what reads run stores. Thread i runs on node i modulo nodes.
 *
 * <ul>
 *   <li>Page {@link #FALSE_PAGE}: the globals {@code left_counter} and {@code right_counter}, 256
 *       bytes apart; even threads write the one at worker.c:41, odd ones the other at worker.c:52.
 *   <li>Page {@link #HEAP_PAGE}: two heap blocks from worker.c:30, used in the same way, half as
 *       often.
 *   <li>Page {@link #TRUE_PAGE}: the global {@code shared_total}, which all threads write at
 *       worker.c:60.
 *   <li>Page {@link #TABLE_PAGE}: {@code lookup_table}, which all threads read at worker.c:70.
 *   <li>Page {@link #LOCK_PAGE}: the mutex {@code queue_lock}, contended by all threads.
 *   <li>From {@link #PRIVATE_PAGE} on: pages of one thread each.
 * </ul>
 */
public final class SyntheticRun {
  /** Pages of 4096 bytes, by number. */
  public static final long FALSE_PAGE = 0x404;

  public static final long TRUE_PAGE = 0x405;
  public static final long TABLE_PAGE = 0x406;
  public static final long LOCK_PAGE = 0x407;
  public static final long HEAP_PAGE = 0x5000;
  public static final long PRIVATE_PAGE = 0x7000;

  private static final int PAGE_BYTES = 4096;
  private static final long LOCK = LOCK_PAGE * PAGE_BYTES + 64;
  private static final long ONE_WAY_NANOS = 12_000;

  private final int nodes;
  private final int threads;
  private final int rounds;
  private final long seed;
  private String label = "synthetic";

  private StoreListener out;
  private SplittableRandom random;
  private long[] clock;
  private long[] accesses;
  private long sequence;
  private long events;

  /**
   * A run of {@code threads} threads that each do {@code rounds} rounds of some five faults.
   *
   * @param seed what the lengths of computations depend on
   */
  public SyntheticRun(int nodes, int threads, int rounds, long seed) {
    this.nodes = nodes;
    this.threads = threads;
    this.rounds = rounds;
    this.seed = seed;
  }

  /** Names the run. */
  public SyntheticRun label(String text) {
    label = text;
    return this;
  }

  /** Tells the whole run to {@code listener} and finishes it; returns its run_id. */
  public long writeTo(StoreListener listener) {
    out = listener;
    random = new SplittableRandom(seed);
    clock = new long[threads];
    accesses = new long[threads];
    for (int t = 0; t < threads; t++) {
      start(t);
    }
    for (int round = 0; round < rounds; round++) {
      for (int t = 0; t < threads; t++) {
        round(t, round);
      }
    }
    for (int t = 1; t < threads; t++) {
      finishThread(t);
    }
    describe();
    return out.finish(summary());
  }

  private int node(int thread) {
    return thread % nodes;
  }

  private void start(int t) {
    if (t == 0) {
      return;
    }
    clock[t] = clock[0] + 5_000;
    out.wake(t, 0, "create", clock[0], clock[t]);
    clock[0] += 10_000;
    out.interval(0, 0, "compute", clock[0] - 10_000, clock[0]);
    if (node(t) != 0) {
      long arrived = clock[t] + 400_000;
      message(MessageType.TASK_MIGRATE, 0, node(t), t, -1, clock[t]);
      message(MessageType.TASK_PAIRING, node(t), 0, t, -1, arrived - ONE_WAY_NANOS);
      out.migration(t, 0, node(t), "forward", clock[t], arrived);
      out.interval(t, node(t), "migration", clock[t], arrived);
      clock[t] = arrived;
    }
  }

  private void round(int t, int round) {
    compute(t, 20_000 + random.nextInt(20_000));
    boolean even = t % 2 == 0;
    long line = even ? 1L : 1L << 4;
    page(t, FALSE_PAGE, even ? 0 : 256, even ? 0x1041 : 0x1052, line, true);
    if (round % 2 == 0) {
      page(t, HEAP_PAGE, even ? 64 : 640, even ? 0x1041 : 0x1052, even ? 2L : 1L << 10, true);
    }
    if (round % 4 == 0) {
      page(t, TRUE_PAGE, 128, 0x1060, 4L, true);
    }
    if (round == 0) {
      page(t, TABLE_PAGE, 8 * t, 0x1070, -1L, false);
    }
    if (round % 8 == 0) {
      page(t, PRIVATE_PAGE + (long) t * rounds + round, 0, 0x1080, 1L, true);
    }
    lock(t);
  }

  private void compute(int t, long nanos) {
    out.interval(t, node(t), "compute", clock[t], clock[t] + nanos);
    clock[t] += nanos;
    accesses[t] += nanos / 4;
    events++;
  }

  private void page(int t, long page, int offset, long ip, long lines, boolean write) {
    long begin = clock[t];
    int owner = node(t + 1);
    int retries = random.nextInt(16) == 0 ? 1 : 0;
    long now = begin + 1_000 + retries * 250_000L;
    if (node(t) != 0) {
      now = message(MessageType.REMOTE_PAGE_REQUEST, node(t), 0, t, page, now);
    }
    if (write && owner != 0 && owner != node(t)) {
      now = message(MessageType.PAGE_INVALIDATE_REQUEST, 0, owner, t, page, now);
      now = message(MessageType.PAGE_INVALIDATE_RESPONSE, owner, 0, t, page, now);
    }
    if (node(t) != 0) {
      now = message(MessageType.REMOTE_PAGE_RESPONSE, 0, node(t), t, page, now);
    }
    now += 2_000;
    String kind = write ? "write" : "read";
    long address = page * PAGE_BYTES + offset;
    out.interval(t, node(t), "fault", begin, now);
    out.fault(t, node(t), page, address, ip, kind, begin, now, retries, "OK");
    out.visit(
        t, node(t), page, write ? 0 : 64, write ? 8 : 0, write ? 0 : lines, write ? lines : 0);
    clock[t] = now;
    accesses[t] += 64;
    events += 4;
  }

  private void lock(int t) {
    int other = (t + threads - 1) % threads;
    long begin = clock[t];
    long end = begin + 3_000;
    if (clock[other] > begin && clock[other] - begin < 500_000) {
      end = clock[other] + ONE_WAY_NANOS;
      if (node(t) != 0) {
        message(MessageType.FUTEX_REQUEST, node(t), 0, t, -1, begin + 500);
        message(MessageType.FUTEX_RESPONSE, 0, node(t), t, -1, clock[other]);
      }
      out.futexOperation(t, node(t), "wait", LOCK, begin, end, 0, "OK");
      out.futexOperation(other, node(other), "wake", LOCK, clock[other], clock[other] + 1, 1, "OK");
      out.wake(t, other, "mutex", clock[other], end);
      out.interval(t, node(t), "futex", begin, end);
    } else {
      out.interval(t, node(t), "compute", begin, end);
    }
    out.synchronisation(t, node(t), "mutex_lock", LOCK, 0x1090, begin, end);
    clock[t] = end;
  }

  private void finishThread(int t) {
    if (node(t) != 0) {
      message(MessageType.TASK_MIGRATE_BACK, node(t), 0, t, -1, clock[t]);
      long back = clock[t] + 100_000;
      out.migration(t, node(t), 0, "back", clock[t], back);
      out.interval(t, 0, "migration", clock[t], back);
      clock[t] = back;
    }
    out.systemCall(t, 0, 60, clock[t], clock[t] + 500, 0);
    out.interval(t, 0, "syscall", clock[t], clock[t] + 500);
    clock[t] += 500;
    if (clock[t] > clock[0]) {
      out.synchronisation(0, 0, "join", t, 0x1095, clock[0], clock[t] + 700);
      out.interval(0, 0, "futex", clock[0], clock[t] + 700);
      out.wake(0, t, "join", clock[t], clock[t] + 700);
      clock[0] = clock[t] + 700;
    }
  }

  private long message(MessageType type, int from, int to, int thread, long page, long sent) {
    int bytes = type.wireBytes();
    long delivered = sent + ONE_WAY_NANOS + bytes;
    long handled = delivered + 800;
    out.message(sequence++, type, from, to, bytes, sent, delivered, handled, thread, page, 0);
    events += 2;
    return handled;
  }

  private void describe() {
    for (int n = 0; n < nodes; n++) {
      long[] actions = new long[64];
      actions[4] = rounds;
      out.describeNode(n, 4, clock[0] / 2, clock[0] / 50, 0, actions);
    }
    for (int t = 0; t < threads; t++) {
      String name = t == 0 ? "main" : "worker" + t;
      out.describeThread(
          t, name, t == 0 ? -1 : 0, node(t), accesses[t] * 3, accesses[t], 0, clock[t]);
    }
    out.describeRegion("/usr/bin/synthetic", 0x400_000, 0x10_000);
    out.describeRegion("heap", HEAP_PAGE * PAGE_BYTES, 0x1000_000);
    out.describeObject("variable", "left_counter", FALSE_PAGE * PAGE_BYTES, 8, -1, "worker.c:5", 0);
    out.describeObject(
        "variable", "right_counter", FALSE_PAGE * PAGE_BYTES + 256, 8, -1, "worker.c:6", 0);
    out.describeObject(
        "variable", "shared_total", TRUE_PAGE * PAGE_BYTES + 128, 8, -1, "worker.c:7", 0);
    out.describeObject(
        "variable", "lookup_table", TABLE_PAGE * PAGE_BYTES, 4096, -1, "worker.c:8", 0);
    out.describeObject("variable", "queue_lock", LOCK, 40, -1, "worker.c:9", 0);
    out.describeObject(
        "heap", "block 1", HEAP_PAGE * PAGE_BYTES + 64, 48, 0, "worker.c:30", 0x1030);
    out.describeObject(
        "heap", "block 2", HEAP_PAGE * PAGE_BYTES + 640, 48, 0, "worker.c:30", 0x1030);
    int[] lines = {30, 41, 52, 60, 70, 80, 90, 95};
    String[] functions = {
      "make_blocks", "count_left", "count_right", "add_total", "look_up", "scratch", "take", "main"
    };
    for (int i = 0; i < lines.length; i++) {
      long ip = 0x1000L + Integer.parseInt(Integer.toString(lines[i]), 16);
      out.describeCode(ip, functions[i], "worker.c", lines[i], "/usr/bin/synthetic");
    }
  }

  private RunSummary summary() {
    long all = 0;
    for (long count : accesses) {
      all += count;
    }
    return new RunSummary()
        .label(label)
        .traceHash("synthetic-" + threads + "-" + rounds)
        .program("/usr/bin/synthetic", Integer.toString(threads))
        .nodes(nodes, 4)
        .placement("round-robin")
        .profile("synthetic")
        .transport("socket")
        .order("elastic")
        .pageBytes(PAGE_BYTES)
        .seed(seed)
        .times(clock[0], clock[0] / 2)
        .work(all, all * 3, events)
        .sliceInstructions(10_000)
        .wall(Instant.EPOCH, 0)
        .modelVersion("synthetic");
  }
}
