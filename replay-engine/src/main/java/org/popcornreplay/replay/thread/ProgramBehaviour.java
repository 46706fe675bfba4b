package org.popcornreplay.replay.thread;

import org.popcornreplay.protocol.AccessMode;
import org.popcornreplay.protocol.Advice;
import org.popcornreplay.protocol.Outcome;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.order.AddressSpaceOrder;
import org.popcornreplay.replay.order.RecordedOrder;
import org.popcornreplay.traces.SyncFunction;

/** What the events of a trace make a thread do. */
final class ProgramBehaviour {
  private static final int ADVISE_DONTNEED = 4;
  private static final int ADVISE_RELEASE = 20;
  private static final int MUNMAP = 11;
  private static final int FUTEX_COMMAND = 0x7f;
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final int FUTEX_WAIT_BITSET = 9;
  private static final int FUTEX_WAKE_BITSET = 10;
  private static final int LARGEST_ERRNO = 4095;

  private final RunContext run;
  private final Synchronisation synchronisation;
  private final FutexSleepers sleepers = new FutexSleepers();
  private final int[] depth;
  private final long[] enteredNanos;
  private long sleepingPollers;
  private final long[] waitedNanos;

  ProgramBehaviour(RunContext run, Synchronisation synchronisation) {
    this.run = run;
    this.synchronisation = synchronisation;
    depth = new int[run.threadCount()];
    enteredNanos = new long[run.threadCount()];
    waitedNanos = new long[run.threadCount()];
  }

  /** Whether the thread is inside a synchronisation function that is decided anew. */
  boolean inDecidedFunction(ReplayThread t) {
    return depth[t.number()] > 0;
  }

  /** The thread has no further records. */
  void recordsEnd(ReplayThread t) {
    // Killed by another thread's exit, or the recording was cut.
    t.waitFor(ThreadState.IDLE, "end of the process", 0, () -> leave(t));
    if (run.processExited() || t.number() == 0) {
      t.wake();
    } else {
      run.tellEnd(0, t::wake);
    }
  }

  /** Does what the event says, then goes on with the thread's user code. */
  void handle(ReplayThread t, TraceEvent e) {
    Step then = t::continueUser;
    switch (e.kind()) {
      case THREAD_START -> migrate(t, run.placement().startNode(t.number()), then);
      case THREAD_CREATE -> create(t, (int) e.argument(0), e.sequence(), then);
      case THREAD_EXIT -> leave(t);
      case PROCESS_EXIT -> leaveAll(t);
      case SYSCALL -> systemCall(t, e, then);
      case FUTEX -> futex(t, e, then);
      case VMA -> addressSpace(t, e, then);
      case MIGRATE -> ownMigration(t, e, then);
      case SYNC_ENTER -> enter(t, e, then);
      case SYNC_EXIT -> exit(t, e, then);
      case PROPOSE, THREAD_STATUS, NODE_INFO ->
          kernelAccesses(
              t,
              e,
              0,
              () -> t.computeFor(ThreadState.SYSCALL, run.systemCallNanos(t.node()), then));
      case SIGNAL, ATOMIC, SPIN, HEAP_ALLOC, HEAP_FREE, SLICE -> then.run();
    }
  }

  // ---- Threads.

  private void create(ReplayThread t, int child, long sequence, Step then) {
    long word = run.exitWord(child);
    if (waitsForStack(t, word, word + 1, sequence, () -> create(t, child, sequence, then))) {
      return;
    }
    if (t.node() != Popcorn.ORIGIN && !run.placement().followsProgram()) {
      // A thread can only be created at the origin: the creator goes there and comes back.
      int node = t.node();
      migrate(t, Popcorn.ORIGIN, () -> create(t, child, sequence, () -> migrate(t, node, then)));
      return;
    }
    ReplayThread made = run.create(child);
    if (made == null) {
      then.run();
      return;
    }
    t.operate(
        ThreadState.SYSCALL,
        "clone",
        0,
        (popcorn, ended) ->
            popcorn.clone(t.number(), child, run.tidPage(child), run.tidAddress(child), ended),
        result -> {
          long now = run.now();
          run.listener().wake(child, t.number(), "create", now, now);
          // A step of its own: the child may only run ahead to where its creator can go on.
          run.queue().running(Popcorn.ORIGIN, now, () -> run.begin(made));
          then.run();
        });
  }

