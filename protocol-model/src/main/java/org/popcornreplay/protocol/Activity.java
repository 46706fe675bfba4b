package org.popcornreplay.protocol;

/**
 * A kernel execution context on its way through a function that sleeps. What the kernel keeps on
 * the context's stack is in fields here, and {@link #at} says where it goes on, so that the whole
 * state of a cluster can be digested and nothing is allocated to wait.
 *
 * <p>Each call that may suspend stands last before a return: the world may run the step at once.
 */
abstract class Activity implements World.Step, Digestible {
  /** Not on its way. */
  static final int IDLE = -1;

  final PopcornCluster cluster;
  final World world;
  final World.Runner runner;
  int node;
  int peer = World.NO_PEER;
  int thread;
  int at = IDLE;

  private boolean spinning;

  Activity(PopcornCluster cluster, World.Runner runner, int node, int thread) {
    this.cluster = cluster;
    this.world = cluster.world;
    this.runner = runner;
    this.node = node;
    this.thread = thread;
  }

  @Override
  public final void run() {
    resume();
  }

  /** Goes on at {@link #at}. */
  abstract void resume();

  /** Folds the local variables that decide how it goes on. */
  void digestLocals(Digest digest) {}

  @Override
  public final void digest(Digest digest) {
    digest.add(getClass().getName().hashCode()).addNode(node).addThread(thread);
    digest.add(at).add(spinning);
    digestLocals(digest);
  }

  /** Someone else makes it runnable. */
  final void wake() {
    world.wake(node, runner, peer, thread, this);
  }

  /** A thread that stays on its processor makes it runnable. */
  final void wakeBehind(int waker) {
    world.wakeBehind(waker, node, runner, peer, thread, this);
  }

  /** Does kernel work, then goes on at {@code next}; the caller returns at once. */
  final void spend(Cost cost, int next) {
    at = next;
    world.spend(node, runner, peer, thread, cost, this);
  }

  /**
   * Waits for somebody to wake it, and then goes on at {@code next}; the caller returns at once.
   */
  final void sleep(int next) {
    at = next;
  }

  final void spins(boolean begins) {
    if (spinning != begins) {
      spinning = begins;
      world.spin(node, runner, peer, thread, begins);
    }
  }

  final RemoteContext here() {
    return cluster.context(node);
  }
}
