package org.popcornreplay.replay.litmus;

import org.popcornreplay.protocol.Cost;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.cpu.NodeSpeeds;
import org.popcornreplay.replay.engine.TimedWorld;
import org.popcornreplay.replay.network.Network;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.time.EventQueue;

/** The world of a replay, with the cores, costs and network of a profile, for a litmus file. */
final class ProfileWorld implements ScenarioWorld {
  private final EventQueue queue;
  private final Network network;
  private final TimedWorld world;
  private final ScenarioThread[] threads;
  private final MessageLog log;

  ProfileWorld(MessageLog log, CostProfile profile, Options options, int nodes, int threadCount) {
    this.log = log;
    queue = new EventQueue(nodes);
    Cores[] cores = new Cores[nodes];
    for (int node = 0; node < nodes; node++) {
      cores[node] =
          new Cores(
              queue,
              node,
              profile.cores(node),
              profile.number(ProfileKey.TIME_SLICE),
              profile.number(ProfileKey.CONTEXT_SWITCH));
    }
    NodeSpeeds speeds = NodeSpeeds.alike(nodes);
    boolean nagle = options.get("NAGLE").equals("on");
    boolean rdma = options.get("TRANSPORT").equals("rdma");
    network = new Network(queue, cores, speeds, profile, Network.Transport.of(rdma, nagle));
    threads = new ScenarioThread[threadCount];
    for (int thread = 0; thread < threadCount; thread++) {
      threads[thread] = new ScenarioThread(queue, cores, profile.number(ProfileKey.WAKE_UP));
    }
    world =
        new TimedWorld(
            queue,
            cores,
            speeds,
            network,
            profile,
            options.get("E3"),
            ScenarioRun.PAGE_BYTES,
            SEED,
            thread -> threads[thread]);
  }

  @Override
  public void connect(Popcorn cluster) {
    network.connect(cluster::deliver);
  }

  @Override
  public void after(long delayNanos, Step step) {
    if (delayNanos > Long.MAX_VALUE / 2 - queue.nowNanos()) {
      throw new LimitException("more than " + Long.MAX_VALUE / 2 + " ns of simulated time");
    }
    queue.after(Popcorn.ORIGIN, delayNanos, step);
  }

  @Override
  public void compute(int node, int thread, long nanos, Step step) {
    threads[thread].compute(node, nanos, step);
  }

  @Override
  public void runToRest() {
    while (queue.runNext()) {
      if (queue.stepsRun() >= MOST_EVENTS) {
        throw new LimitException("more than " + MOST_EVENTS + " events");
      }
    }
  }

  @Override
  public long nowNanos() {
    return world.nowNanos();
  }

  @Override
  public void transmit(Message message, Step handedOver) {
    log.add(nowNanos(), message);
    world.transmit(message, handedOver);
  }

  @Override
  public void rdmaWrite(int from, int to, int bytes, Step completed) {
    world.rdmaWrite(from, to, bytes, completed);
  }

  @Override
  public void queueWork(int node, int peer, Step work) {
    world.queueWork(node, peer, work);
  }

  @Override
  public void spend(int node, Runner runner, int peer, int thread, Cost cost, Step then) {
    world.spend(node, runner, peer, thread, cost, then);
  }

  @Override
  public void wake(int node, Runner runner, int peer, int thread, Step then) {
    world.wake(node, runner, peer, thread, then);
  }

  @Override
  public void backOff(int node, int thread, boolean busy, long delayNanos, Step then) {
    world.backOff(node, thread, busy, delayNanos, then);
  }

  @Override
  public void giveWay(int node, Step then) {
    world.giveWay(node, then);
  }

  @Override
  public void timer(int node, long delayNanos, Step then) {
    world.timer(node, delayNanos, then);
  }

  @Override
  public void spin(int node, Runner runner, int peer, int thread, boolean begins) {
    world.spin(node, runner, peer, thread, begins);
  }

  @Override
  public boolean isSendQueueFull(int from, int to) {
    return world.isSendQueueFull(from, to);
  }

  @Override
  public int choose(int bound) {
    return 0;
  }

  @Override
  public boolean chance(double probability) {
    return world.chance(probability);
  }
}