  /**
   * A stack is used again, or unmapped, after the end of its thread. What tells the program so may
   * be decided anew (a join, glibc's lock of its list of stacks); the end itself always comes
   * first.
   */
  private boolean waitsForStack(ReplayThread t, long start, long end, long sequence, Step again) {
    ReplayThread user = start == 0 ? null : run.runningOnStackIn(start, end, sequence);
    if (user == null || user == t) {
      return false;
    }
    t.waitFor(ThreadState.IDLE, "end of thread " + user.number(), start, again);
    run.tellEnd(user.number(), () -> run.wakes(t, user.number(), "exit"));
    return true;
  }

  private void leave(ReplayThread t) {
    if (t.node() != Popcorn.ORIGIN && !run.placement().followsProgram()) {
      migrate(t, Popcorn.ORIGIN, () -> leave(t));
      return;
    }
    if (t.number() == 0) {
      run.processExits();
    }
    t.beginExit();
    t.operate(
        ThreadState.SYSCALL,
        "exit",
        run.tidAddress(t.number()),
        (popcorn, ended) -> popcorn.exit(t.number(), ended),
        result -> t.end());
  }

  private void leaveAll(ReplayThread t) {
    if (t.node() != Popcorn.ORIGIN && !run.placement().followsProgram()) {
      migrate(t, Popcorn.ORIGIN, () -> leaveAll(t));
      return;
    }
    run.processExits();
    t.beginExit();
    t.operate(
        ThreadState.SYSCALL,
        "exit_group",
        0,
        (popcorn, ended) -> popcorn.exitGroup(t.number(), ended),
        result -> endWithGroup(t));
  }

  private void endWithGroup(ReplayThread t) {
    t.end();
    run.spinningThreads().lookAgain();
    for (int i = 0; i < run.threadCount(); i++) {
      ReplayThread other = run.thread(i);
      if (other != null && other.hasStarted() && !other.hasEnded() && run.popcorn().hasEnded(i)) {
        other.end();
      }
    }
  }

  /** A signal kills the thread, and with it the process. */
  void killed(ReplayThread t) {
    run.processExits();
    t.beginExit();
    t.operate(
        ThreadState.SYSCALL,
        "death by a signal",
        0,
        (popcorn, ended) -> popcorn.exitGroup(t.number(), ended),
        result -> endWithGroup(t));
  }

  // ---- Migration.

  /** Goes to a node, by way of the origin where it must. */
  void migrate(ReplayThread t, int node, Step then) {
    if (t.node() == node) {
      then.run();
    } else if (t.node() != Popcorn.ORIGIN && node != Popcorn.ORIGIN) {
      migrate(t, Popcorn.ORIGIN, () -> migrate(t, node, then));
    } else {
      t.operate(
          ThreadState.MIGRATION,
          "migration to node " + node,
          0,
          (popcorn, ended) -> popcorn.migrate(t.number(), node, ended),
          result -> {
            if (result == Outcome.OK) {
              t.countMigration();
            }
            then.run();
          });
    }
  }

  private void ownMigration(ReplayThread t, TraceEvent e, Step then) {
    int node =
        e.result() == 0 ? run.placement().migrationNode(t.number(), (int) e.argument(0)) : -1;
    if (node < 0 || node == t.node()) {
      t.computeFor(ThreadState.SYSCALL, run.systemCallNanos(t.node()), then);
      return;
    }
    kernelAccesses(
        t,
        e,
        0,
        () ->
            migrate(
                t,
                node,
                () -> {
                  if (t.fetchText(e.ip(), then)) {
                    then.run();
                  }
                }));
  }

  // ---- System calls.

