package org.popcornreplay.replay.cpu;

/** A thread as the cores of a node see it. */
public abstract class CoreUser {
  /** Index of the core that it holds, or -1. */
  int core = -1;

  /** Whether it waits in the run queue. */
  boolean queued;

  /** When it got its core, in nanoseconds. */
  long grantedNanos;

  /** Whether it holds a core. */
  public final boolean onCore() {
    return core >= 0;
  }

  /** It has a core from now on. */
  protected abstract void granted();

  /** A kernel thread uses its core for so many nanoseconds from now on. */
  protected abstract void interrupted(long nanos);

  /**
   * Its time slice is over and others wait.
   *
   * @return false where it cannot be stopped at this moment (in the kernel)
   */
  protected abstract boolean preempt();
}
