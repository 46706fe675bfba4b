package org.popcornreplay.replay.litmus;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.popcornreplay.protocol.Cost;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.Popcorn;

/**
 * The profile {@code unit}: every message takes 50 µs, an RDMA write with its completion 100 µs,
 * kernel work nothing; backoffs last as long as the protocol says; the work queue is unlimited.
 * What falls on one instant happens in the order in which it was caused.
 */
final class UnitWorld implements ScenarioWorld {
  /** From send to handler. */
  static final long MESSAGE_NANOS = 50_000;

  /** An RDMA write and its completion. */
  static final long RDMA_NANOS = 100_000;

  private final MessageLog log;
  private final PriorityQueue<Event> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::sequence));
  private final SplittableRandom random = new SplittableRandom(SEED);
  private Popcorn popcorn;
  private long nowNanos;
  private long sequence;

  private record Event(long atNanos, long sequence, Step step) {}

  UnitWorld(MessageLog log) {
    this.log = log;
  }

  @Override
  public void connect(Popcorn cluster) {
    popcorn = cluster;
  }

  @Override
  public void after(long delayNanos, Step step) {
    long at = nowNanos + delayNanos;
    if (at < 0) {
      throw new LimitException("more than " + Long.MAX_VALUE + " ns of simulated time");
    }
    if (sequence >= MOST_EVENTS) {
      throw new LimitException("more than " + MOST_EVENTS + " events");
    }
    queue.add(new Event(at, sequence++, step));
  }

  @Override
  public void compute(int node, int thread, long nanos, Step step) {
    after(nanos, step);
  }

  @Override
  public void runToRest() {
    for (Event event = queue.poll(); event != null; event = queue.poll()) {
      nowNanos = event.atNanos();
      event.step().run();
    }
  }

  @Override
  public long nowNanos() {
    return nowNanos;
  }

  @Override
  public void transmit(Message message, Step handedOver) {
    log.add(nowNanos, message);
    after(MESSAGE_NANOS, () -> popcorn.deliver(message));
    if (handedOver != null) {
      handedOver.run();
    }
  }

  @Override
  public void rdmaWrite(int from, int to, int bytes, Step completed) {
    after(RDMA_NANOS, completed);
  }

  @Override
  public void queueWork(int node, int peer, Step work) {
    work.run();
  }

  @Override
  public void spend(int node, Runner runner, int peer, int thread, Cost cost, Step then) {
    then.run();
  }

  @Override
  public void wake(int node, Runner runner, int peer, int thread, Step then) {
    after(0, then);
  }

  @Override
  public void backOff(int node, int thread, boolean busy, long delayNanos, Step then) {
    after(delayNanos, then);
  }

  @Override
  public void giveWay(int node, Step then) {
    after(0, then);
  }

  @Override
  public void timer(int node, long delayNanos, Step then) {
    after(delayNanos, then);
  }

  @Override
  public int choose(int bound) {
    return 0;
  }

  @Override
  public boolean chance(double probability) {
    return random.nextDouble() < probability;
  }
}
