package org.popcornreplay.replay.cpu;

import java.util.ArrayDeque;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.time.EventQueue;

/**
 * The cores of one node. Threads hold a core while they run and wait in a run queue while there is
 * none; the kernel's own threads (message layer, work queues, workers, peers) run in short bursts
 * that go first: on an idle core, else on the core of a thread, which stands still for that long.
 * Threads that were woken run before threads whose slice ended and take the core of a thread that
 * is not in the kernel at once, as a fair scheduler's sleeper credit lets them.
 */
public final class Cores {
  private static final class Core {
    CoreUser user;
    CoreUser lastUser;
    long grants;
    boolean bursting;
    boolean timerSet;

    /** What runs when the user leaves; null where nothing was ever held back here. */
    ArrayDeque<Step> behind;
  }

  private record Burst(long nanos, Step done) {}

  private final EventQueue queue;
  private final int node;
  private final boolean unlimited;
  private final long sliceNanos;
  private final long switchNanos;
  private final Core[] cores;
  private final ArrayDeque<CoreUser> woken = new ArrayDeque<>();
  private final ArrayDeque<CoreUser> expired = new ArrayDeque<>();
  private final ArrayDeque<Burst> bursts = new ArrayDeque<>();
  private final ArrayDeque<Step> quiet = new ArrayDeque<>();
  private int busyCores;
  private int nextVictim;
  private long kernelNanos;
  private int timers;

  /**
   * The cores of a node.
   *
   * @param count number of cores; 0 = one for every thread and every piece of kernel work
   */
  public Cores(EventQueue queue, int node, int count, long sliceNanos, long switchNanos) {
    this.queue = queue;
    this.node = node;
    this.unlimited = count == 0;
    this.sliceNanos = sliceNanos;
    this.switchNanos = switchNanos;
    cores = new Core[count];
    for (int i = 0; i < count; i++) {
      cores[i] = new Core();
    }
  }

  /** How many there are; 0 = one for every thread and every piece of kernel work. */
  public int count() {
    return cores.length;
  }

  /** Steps of its own that wait, which do no more than to look whether a time slice is over. */
  public int timers() {
    return timers;
  }

  /** Nanoseconds of kernel threads' work so far. */
  public long kernelNanos() {
    return kernelNanos;
  }

  /** Counts kernel work that a thread does on its own core. */
  public void countKernelWork(long nanos) {
    kernelNanos += nanos;
  }

  /** A thread wants to run; {@link CoreUser#granted} is called at once or later. */
  public void acquire(CoreUser user) {
    if (unlimited) {
      user.core = Integer.MAX_VALUE;
      user.grantedNanos = queue.nowNanos();
      user.granted();
      return;
    }
    if (user.queued || user.core >= 0) {
      throw new IllegalStateException("already holds a core or waits for one");
    }
    int free = -1;
    for (int i = 0; i < cores.length; i++) {
      if (cores[i].user == null && !cores[i].bursting) {
        if (cores[i].lastUser == user) {
          free = i;
          break;
        }
        if (free < 0) {
          free = i;
        }
      }
    }
    if (free >= 0) {
      give(free, user);
      return;
    }
    user.queued = true;
    woken.add(user);
    setTimers();
  }

  private void give(int index, CoreUser user) {
    Core core = cores[index];
    user.queued = false;
    core.user = user;
    user.core = index;
    user.grantedNanos = queue.nowNanos();
    long grant = ++core.grants;
    if (core.lastUser != user && core.lastUser != null && switchNanos > 0) {
      core.lastUser = user;
      queue.after(
          node,
          switchNanos,
          () -> {
            // It may have given the core up and got it again, at this very instant even.
            if (core.user == user && core.grants == grant) {
              user.granted();
            }
          });
    } else {
      core.lastUser = user;
      user.granted();
    }
    if (hasWaiting()) {
      setTimers();
    }
  }

  /** A thread gives up its core, or its place in the run queue. */
  public void release(CoreUser user) {
    if (user.core < 0) {
      if (user.queued) {
        user.queued = false;
        woken.remove(user);
        expired.remove(user);
      }
      return;
    }
    int index = user.core;
    user.core = -1;
    if (!unlimited) {
      cores[index].user = null;
      goOnBehind(cores[index]);
      fill(index);
    }
  }