  /** The accesses of the kernel in a system call, from the i-th on. */
  private void kernelAccesses(ReplayThread t, TraceEvent e, int from, Step then) {
    TraceEvent.KernelVisits visits = e.kernelVisits();
    PageScale scale = run.scale();
    for (int i = from; i < visits.size(); i++) {
      int next = i;
      boolean write = visits.writes(i);
      long page = scale.page(visits.page(i), 0);
      int index = run.popcorn().pageIndex(page);
      if (visits.reads(i) && !write && !run.popcorn().mayAccess(t.node(), index, false)) {
        if (!t.fault(page, false, AccessMode.KERNEL, () -> kernelAccesses(t, e, next + 1, then))) {
          return;
        }
      }
      if (write && !run.popcorn().mayAccess(t.node(), index, true)) {
        if (!t.fault(page, true, AccessMode.KERNEL, () -> kernelAccesses(t, e, next + 1, then))) {
          return;
        }
      }
    }
    then.run();
  }

  private void systemCall(ReplayThread t, TraceEvent e, Step then) {
    long started = run.now();
    int number = e.code();
    Step done =
        () -> {
          run.listener().systemCall(t.number(), t.node(), number, started, run.now(), e.result());
          then.run();
        };
    if (number == SystemCalls.SET_ROBUST_LIST) {
      run.popcorn().setRobustList(t.number(), run.scale().pageOf(e.argument(0)));
    }
    if (t.node() != Popcorn.ORIGIN && SystemCalls.usesDescriptor(number)) {
      // A remote task has an empty descriptor table: -EBADF before any memory is touched.
      run.countDescriptorCall();
      t.computeFor(ThreadState.SYSCALL, run.systemCallNanos(t.node()), done);
      return;
    }
    kernelAccesses(
        t,
        e,
        0,
        () -> {
          MemoryOrder.Poll poll = run.memoryOrder().poll(e.sequence());
          if (poll != null) {
            poll(t, e, poll, done);
          } else if (SystemCalls.sleeps(number) && e.nanos() > 0) {
            t.nap("system call " + number, e.nanos(), done);
          } else {
            t.computeFor(ThreadState.SYSCALL, run.systemCallNanos(t.node()), done);
          }
        });
  }

  /** A sleep of a polling loop: it is the last one if what the loop waits for has happened. */
  private void poll(ReplayThread t, TraceEvent e, MemoryOrder.Poll poll, Step done) {
    if (run.hasHappened(poll)) {
      if (e.sequence() < poll.last) {
        t.skipTo(poll.last);
      }
      done.run();
      return;
    }
    napInLoop(
        t,
        e.nanos(),
        () -> {
          if (e.sequence() < poll.last) {
            done.run();
          } else {
            t.touch(poll.address(), false, () -> poll(t, e, poll, done));
          }
        });
  }

  /**
   * A sleep of a polling loop. Where nothing else is to happen than such sleeps, what they wait for
   * does not come by itself: an operation that waits for its turn goes first.
   */
  private void napInLoop(ReplayThread t, long nanos, Step then) {
    if (run.queue().pendingSteps() <= sleepingPollers) {
      run.breakOrder();
    }
    sleepingPollers++;
    t.nap(
        "sleep in a polling loop",
        nanos,
        () -> {
          sleepingPollers--;
          then.run();
        });
  }

  /**
   * A thread reads a line again and again. Where all others wait too, what it waits for does not
   * come by itself: an operation that waits for its turn goes first.
   */
  void spins() {
    if (run.onlySpins(sleepingPollers)) {
      run.breakOrder();
    }
  }

  /** A look at what has not happened yet: the loop sleeps, and looks again. */
  void lookLater(ReplayThread t, MemoryOrder.Poll look) {
    napInLoop(t, look.napNanos(), () -> t.touch(look.address(), false, t::continueUser));
  }

  /** Waits for the exit of a thread that the recording found exited. */
  void awaitExit(ReplayThread t, int exiting) {
    synchronisation.joins().join(t, exiting, t::continueUser);
  }

  /** Ends a wait for a condition, a futex or a semaphore, where nothing else can go on. */
  boolean endEarliestWait() {
    if (synchronisation.conditions().endEarliestWait()) {
      return true;
    }
    int sleeper = sleepers.takeFirst();
    if (sleeper != FutexSleepers.NOBODY && run.popcorn().endFutexWait(sleeper)) {
      return true;
    }
    return synchronisation.semaphores().giveToEarliest();
  }

