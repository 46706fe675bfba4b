package org.popcornreplay.protocol;

/**
 * What the protocol asks of its surroundings. The timed engine answers with virtual time and a
 * network, the litmus runner with unit latencies, the explorer with "any order". The protocol never
 * blocks: each call that takes time gets a {@link Step} that the world runs later (or at once,
 * where the time is zero), always from its own event loop, one step at a time.
 *
 * <p>Two calls never run their step at once, not even at zero cost: {@link #wake} and {@link
 * #giveWay}. Their steps come after the running one, in the order of the calls. {@link #spend}
 * shall run its step at once where the cost is zero: a handler that does not have to wait runs
 * through.
 */
public interface World {
  /** What goes on after a wait. */
  @FunctionalInterface
  interface Step {
    /** Runs to the next wait. */
    void run();
  }

  /** No link: the work is not an item of {@code popcorn_wq}. */
  int NO_PEER = -1;

  /** The present moment in nanoseconds of virtual time; 0 where time has no meaning. */
  long nowNanos();

  /**
   * Gives a message to the message layer of {@code message.from()}. The world carries it (FIFO for
   * each directed link) and calls {@link Popcorn#deliver} at the receiver.
   *
   * @param handedOver runs when the transport has taken all bytes ({@code pcn_kmsg_send}), at once
   *     where that takes no time; null for {@code pcn_kmsg_post}, which goes on at once
   */
  void transmit(Message message, Step handedOver);

  /**
   * RDMA write of {@code bytes} from one node into another; {@code completed} at its completion.
   */
  void rdmaWrite(int from, int to, int bytes, Step completed);

  /**
   * Puts work on the unordered work queue of a node ({@code popcorn_wq}), which the receive thread
   * of the link from {@code peer} feeds. The item occupies its processor while it runs, while it
   * spends ({@link #spend} with the same peer) and while it spins ({@link #spin}); it sleeps
   * otherwise. A world whose queue is unlimited runs it at once.
   */
  void queueWork(int node, int peer, Step work);

  /**
   * Runs {@code then} after the kernel work {@code cost} has been done by {@code runner}; at once
   * where the cost is zero.
   *
   * @param peer the link whose work item spends, for {@link Runner#WORK_QUEUE}; else {@link
   *     #NO_PEER}
   * @param thread the thread on whose behalf, or {@link Message#NO_THREAD}
   */
  void spend(int node, Runner runner, int peer, int thread, Cost cost, Step then);

  /**
   * A sleeping context becomes runnable: runs {@code then} in a later step, of the same instant
   * where waking up costs nothing. Sleepers that are woken in one step go on in the order of the
   * calls.
   */
  void wake(int node, Runner runner, int peer, int thread, Step then);

  /**
   * As {@link #wake}, by a thread that stays on its processor: where no other one is idle, the
   * woken context runs when the thread sleeps or its time slice ends (no wake-up preemption).
   *
   * @param waker the thread that wakes it
   */
  default void wakeBehind(int waker, int node, Runner runner, int peer, int thread, Step then) {
    wake(node, runner, peer, thread, then);
  }

  /**
   * A thread backs off after a RETRY (mm/memory.c:3894): busy-waits ({@code udelay}) or sleeps
   * ({@code msleep}) for {@code delayNanos}. The unit profile takes the delay as it is; a world
   * with jiffies adds theirs.
   */
  void backOff(int node, int thread, boolean busy, long delayNanos, Step then);

  /** Runs {@code then} in a later step of the same instant: {@code schedule()} in a spin loop. */
  void giveWay(int node, Step then);

  /**
   * A thread whose fault has ended is overtaken on its way back to user mode by the workers that it
   * has just woken (K1): runs {@code then} when they have had their turn.
   */
  default void overtaken(int node, Step then) {
    giveWay(node, then);
  }

  /** Runs {@code then} after {@code delayNanos}: a futex that times out. It may come in vain. */
  void timer(int node, long delayNanos, Step then);

  /**
   * A context begins (or ends) to spin for mmap_sem without sleeping: it keeps its processor. For
   * information; the protocol itself finds out when the lock is free.
   */
  default void spin(int node, Runner runner, int peer, int thread, boolean begins) {}

  /**
   * Whether the send queue towards a peer is full ({@code MAX_SEND_DEPTH}), so that who puts a
   * message into it would have to wait.
   */
  default boolean isSendQueueFull(int from, int to) {
    return false;
  }

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