  /**
   * Runs a step when a thread gives up its core, at the latest at the first tick after its time
   * slice; at once where it holds none or another core is idle. Who is woken by a thread and does
   * not preempt it waits like this.
   */
  public void behind(CoreUser user, long tickNanos, Step step) {
    if (unlimited || user.core < 0 || hasIdleCore()) {
      step.run();
      return;
    }
    Core core = cores[user.core];
    if (core.behind == null) {
      core.behind = new ArrayDeque<>();
    }
    core.behind.add(step);
    long end = Math.max(queue.nowNanos(), user.grantedNanos + sliceNanos);
    long ticks = tickNanos == 0 ? end : (end + tickNanos - 1) / tickNanos * tickNanos;
    queue.at(
        node,
        ticks,
        () -> {
          if (core.behind.remove(step)) {
            step.run();
          }
        });
  }

  private boolean hasIdleCore() {
    for (Core core : cores) {
      if (core.user == null && !core.bursting) {
        return true;
      }
    }
    return false;
  }

  private void goOnBehind(Core core) {
    while (core.behind != null && !core.behind.isEmpty()) {
      core.behind.poll().run();
    }
  }

  private void fill(int index) {
    Core core = cores[index];
    if (core.user != null || core.bursting) {
      return;
    }
    CoreUser next = woken.poll();
    if (next == null) {
      next = expired.poll();
    }
    if (next != null) {
      give(index, next);
    }
  }

  private boolean hasWaiting() {
    return !woken.isEmpty() || !expired.isEmpty();
  }

  private void setTimers() {
    for (int i = 0; i < cores.length; i++) {
      setTimer(i);
    }
  }

  private void setTimer(int index) {
    Core core = cores[index];
    if (core.user == null || core.timerSet) {
      return;
    }
    core.timerSet = true;
    long share = woken.isEmpty() ? sliceNanos : 0;
    long end = Math.max(queue.nowNanos(), core.user.grantedNanos + share);
    timers++;
    queue.at(node, end, () -> sliceEnds(index));
  }

  private void sliceEnds(int index) {
    Core core = cores[index];
    core.timerSet = false;
    timers--;
    if (core.user == null || !hasWaiting()) {
      return;
    }
    long share = woken.isEmpty() ? sliceNanos : 0;
    CoreUser user = core.user;
    if (queue.nowNanos() < user.grantedNanos + share) {
      setTimer(index);
    } else if (!core.bursting && user.preempt()) {
      user.core = -1;
      core.user = null;
      user.queued = true;
      expired.add(user);
      goOnBehind(core);
      fill(index);
    } else {
      core.timerSet = true;
      timers++;
      queue.after(node, Math.max(1, sliceNanos / 16), () -> sliceEnds(index));
    }
  }

  /** Runs {@code done} after a kernel thread has worked for so long; at once where that is 0. */
  public void burst(long nanos, Step done) {
    if (nanos == 0) {
      done.run();
      return;
    }
    kernelNanos += nanos;
    if (unlimited) {
      queue.after(node, nanos, done);
      return;
    }
    int chosen = -1;
    for (int i = 0; i < cores.length && chosen < 0; i++) {
      if (cores[i].user == null && !cores[i].bursting) {
        chosen = i;
      }
    }
    for (int i = 0; i < cores.length && chosen < 0; i++) {
      int candidate = (nextVictim + i) % cores.length;
      if (!cores[candidate].bursting) {
        chosen = candidate;
        nextVictim = (candidate + 1) % cores.length;
      }
    }
    if (chosen < 0) {
      bursts.add(new Burst(nanos, done));
    } else {
      start(chosen, nanos, done);
    }
  }

  /** Runs a step as soon as no kernel thread is at work. */
  public void whenQuiet(Step step) {
    if (busyCores == 0) {
      step.run();
    } else {
      quiet.add(step);
    }
  }

  private void tellQuiet() {
    while (busyCores == 0 && !quiet.isEmpty()) {
      quiet.poll().run();
    }
  }

  private void start(int index, long nanos, Step done) {
    Core core = cores[index];
    core.bursting = true;
    busyCores++;
    if (core.user != null) {
      core.user.interrupted(nanos);
    }
    queue.after(
        node,
        nanos,
        () -> {
          core.bursting = false;
          busyCores--;
          Burst next = bursts.poll();
          if (next != null) {
            start(index, next.nanos(), next.done());
          } else {
            fill(index);
          }
          done.run();
          tellQuiet();
        });
  }
}
