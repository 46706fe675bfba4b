package org.popcornreplay.protocol;

/**
 * What the protocol asks of its surroundings. The timed engine answers with virtual time and a
 * network, the litmus runner with unit latencies, the explorer with "any order". The protocol never
 * blocks: each call that takes time gets a {@link Step} that the world runs later (or at once,
 * where the time is zero), always from its own event loop, one step at a time.
 */
public interface World {
  /** What goes on after a wait. */
  @FunctionalInterface
  interface Step {
    /** Runs to the next wait. */
    void run();
  }

  /** The present moment in nanoseconds of virtual time; 0 where time has no meaning. */
  long nowNanos();

  /**
   * Gives a message to the message layer of {@code message.from()}. The world carries it (FIFO for
   * each directed link) and calls {@link Popcorn#deliver} at the receiver.
   *
   * @param handedOver runs when the transport has taken all bytes ({@code pcn_kmsg_send}); null for
   *     {@code pcn_kmsg_post}, which goes on at once
   */
  void transmit(Message message, Step handedOver);

  /**
   * RDMA write of {@code bytes} from one node into another; {@code completed} at its completion.
   */
  void rdmaWrite(int from, int to, int bytes, Step completed);

  /**
   * Puts work on the unordered work queue of a node ({@code popcorn_wq}), which the receive thread
   * of the link from {@code peer} feeds. The work sleeps whenever it waits for a step.
   */
  void queueWork(int node, int peer, Step work);

  /** Runs {@code then} after the kernel work {@code cost} has been done by {@code runner}. */
  void spend(int node, Runner runner, int thread, Cost cost, Step then);

  /**
   * A thread backs off after a RETRY (mm/memory.c:3894): busy-waits ({@code udelay}) or sleeps
   * ({@code msleep}) for {@code delayNanos}.
   */
  void backOff(int node, int thread, boolean busy, long delayNanos, Step then);

  /** Runs {@code then} in a later step of the same instant: {@code schedule()} in a spin loop. */
  void giveWay(int node, Step then);

  /** A number in [0, bound), from the run's seeded source; the explorer branches here. */
  int choose(int bound);

  /** True with the given probability; only asked where an option is RACY. */
  boolean chance(double probability);

  /** Who does a piece of kernel work, and so which processor time it takes. */
  enum Runner {
    /** The faulting or calling user thread itself. */
    THREAD,
    /** A work item of popcorn_wq. */
    WORK_QUEUE,
    /** The per-process worker of a remote node. */
    REMOTE_WORKER,
    /** The parked origin peer of a migrated thread. */
    ORIGIN_PEER,
    /** The receive thread of a link, inline. */
    RECEIVER
  }
}