  // ---- Futexes outside of functions that are decided anew.

  private void futex(ReplayThread t, TraceEvent e, Step then) {
    if (inDecidedFunction(t)) {
      boolean timedOut = e.result() == Outcome.ETIMEDOUT;
      waitedNanos[t.number()] += timedOut ? overdue(e.nanos(), e.argument(2)) : e.nanos();
      then.run();
      return;
    }
    int command = (int) e.argument(0) & FUTEX_COMMAND;
    long address = e.object();
    if (run.isUnnamedMutex(address)) {
      then.run(); // of a lock or unlock, which makes its own
      return;
    }
    long page = run.scale().pageOf(address);
    long sequence = e.sequence();
    switch (command) {
      case FUTEX_WAIT, FUTEX_WAIT_BITSET -> {
        ReplayThread dying = run.runningThreadWithWord(address);
        // The wait may be numbered when it returned, so after the wake: what counts as a change is
        // whatever happened to the word after the thread's event before it.
        long before = t.previousSequence();
        boolean stale = e.result() == Outcome.EWOULDBLOCK;
        Popcorn.FutexWord word =
            dying != null
                ? () -> !dying.hasExited()
                : () ->
                    !stale
                        && !run.order().changedSince(address, before)
                        && !run.isClearedThreadWord(address);
        long clock = e.argument(2) >= 0 ? e.argument(2) : Popcorn.NO_TIMEOUT;
        boolean absolute = command == FUTEX_WAIT_BITSET && clock != Popcorn.NO_TIMEOUT;
        long timeout = absolute ? remaining(e) : clock;
        if (dying == null && timeout == Popcorn.NO_TIMEOUT) {
          sleepers.begins(address, t.number(), sequence);
        }
        t.operate(
            ThreadState.FUTEX,
            "futex wait",
            address,
            (popcorn, ended) -> {
              if (absolute) {
                popcorn.futexWaitUntil(t.number(), page, address, word, timeout, clock, ended);
              } else {
                popcorn.futexWait(t.number(), page, address, word, timeout, ended);
              }
            },
            result -> {
              sleepers.ends(address, t.number());
              then.run();
            });
      }
      case FUTEX_WAKE, FUTEX_WAKE_BITSET -> {
        int count = (int) Math.max(0, Math.min(Integer.MAX_VALUE, e.argument(1)));
        run.order().changed(address, sequence);
        int sleeper = count == 1 ? sleepers.takeFirst(address) : FutexSleepers.NOBODY;
        t.operate(
            ThreadState.FUTEX,
            "futex wake",
            address,
            (popcorn, ended) -> {
              if (sleeper == FutexSleepers.NOBODY) {
                popcorn.futexWake(t.number(), page, address, count, ended);
              } else {
                popcorn.futexWakeSleeper(t.number(), page, address, sleeper, ended);
              }
            },
            result -> then.run());
      }
      default -> t.computeFor(ThreadState.SYSCALL, run.systemCallNanos(t.node()), then);
    }
  }

  /**
   * How long a wait until the moment of a clock may last: the time that was left at the call where
   * it timed out. Others ended before, by what wakes them.
   */
  private static long remaining(TraceEvent wait) {
    return wait.result() == Outcome.ETIMEDOUT
        ? overdue(wait.nanos(), wait.argument(2))
        : Popcorn.NO_TIMEOUT;
  }

  /**
   * How long a wait that timed out should have lasted: not what a busy recorder made of it.
   *
   * @param lasted how long it lasted in the recording
   * @param left the time that was left at the call, or less than 0 where the trace has none
   */
  static long overdue(long lasted, long left) {
    return Math.max(0, left < 0 ? lasted : Math.min(lasted, left));
  }

  // ---- Synchronisation functions.

