package org.popcornreplay.replay.engine;

import java.util.function.IntFunction;
import org.popcornreplay.protocol.Cost;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.World;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.cpu.NodeSpeeds;
import org.popcornreplay.replay.network.KernelContext;
import org.popcornreplay.replay.network.Network;
import org.popcornreplay.replay.network.QueuedContext;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.time.EventQueue;

/** The protocol's world in virtual time: processors, work queues, network, one seeded source. */
@SuppressWarnings("EnumOrdinal") // arrays by the position of a constant within one run
public final class TimedWorld implements World {
  /** How the items of popcorn_wq share a node. */
  private enum WorkQueueMode {
    UNLIMITED,
    PER_LINK_SERIAL,
    SINGLE
  }

  /**
   * A work queue's processor: one item computes at a time, in the order of arrival. An item holds
   * the lane while it computes and leaves it when it sleeps or ends.
   */
  private static final class Lane extends QueuedContext<Step> {
    Lane(Network network) {
      super(network);
    }

    @Override
    protected void begin(Step item) {
      execute(item);
    }
  }

  private static final int PAGE_BYTES = 4096;

  private final EventQueue queue;
  private final Cores[] cores;
  private final Network network;
  private final IntFunction<KernelThread> threads;
  private final NodeSpeeds speeds;
  private final WorkQueueMode mode;
  private final Lane[][] lanes;
  private final long[] costNanos = new long[Cost.values().length];
  private final long wakeUpNanos;
  private final long jiffyNanos;
  private long random;

  /**
   * A world.
   *
   * @param threads the threads by their number
   * @param speeds how fast each node does the kernel's work
   * @param pageBytes the page size, to which copying costs are scaled
   */
  public TimedWorld(
      EventQueue queue,
      Cores[] cores,
      NodeSpeeds speeds,
      Network network,
      CostProfile profile,
      String workQueue,
      int pageBytes,
      long seed,
      IntFunction<KernelThread> threads) {
    this.queue = queue;
    this.cores = cores;
    this.network = network;
    this.speeds = speeds;
    this.threads = threads;
    this.mode = WorkQueueMode.valueOf(workQueue);
    lanes = new Lane[cores.length][];
    for (Cost cost : Cost.values()) {
      costNanos[cost.ordinal()] = profile.costNanos(cost);
    }
    costNanos[Cost.PAGE_COPY.ordinal()] =
        profile.costNanos(Cost.PAGE_COPY) * pageBytes / PAGE_BYTES;
    wakeUpNanos = profile.number(ProfileKey.WAKE_UP);
    jiffyNanos = profile.number(ProfileKey.JIFFY);
    random = seed;
  }

  @Override
  public long nowNanos() {
    return queue.nowNanos();
  }

  @Override
  public void transmit(Message message, Step handedOver) {
    network.send(message, handedOver);
  }

  @Override
  public void rdmaWrite(int from, int to, int bytes, Step completed) {
    network.rdmaWrite(from, to, bytes, completed);
  }

  @Override
  public void queueWork(int node, int peer, Step work) {
    Lane lane = lane(node, peer);
    if (lane == null) {
      work.run();
    } else {
      lane.take(work);
    }
  }

  /** The lane of a link's work items; null where they never wait for each other. */
  private Lane lane(int node, int peer) {
    if (mode == WorkQueueMode.UNLIMITED) {
      return null;
    }
    Lane[] row = lanes[node];
    // A bound work queue has one pool of workers a processor, whichever link the items come from.
    boolean single = mode == WorkQueueMode.SINGLE || cores[node].count() == 1;
    if (row == null) {
      row = new Lane[single ? 1 : cores.length];
      lanes[node] = row;
    }
    int column = single || peer < 0 ? 0 : peer;
    if (row[column] == null) {
      row[column] = new Lane(network);
    }
    return row[column];
  }

  @Override
  public void spend(int node, Runner runner, int peer, int thread, Cost cost, Step then) {
    long nanos = speeds.on(node, costNanos[cost.ordinal()]);
    if (nanos == 0) {
      then.run();
      return;
    }
    switch (runner) {
      case THREAD -> {
        cores[node].countKernelWork(nanos);
        threads.apply(thread).work(node, nanos, then);
      }
      case WORK_QUEUE -> {
        Lane lane = lane(node, peer);
        if (lane == null) {
          cores[node].burst(nanos, then);
        } else {
          cores[node].burst(nanos, lane.compute(then));
        }
      }
      case RECEIVER -> {
        KernelContext receiver = network.current();
        boolean known = Network.isReceiver(receiver);
        cores[node].burst(nanos, known ? receiver.compute(then) : then);
      }
      case REMOTE_WORKER, ORIGIN_PEER -> cores[node].burst(nanos, then);
    }
  }

  @Override
  public void wake(int node, Runner runner, int peer, int thread, Step then) {
    switch (runner) {
      case THREAD -> threads.apply(thread).wakeUp(node, then);
      case WORK_QUEUE -> {
        Lane lane = lane(node, peer);
        if (lane == null) {
          queue.after(node, speeds.on(node, wakeUpNanos), then);
        } else {
          queue.after(node, speeds.on(node, wakeUpNanos), () -> lane.take(then));
        }
      }
      case REMOTE_WORKER, ORIGIN_PEER, RECEIVER ->
          queue.after(node, speeds.on(node, wakeUpNanos), then);
    }
  }

  @Override
  public void wakeBehind(int waker, int node, Runner runner, int peer, int thread, Step then) {
    threads.apply(waker).behind(node, jiffyNanos, () -> wake(node, runner, peer, thread, then));
  }

  @Override
  public void backOff(int node, int thread, boolean busy, long delayNanos, Step then) {
    if (busy) {
      threads.apply(thread).work(node, delayNanos, then);
    } else {
      threads.apply(thread).sleep(node, roundedUp(delayNanos), then);
    }
  }

  /** What {@code msleep} makes of a delay: whole jiffies, and one more. */
  private long roundedUp(long delayNanos) {
    if (jiffyNanos == 0) {
      return delayNanos;
    }
    long now = queue.nowNanos();
    long jiffies = (delayNanos + jiffyNanos - 1) / jiffyNanos + 1;
    return (now / jiffyNanos + jiffies) * jiffyNanos - now;
  }

  @Override
  public void giveWay(int node, Step then) {
    queue.after(node, 0, then);
  }

  @Override
  public void overtaken(int node, Step then) {
    queue.after(node, wakeUpNanos, () -> cores[node].whenQuiet(then));
  }

  @Override
  public void timer(int node, long delayNanos, Step then) {
    queue.after(node, delayNanos, then);
  }

  @Override
  public boolean isSendQueueFull(int from, int to) {
    return network.isSendQueueFull(from, to);
  }

  @Override
  public int choose(int bound) {
    return (int) Long.remainderUnsigned(nextRandom() >>> 1, bound);
  }

  @Override
  public boolean chance(double probability) {
    return (nextRandom() >>> 11) * 0x1.0p-53 < probability;
  }

  /** SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine. */
  private long nextRandom() {
    random += 0x9e3779b97f4a7c15L;
    long z = random;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
