package org.popcornreplay.replay.network;

import org.popcornreplay.protocol.World.Step;

/**
 * A kernel thread that does one thing at a time: a receive thread, a work queue's processor. What
 * it runs may hold it beyond its own end, by computing or by waiting for room in a send queue; when
 * nothing holds it any more it takes what comes next.
 */
public abstract class KernelContext implements Step {
  private final Network network;
  private int holds;
  private Step computing;

  /** A context of a network's nodes. */
  protected KernelContext(Network network) {
    this.network = network;
  }

  /** Nothing holds it any more. */
  protected abstract void free();

  /** It is busy until one {@link #release} more. */
  public final void hold() {
    holds++;
  }

  /** Ends one {@link #hold}. */
  public final void release() {
    holds--;
    if (holds == 0) {
      free();
    }
  }

  /** Whether something holds it. */
  public final boolean isHeld() {
    return holds > 0;
  }

  /** Runs a step in this context. */
  public final void execute(Step step) {
    KernelContext outer = network.enter(this);
    hold();
    step.run();
    network.enter(outer);
    release();
  }

  /**
   * It computes: this object is the step at the end of that, and goes on with {@code then}.
   *
   * @return the step to run when it has computed
   */
  public final Step compute(Step then) {
    hold();
    if (computing != null) {
      return () -> computed(then);
    }
    computing = then;
    return this;
  }

  @Override
  public final void run() {
    Step then = computing;
    computing = null;
    computed(then);
  }

  private void computed(Step then) {
    KernelContext outer = network.enter(this);
    then.run();
    network.enter(outer);
    release();
  }
}
