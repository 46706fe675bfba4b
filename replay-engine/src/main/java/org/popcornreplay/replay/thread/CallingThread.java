package org.popcornreplay.replay.thread;

import java.util.function.IntConsumer;
import org.popcornreplay.protocol.AccessMode;
import org.popcornreplay.protocol.Completion;
import org.popcornreplay.protocol.Outcome;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.time.Jitter;

/**
 * A thread that asks the kernel for something, one thing at a time: it faults, calls the protocol,
 * computes in the kernel, waits for another thread or sleeps, and goes on in user mode when that is
 * over.
 */
abstract class CallingThread extends ScheduledThread {
  /** Whether its exit has begun. */
  boolean exiting;

  // The operation under way.
  private boolean inCall;
  private boolean pending;
  private int result;
  private Step afterOperation;
  private final Completion completion = this::operationEnded;
  private final Step goOn = this::goOn;
  private Jitter sleepSlack;

  CallingThread(int number, RunContext run) {
    super(number, run);
  }

  /** It has ended. */
  abstract void end();

  /** An operation has ended with a result after which the thread cannot go on. */
  abstract void fails(int fatal);

  /** The protocol says that it is no more, without its having asked for it. */
  final void killed() {
    if (!ended && !exiting) {
      end();
    }
  }

  /** Begins an operation of the protocol in a state; to be followed by the call. */
  private void beginOperation(ThreadState inState, Step then) {
    if (pending) {
      throw new IllegalStateException("thread " + number + " has an operation under way");
    }
    rebase();
    user = false;
    enter(inState);
    afterOperation = then;
    pending = true;
    inCall = true;
  }

  /**
   * Ends the call that began an operation.
   *
   * @return true when the operation has ended already; else {@code then} runs later
   */
  private boolean endCall() {
    inCall = false;
    if (pending) {
      settle();
      return false;
    }
    return backToUser();
  }

  private void operationEnded(int thread, int with) {
    pending = false;
    result = with;
    if (!inCall) {
      node = Math.max(0, run.popcorn().nodeOf(number));
      onCoreOf(node, goOn);
    }
  }

  private boolean backToUser() {
    if (Outcome.isFatal(result) && !exiting) {
      int fatal = result;
      result = 0;
      fails(fatal);
      return false;
    }
    if (run.processExited() && !exiting && !run.popcorn().mayBegin(number)) {
      end(); // another thread ended the process while this one was in the kernel
      return false;
    }
    if (holdsCoreOfItsNode()) {
      beginUserCode();
      return true;
    }
    onCoreOf(node, goOn);
    return false;
  }

  private void goOn() {
    if (!ended && backToUser()) {
      Step then = afterOperation;
      afterOperation = null;
      then.run();
    }
  }

  /** The result of the last operation. */
  final int result() {
    return result;
  }

  /**
   * Faults on a page in this moment.
   *
   * @return true when the access has happened at once; else {@code then} runs when it has
   */
  final boolean faultNow(long page, boolean write, AccessMode mode, Step then) {
    beginOperation(ThreadState.FAULT, then);
    waitsFor(write ? "page (write)" : "page (read)", run.scale().address(page));
    run.popcorn().access(number, page, write, mode, completion);
    return endCall();
  }

  /** A call of the protocol that ends with the completion it is given. */
  @FunctionalInterface
  interface Operation {
    /** Begins it. */
    void begin(Popcorn popcorn, Completion ended);
  }

  /**
   * Runs an operation of the protocol.
   *
   * @param then goes on with the result, in user mode
   */
  final void operate(
      ThreadState inState, String what, long object, Operation operation, IntConsumer then) {
    if (isBeingKilled()) {
      return;
    }
    Step after = () -> then.accept(result);
    beginOperation(inState, after);
    waitsFor(what, object);
    operation.begin(run.popcorn(), completion);
    node = endsAt();
    if (endCall()) {
      after.run();
    }
  }

  /** Another thread ended the process: this one does nothing more until the protocol ends it. */
  final boolean isBeingKilled() {
    if (exiting || !run.popcorn().isEnding(number)) {
      return false;
    }
    user = false;
    settle();
    return true;
  }

  private int endsAt() {
    return pending ? node : Math.max(0, run.popcorn().nodeOf(number));
  }

  /** Leaves the core until {@link #wake}. */
  final void waitFor(ThreadState inState, String what, long object, Step then) {
    rebase();
    user = false;
    enter(inState);
    waitsFor(what, object);
    afterOperation = then;
    result = 0;
    settle();
  }

  /** Ends {@link #waitFor}: the thread goes on at this instant, when it has a core. */
  final void wake() {
    enter(ThreadState.RUN_QUEUE);
    run.queue().running(node, run.now(), () -> onCoreOf(node, goOn));
  }

  /** Sleeps as its program asks for, then goes on: a little later than asked for. */
  final void nap(String what, long nanos, Step then) {
    if (sleepSlack == null) {
      sleepSlack = run.sleepSlack(number);
    }
    sleepFor(ThreadState.SYSCALL, what, nanos + sleepSlack.nextNanos(), then);
  }

  /** Sleeps for so long, then goes on. */
  final void sleepFor(ThreadState inState, String what, long nanos, Step then) {
    waitFor(inState, what, 0, then);
    run.queue().running(node, run.now() + nanos, () -> onCoreOf(node, goOn));
  }

  /** Computes for so long in the kernel, on its core, then goes on. */
  final void computeFor(ThreadState inState, long nanos, Step then) {
    if (nanos == 0) {
      then.run();
      return;
    }
    rebase();
    user = false;
    enter(inState);
    afterOperation = then;
    result = 0;
    work(node, nanos, goOn);
  }
}
