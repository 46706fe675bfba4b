package org.popcornreplay.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The unit-latency model: 50 µs a message, 100 µs an RDMA write, nothing else costs time, and what
 * falls on one instant happens in the order in which it was caused.
 */
@SuppressWarnings("EnumOrdinal") // an array by the position of a constant
public final class UnitWorld implements World {
  private static final long MESSAGE_NANOS = 50_000;
  private static final long RDMA_NANOS = 100_000;

  private record Event(long time, long sequence, Step step) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<String> sent = new ArrayList<>();
  private final List<String> wokenBehind = new ArrayList<>();
  private Popcorn popcorn;
  private Runnable afterEachStep = () -> {};
  private final long[] costNanos = new long[Cost.values().length];
  private boolean queuesFull;
  private long now;
  private long sequence;
  private long bytes;

  /** Names the receiver of all messages. */
  public void connect(Popcorn to) {
    popcorn = to;
  }

  /** Runs something after every step. */
  public void afterEachStep(Runnable check) {
    afterEachStep = check;
  }

  /** Lets a piece of kernel work take time. */
  public void costs(Cost cost, long nanos) {
    costNanos[cost.ordinal()] = nanos;
  }

  /** From now on every send queue is full, or none. */
  public void fillQueues(boolean full) {
    queuesFull = full;
  }

  /** Runs a step at a moment. */
  public void at(long nanos, Step step) {
    events.add(new Event(nanos, sequence++, step));
  }

  /** Runs until nothing is left to do. */
  public void run() {
    for (Event event = events.poll(); event != null; event = events.poll()) {
      now = event.time();
      event.step().run();
      afterEachStep.run();
    }
  }

  /** Every message in send order as {@code t: src>dst TYPE}, t in µs. */
  public List<String> sent() {
    return sent;
  }

  /** The bytes of all messages. */
  public long bytes() {
    return bytes;
  }

  @Override
  public long nowNanos() {
    return now;
  }

  @Override
  public void transmit(Message message, Step handedOver) {
    sent.add(now / 1000 + ": " + message.from() + ">" + message.to() + " " + message.type());
    bytes += message.bytes();
    at(now + MESSAGE_NANOS, () -> popcorn.deliver(message));
    if (handedOver != null) {
      handedOver.run();
    }
  }

  @Override
  public void rdmaWrite(int from, int to, int count, Step completed) {
    at(now + RDMA_NANOS, completed);
  }

  @Override
  public void queueWork(int node, int peer, Step work) {
    work.run();
  }

  @Override
  public void spend(int node, Runner runner, int peer, int thread, Cost cost, Step then) {
    if (costNanos[cost.ordinal()] == 0) {
      then.run();
    } else {
      at(now + costNanos[cost.ordinal()], then);
    }
  }

  @Override
  public void wake(int node, Runner runner, int peer, int thread, Step then) {
    at(now, then);
  }

  @Override
  public void wakeBehind(int waker, int node, Runner runner, int peer, int thread, Step then) {
    wokenBehind.add(waker + ": " + runner + " at " + node);
    wake(node, runner, peer, thread, then);
  }

  /** Who was woken by a thread that keeps its processor, as {@code waker: runner at node}. */
  List<String> wokenBehind() {
    return wokenBehind;
  }

  @Override
  public void backOff(int node, int thread, boolean busy, long delayNanos, Step then) {
    at(now + delayNanos, then);
  }

  @Override
  public void giveWay(int node, Step then) {
    at(now, then);
  }

  @Override
  public void timer(int node, long delayNanos, Step then) {
    at(now + delayNanos, then);
  }

  @Override
  public boolean isSendQueueFull(int from, int to) {
    return queuesFull;
  }

  @Override
  public int choose(int bound) {
    return 0;
  }

  @Override
  public boolean chance(double probability) {
    return probability == 1;
  }
}
