package org.popcornreplay.replay.litmus;

import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.cpu.CoreUser;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.engine.KernelThread;
import org.popcornreplay.replay.time.EventQueue;

/**
 * A thread of a litmus file on the cores of a cost profile. It holds a core while it computes or
 * works in the kernel, and none while it waits or has nothing to do.
 */
final class ScenarioThread extends CoreUser implements KernelThread {
  private final EventQueue queue;
  private final Cores[] cores;
  private final long wakeUpNanos;
  private int coreNode;
  private boolean computing;
  private long endNanos;
  private Step atEnd;
  private Step whenGranted;

  ScenarioThread(EventQueue queue, Cores[] cores, long wakeUpNanos) {
    this.queue = queue;
    this.cores = cores;
    this.wakeUpNanos = wakeUpNanos;
  }

  /**
   * Runs {@code then} after the thread has computed for so long; others may have turns meanwhile.
   */
  void compute(int node, long nanos, Step then) {
    onCoreOf(node, () -> occupy(nanos, true, then));
  }

  @Override
  public void work(int node, long nanos, Step then) {
    onCoreOf(node, () -> occupy(nanos, false, then));
  }

  @Override
  public void wakeUp(int node, Step then) {
    sleep(node, wakeUpNanos, then);
  }

  @Override
  public void sleep(int node, long nanos, Step then) {
    leaveCore();
    queue.after(node, nanos, () -> onCoreOf(node, () -> goOn(then)));
  }

  private void occupy(long nanos, boolean userMode, Step then) {
    computing = userMode;
    endNanos = queue.nowNanos() + nanos;
    atEnd = then;
    queue.after(coreNode, nanos, () -> ends(then));
  }

  private void ends(Step then) {
    if (atEnd != then) {
      return; // it lost its core in between
    }
    if (queue.nowNanos() < endNanos) {
      queue.at(coreNode, endNanos, () -> ends(then));
      return;
    }
    atEnd = null;
    goOn(then);
  }

  private void goOn(Step then) {
    then.run();
    if (atEnd == null && whenGranted == null) {
      leaveCore();
    }
  }

  @Override
  public void behind(int node, long tickNanos, Step then) {
    cores[node].behind(this, tickNanos, then);
  }

  private void onCoreOf(int node, Step then) {
    if (onCore() && coreNode == node) {
      then.run();
      return;
    }
    leaveCore();
    coreNode = node;
    whenGranted = then;
    cores[node].acquire(this);
  }

  private void leaveCore() {
    if (onCore() || whenGranted != null) {
      whenGranted = null;
      cores[coreNode].release(this);
    }
  }

  @Override
  protected void granted() {
    Step then = whenGranted;
    whenGranted = null;
    then.run();
  }

  @Override
  protected void interrupted(long nanos) {
    endNanos += nanos;
  }

  @Override
  protected boolean preempt() {
    if (!computing || atEnd == null) {
      return false;
    }
    long left = Math.max(0, endNanos - queue.nowNanos());
    Step then = atEnd;
    atEnd = null;
    whenGranted = () -> occupy(left, true, then);
    return true;
  }
}
