package org.popcornreplay.replay.thread;

import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.cpu.CoreUser;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.engine.KernelThread;

/**
 * A thread as the cores and the kernel see it: it holds a core while it runs user code or works in
 * the kernel, leaves it when it sleeps, and can be stopped while it is in user mode.
 */
abstract class ScheduledThread extends CoreUser implements KernelThread {
  final int number;
  final RunContext run;
  private final StateTimes times = new StateTimes();
  private final ThreadClock clock = new ThreadClock();

  /** The node on which it is. */
  int node;

  /** Whether it runs user code on its core. */
  boolean user;

  /** When it looks at its records again; -1 where it does not. */
  long nextCheckNanos = -1;

  /** Instructions that it has executed. */
  long instructions;

  boolean ended;
  private int coreNode;
  private Step grantedThen;
  private String waitingFor = "";
  private long waitingObject;

  // Work in the kernel.
  private boolean busy;
  private long workEndNanos;
  private Step workThen;

  private final Step workStep = this::workStep;
  private final Step resume = this::resumeUser;

  ScheduledThread(int number, RunContext run) {
    this.number = number;
    this.run = run;
  }

  /** Runs user code as far as it goes. */
  abstract void runUser();

  /** Its number in the trace. */
  public final int number() {
    return number;
  }

  /** The node on which it is. */
  public final int node() {
    return node;
  }

  /** Whether it has ended. */
  public final boolean hasEnded() {
    return ended;
  }

  /** Instructions that it has executed. */
  public final long instructions() {
    return instructions;
  }

  /** Nanoseconds that it spent in a state. */
  public final long nanosIn(ThreadState ofState) {
    return times.nanosIn(ofState);
  }

  /** What it does now. */
  public final ThreadState state() {
    return times.state();
  }

  /** What it waits for, in words; empty where it runs. */
  public final String waitingFor() {
    return waitingFor;
  }

  /** The address of what it waits for, or 0. */
  public final long waitingObject() {
    return waitingObject;
  }

  final void waitsFor(String what, long object) {
    waitingFor = what;
    waitingObject = object;
  }

  final void waitsForNothing() {
    waitingFor = "";
  }

  /** Its time begins. */
  final void beginTime() {
    times.begin(run.now());
    clock.goesOnAt(run.now());
  }

  /** Books the time since the last change and goes on in another state. */
  final void enter(ThreadState next) {
    long now = run.now();
    if (now > times.sinceNanos()) {
      run.listener().interval(number, node, times.state().text(), times.sinceNanos(), now);
    }
    times.change(next, now);
  }

  /**
   * What it does lasted until this moment, at which the run is over.
   *
   * @return when its time ends
   */
  final long endTime(long nanos) {
    if (nanos > times.sinceNanos()) {
      run.listener().interval(number, node, times.state().text(), times.sinceNanos(), nanos);
      times.cutOff(nanos);
    }
    return times.sinceNanos();
  }

  // ---- The clock of user code.

  final void rebase() {
    clock.set(instructions, run.now());
  }

  /** Executes a loop of few instructions from here on, or goes on behind it. */
  final void standStill(boolean on) {
    rebase();
    clock.standStill(on);
  }

  final long timeOf(long atInstructions) {
    return clock.timeOf(atInstructions, run.femtosPerInstruction(node));
  }

  final long instructionsAt(long nanos) {
    return clock.instructionsAt(nanos, run.femtosPerInstruction(node));
  }

  /** Instructions that it has executed by now, those since its last record included. */
  final long executedInstructions() {
    return Math.max(clock.instructions(), user ? instructionsAt(run.now()) : 0);
  }

  // ---- Cores.

  final boolean holdsCoreOfItsNode() {
    return onCore() && coreNode == node;
  }

  /** Goes on in user mode, on the core that it holds. */
  final void beginUserCode() {
    user = true;
    clock.goesOnAt(run.now());
    waitsForNothing();
    enter(ThreadState.COMPUTE);
  }

  /** Gives up its core for good. */
  final void leaveCore() {
    coresOf(coreNode).release(this);
  }

  private Cores coresOf(int ofNode) {
    return run.cores(ofNode);
  }

  @Override
  protected void granted() {
    Step then = grantedThen;
    grantedThen = null;
    then.run();
  }

  @Override
  protected void interrupted(long nanos) {
    if (user) {
      clock.delay(run.now(), nanos, run.femtosPerInstruction(node));
      times.stolen(nanos);
    } else if (busy) {
      workEndNanos += nanos;
    }
  }

  @Override
  protected boolean preempt() {
    if (!user) {
      return false;
    }
    clock.stop(run.now(), run.femtosPerInstruction(node));
    user = false;
    nextCheckNanos = -1;
    enter(ThreadState.RUN_QUEUE);
    grantedThen = resume;
    return true;
  }

  final void onCoreOf(int ofNode, Step then) {
    if (onCore() && coreNode == ofNode && grantedThen == null) {
      then.run();
      return;
    }
    if (onCore() || grantedThen != null) {
      // It goes elsewhere, or it is killed while it waits for a core.
      coresOf(coreNode).release(this);
    }
    coreNode = ofNode;
    grantedThen = then;
    coresOf(ofNode).acquire(this);
  }

  /** Continues with user code, now or as soon as there is a core. */
  final void resumeUser() {
    if (ended) {
      return;
    }
    if (holdsCoreOfItsNode()) {
      beginUserCode();
      runUser();
    } else {
      enter(ThreadState.RUN_QUEUE);
      onCoreOf(node, resume);
    }
  }

  /** The kernel works for a thread that runs user code: it is being killed. */
  private void leaveUserCode() {
    if (user) {
      rebase();
      user = false;
      nextCheckNanos = -1;
      enter(ThreadState.SYSCALL);
    }
  }

  /** After a call into the protocol: a thread that has nothing to do leaves its core. */
  final void settle() {
    if (!user && !busy && grantedThen == null && onCore()) {
      coresOf(coreNode).release(this);
    }
  }

  @Override
  public void work(int ofNode, long nanos, Step then) {
    leaveUserCode();
    onCoreOf(
        ofNode,
        () -> {
          busy = true;
          workThen = then;
          workEndNanos = run.now() + nanos;
          run.queue().running(ofNode, workEndNanos, workStep);
        });
  }

  private void workStep() {
    if (!busy) {
      return;
    }
    if (run.now() < workEndNanos) {
      run.queue().running(coreNode, workEndNanos, workStep);
      return;
    }
    busy = false;
    Step then = workThen;
    workThen = null;
    then.run();
    settle();
  }

  @Override
  public void wakeUp(int ofNode, Step then) {
    later(ofNode, run.wakeUpNanos(ofNode), then);
  }

  @Override
  public void behind(int ofNode, long tickNanos, Step then) {
    coresOf(ofNode).behind(this, tickNanos, then);
  }

  @Override
  public void sleep(int ofNode, long nanos, Step then) {
    later(ofNode, nanos, then);
  }

  private void later(int ofNode, long nanos, Step then) {
    run.queue().running(ofNode, run.now() + nanos, new KernelWakeUp(ofNode, then));
  }

  /**
   * What the kernel does for the thread when it wakes up: first it gets a core, then it goes on.
   */
  private final class KernelWakeUp implements Step {
    private final int ofNode;
    private final Step then;
    private boolean wantsCore;

    KernelWakeUp(int ofNode, Step then) {
      this.ofNode = ofNode;
      this.then = then;
    }

    @Override
    public void run() {
      if (!wantsCore) {
        wantsCore = true;
        onCoreOf(ofNode, this);
      } else {
        then.run();
        settle();
      }
    }
  }
}