  /** A barrier that was known by its words alone. */
  void awaitBarrier(ReplayThread t, long object, long ip) {
    long entered = run.now();
    synchronisation
        .barriers()
        .await(
            t,
            object,
            () -> {
              run.listener()
                  .synchronisation(
                      t.number(),
                      t.node(),
                      SystemCalls.syncName(SyncFunction.BARRIER_WAIT.code()),
                      object,
                      ip,
                      entered,
                      run.now());
              t.skipBehindAtomic(UnnamedBarriers.outWord(object));
              t.continueUser();
            });
  }

  /**
   * An operation on a mutex that was known by its word alone: a thread that has it gives it up, any
   * other gets it.
   */
  void lockOrUnlock(ReplayThread t, long object, long sequence, long ip) {
    long entered = run.now();
    boolean unlocks = synchronisation.mutexes().holds(t, object);
    SyncFunction function = unlocks ? SyncFunction.MUTEX_UNLOCK : SyncFunction.MUTEX_LOCK;
    Step done =
        () -> {
          run.listener()
              .synchronisation(
                  t.number(),
                  t.node(),
                  SystemCalls.syncName(function.code()),
                  object,
                  ip,
                  entered,
                  run.now());
          long acquisition = unlocks ? -1 : run.unnamedMutexes().acquisition(sequence);
          if (acquisition >= 0) {
            t.skipBehindAtomic(object, acquisition);
          }
          t.continueUser();
        };
    if (unlocks) {
      synchronisation.mutexes().unlock(t, object, done);
    } else {
      synchronisation.mutexes().lock(t, object, done);
    }
  }

  private void enter(ReplayThread t, TraceEvent e, Step then) {
    enteredNanos[t.number()] = run.now();
    if (!RecordedOrder.isDecided(e.code())) {
      then.run();
      return;
    }
    depth[t.number()]++;
    waitedNanos[t.number()] = 0;
    synchronisation.enter(t, e, then);
  }

  private void exit(ReplayThread t, TraceEvent e, Step then) {
    long entered = enteredNanos[t.number()];
    Step told =
        () -> {
          run.listener()
              .synchronisation(
                  t.number(),
                  t.node(),
                  SystemCalls.syncName(e.code()),
                  e.object(),
                  e.ip(),
                  entered,
                  run.now());
          then.run();
        };
    if (!RecordedOrder.isDecided(e.code())) {
      told.run();
      return;
    }
    if (depth[t.number()] > 0) {
      depth[t.number()]--;
    }
    synchronisation.leave(t, e, waitedNanos[t.number()], told);
  }

  // ---- The address space.

  private void addressSpace(ReplayThread t, TraceEvent e, Step then) {
    boolean failed = e.result() < 0 && e.result() >= -LARGEST_ERRNO;
    AddressSpace space = run.addressSpace();
    AddressSpaceOrder.Run order = run.addressSpaceOrder();
    if (!order.mayExecute(e.sequence())) {
      t.waitFor(
          ThreadState.IDLE,
          "its turn to change the address space",
          e.object(),
          () -> addressSpace(t, e, then));
      order.await(e.sequence(), () -> run.turnComes(t, "mapping"));
      return;
    }
    if (e.code() == MUNMAP
        && waitsForStack(
            t,
            e.argument(0),
            e.argument(0) + e.argument(1),
            e.sequence(),
            () -> addressSpace(t, e, then))) {
      return;
    }
    VmaCall call = failed ? null : VmaCall.of(e, space);
    if (call == null) {
      run.takesTurn(t);
      order.executed(e.sequence());
      t.computeFor(ThreadState.SYSCALL, run.systemCallNanos(t.node()), then);
      return;
    }
    order.mappings().begins(e.sequence());
    t.operate(
        ThreadState.VMA,
        call.name(),
        e.object(),
        (popcorn, ended) -> call.run(popcorn, t.number(), ended),
        result -> {
          run.takesTurn(t);
          order.executed(e.sequence());
          then.run();
        });
  }

  static Advice advice(long number) {
    if (number == ADVISE_DONTNEED) {
      return Advice.DONTNEED;
    }
    return number == ADVISE_RELEASE ? Advice.RELEASE : Advice.OTHER;
  }
}
