package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.BitSet;
import java.util.function.IntFunction;
import org.popcornreplay.protocol.Outcome;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.RunListener;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.cpu.NodeSpeeds;
import org.popcornreplay.replay.order.AddressSpaceOrder;
import org.popcornreplay.replay.order.RecordedOrder;
import org.popcornreplay.replay.order.SpinWaits;
import org.popcornreplay.replay.placement.Placement;
import org.popcornreplay.replay.time.EventQueue;
import org.popcornreplay.replay.time.Jitter;
import org.popcornreplay.traces.MapTable;
import org.popcornreplay.traces.ThreadCursor;

/** What the threads of a run share. */
public final class RunContext {
  /** The fixed parts of a run. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Parts(
      EventQueue queue,
      Cores[] cores,
      Popcorn popcorn,
      RunListener listener,
      RecordedOrder order,
      SyncCensus census,
      Placement placement,
      PageScale scale,
      MapTable maps,
      IntFunction<ThreadCursor> cursors,
      int threads) {}

  /** The numbers of a run: durations in nanoseconds, instructions in femtoseconds. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Costs(
      long[] femtosPerInstruction,
      NodeSpeeds speeds,
      long wakeUpNanos,
      long systemCallNanos,
      long[] sleepSlackNanos,
      long seed,
      long firmReachNanos,
      long runningReachNanos) {}

  private final Parts parts;
  private final Costs costs;

  // Of the parts, those that every step asks for.
  private final EventQueue queue;
  private final Popcorn popcorn;
  private final RunListener listener;
  private final Cores[] cores;
  private final RmwFaults rmwFaults;
  private final boolean[] lockedReadsFirst;
  private final AddressSpace addressSpace;
  private final MemoryOrder memoryOrder;
  private final AddressSpaceOrder.Run addressSpaceOrder;
  private final SpinningThreads spinningThreads;
  private final ReplayThread[] threads;
  private final long[] tidAddresses;
  private final ProgramBehaviour behaviour;
  private final BitSet[] knownTexts;
  private final Long2IntOpenHashMap textNumbers = new Long2IntOpenHashMap();
  private final Step[] endWatchers;
  private int turnTaker = -1;
  private boolean threadsMade;
  private int live;
  private boolean processExited;
  private long endNanos;
  private ReplayThread failedThread;
  private int failure;
  private FailedAccess failedAccess;
  private long descriptorCallsAtRemotes;
  private boolean stopped;
  private long brokenOrders;

  /**
   * A run.
   *
   * @param rmwFaults how a read-modify-write instruction faults
   */
  public RunContext(Parts parts, Costs costs, RmwFaults rmwFaults) {
    this.parts = parts;
    this.costs = costs;
    queue = parts.queue();
    popcorn = parts.popcorn();
    listener = parts.listener();
    cores = parts.cores();
    this.rmwFaults = rmwFaults;
    lockedReadsFirst = new boolean[parts.cores().length];
    for (int node = 0; node < lockedReadsFirst.length; node++) {
      lockedReadsFirst[node] = rmwFaults.lockedReadsFirst(parts.cores()[node].count());
    }
    addressSpace = new AddressSpace(parts.maps(), parts.scale());
    addressSpaceOrder = parts.census().addressSpaceOrder().begin();
    memoryOrder = parts.census().memoryOrder(parts.threads(), parts.cursors());
    spinningThreads =
        new SpinningThreads(
            this,
            parts.order().keepsAll() ? new SpinWaits(0) : parts.census().spinWaits(),
            parts.threads());
    threads = new ReplayThread[parts.threads()];
    tidAddresses = new long[parts.threads()];
    endWatchers = new Step[parts.threads()];
    behaviour = new ProgramBehaviour(this, new Synchronisation(this, parts.order()));
    knownTexts = new BitSet[parts.cores().length];
    textNumbers.defaultReturnValue(-1);
    addressSpace.create(parts.popcorn());
    prepare(0);
  }

  /** Makes a thread ready to begin; it does not exist for the protocol yet. */
  private ReplayThread prepare(int thread) {
    ReplayThread made = new ReplayThread(thread, this, parts.cursors().apply(thread));
    threads[thread] = made;
    tidAddresses[thread] = made.clearChildTid();
    return made;
  }

  /** The main thread begins. */
  public void start() {
    long word = tidAddresses[0];
    parts.popcorn().createThread(0, tidPage(0), word);
    live = 1;
    threads[0].begin();
  }

  /** A thread that is being created, or null where the trace has none of that number. */
  ReplayThread create(int thread) {
    if (thread < 0 || thread >= threads.length || threads[thread] != null) {
      return null;
    }
    return prepare(thread);
  }

  void begin(ReplayThread child) {
    live++;
    threadsMade = true;
    child.begin();
  }

  /**
   * Lets one operation go on before its turn in the recorded order, because nothing else can: the
   * earliest recorded of those that wait for their turn, else the wait for a condition that ended
   * first.
   *
   * @return false where none waits so
   */
  public boolean breakOrder() {
    boolean broken =
        parts.order().letGoEarliest(addressSpaceOrder, spinningThreads)
            || behaviour.endEarliestWait();
    brokenOrders += broken ? 1 : 0;
    return broken;
  }

  /** Operations that went on before their turn. */
  public long brokenOrders() {
    return brokenOrders;
  }

  MemoryOrder memoryOrder() {
    return memoryOrder;
  }

  AddressSpaceOrder.Run addressSpaceOrder() {
    return addressSpaceOrder;
  }

  SpinningThreads spinningThreads() {
    return spinningThreads;
  }

  /** The protocol says that a node has lost a right on a page. */
  public void rightLost(int node, long page) {
    spinningThreads.rightLost(node, page);
  }

  /**
   * Whether no thread that spins lets another one run, and nothing else waits to happen than so
   * many steps and the ends of time slices.
   */
  boolean onlySpins(long steps) {
    long own = steps;
    for (Cores ofNode : parts.cores()) {
      own += ofNode.timers();
    }
    if (parts.queue().pendingSteps() > own) {
      return false;
    }
    for (ReplayThread t : threads) {
      if (t != null
          && t.state() == ThreadState.RUN_QUEUE
          && !spinningThreads.isSpinning(t.number())) {
        return false;
      }
    }
    return true;
  }

  /** Whether the write that ends a poll has happened. */
  boolean hasHappened(MemoryOrder.Poll poll) {
    ReplayThread writer = thread(poll.writer());
    return writer != null && writer.hasExecuted(poll.writerInstructions());
  }

  long tidPage(int thread) {
    long word = tidAddresses[thread];
    return word == 0 ? Popcorn.NO_PAGE : parts.scale().pageOf(word);
  }

  long tidAddress(int thread) {
    return thread >= 0 && thread < tidAddresses.length ? tidAddresses[thread] : 0;
  }

  /** The thread whose exit clears the word at this address and that still runs, or null. */
  ReplayThread runningThreadWithWord(long address) {
    for (ReplayThread t : threads) {
      if (t != null && tidAddresses[t.number()] == address && !t.hasExited()) {
        return t;
      }
    }
    return null;
  }

  /** Whether what a thread waits for now never came in the recording. */
  boolean waitsForEver(ReplayThread thread) {
    return parts.census().neverLeft(thread.number(), thread.lastSequence());
  }

  /** The word that the exit of a thread will clear, which need not exist yet; or 0. */
  long exitWord(int thread) {
    return parts.census().exitWord(thread);
  }

  /**
   * A thread that has not ended, whose word for its exit lies in this range and which had ended in
   * the recording before a place in its order; null where there is none.
   */
  ReplayThread runningOnStackIn(long start, long end, long sequence) {
    for (int t = 0; t < threads.length; t++) {
      if (tidAddresses[t] >= start
          && tidAddresses[t] < end
          && threads[t] != null
          && !threads[t].hasEnded()
          && parts.census().hadEnded(t, sequence)) {
        return threads[t];
      }
    }
    return null;
  }

  /**
   * Whether the word is that of a thread which has cleared it: it has exited, and no other runs.
   */
  boolean isClearedThreadWord(long address) {
    boolean cleared = false;
    for (ReplayThread t : threads) {
      if (t != null && tidAddresses[t.number()] == address) {
        if (!t.hasExited()) {
          return false;
        }
        cleared = true;
      }
    }
    return cleared;
  }

  /** A thread, or null where it was never created. */
  public ReplayThread thread(int number) {
    return number >= 0 && number < threads.length ? threads[number] : null;
  }

  /** How many threads the trace has. */
  public int threadCount() {
    return threads.length;
  }

  /** A thread does what others may be waiting to do after it, in the recorded order. */
  void takesTurn(ReplayThread thread) {
    turnTaker = thread.number();
  }

  /** It is the turn of a thread that waited for it: the last that took its own has ended that. */
  void turnComes(ReplayThread thread, String reason) {
    wakes(thread, turnTaker, reason);
  }

  /** A thread goes on because of what another has just done. */
  void wakes(ReplayThread thread, int byThread, String reason) {
    long now = now();
    listener().wake(thread.number(), byThread, reason, now, now);
    thread.wake();
  }

  void tellEnd(int thread, Step then) {
    Step before = endWatchers[thread];
    endWatchers[thread] =
        before == null
            ? then
            : () -> {
              before.run();
              then.run();
            };
  }

  void threadEnded(ReplayThread thread) {
    live--;
    endNanos = Math.max(endNanos, now());
    Step watcher = endWatchers[thread.number()];
    if (watcher != null) {
      endWatchers[thread.number()] = null;
      watcher.run();
    }
  }

  /** The protocol says that a thread is no more. */
  public void threadExits(int thread) {
    if (threads[thread] != null) {
      threads[thread].killed();
    }
  }

  void processExits() {
    processExited = true;
    endNanos = Math.max(endNanos, now());
    spinningThreads.lookAgain();
  }

  /** The run is over: threads that the program left behind have been what they are until now. */
  public void cutOff() {
    for (ReplayThread thread : threads) {
      if (thread != null && thread.hasStarted()) {
        thread.cutOff(endNanos);
      }
    }
  }

  /** Whether the program has called exit_group, or its main thread has ended. */
  public boolean processExited() {
    return processExited;
  }

  /** Threads that have begun and not ended. */
  public int live() {
    return live;
  }

  /** When the last thread ended so far, in nanoseconds. */
  public long endNanos() {
    return endNanos;
  }

  void threadFails(ReplayThread thread, int result) {
    if (failedThread == null) {
      failedThread = thread;
      failure = result;
      failedAccess =
          FailedAccess.of(popcorn(), thread.node(), scale().pageOf(thread.currentAddress()));
    }
    if (result == Outcome.SIGSEGV || result == Outcome.SIGBUS) {
      behaviour.killed(thread);
    } else {
      stopped = true;
    }
  }

  /** The thread that cannot go on, or null. */
  public ReplayThread failedThread() {
    return failedThread;
  }

  /** Where it was and what was mapped there, or null. */
  public FailedAccess failedAccess() {
    return failedAccess;
  }

  /** Why it cannot: a code of {@link Outcome}. */
  public int failure() {
    return failure;
  }

  /** Whether the run has been stopped. */
  public boolean stopped() {
    return stopped;
  }

  void countDescriptorCall() {
    descriptorCallsAtRemotes++;
  }

  /** System calls on descriptors that were made at a remote, where Popcorn would fail them. */
  public long descriptorCallsAtRemotes() {
    return descriptorCallsAtRemotes;
  }

  long now() {
    return queue.nowNanos();
  }

  EventQueue queue() {
    return queue;
  }

  Cores cores(int node) {
    return cores[node];
  }

  Popcorn popcorn() {
    return popcorn;
  }

  RunListener listener() {
    return listener;
  }

  RecordedOrder order() {
    return parts.order();
  }

  Placement placement() {
    return parts.placement();
  }

  ProgramBehaviour behaviour() {
    return behaviour;
  }

  AddressSpace addressSpace() {
    return addressSpace;
  }

  /** How pages of the run relate to those of the trace. */
  public PageScale scale() {
    return parts.scale();
  }

  long horizon(int node) {
    return queue.horizon(node, costs.firmReachNanos(), costs.runningReachNanos());
  }

  long femtosPerInstruction(int node) {
    return costs.femtosPerInstruction()[node];
  }

  long wakeUpNanos(int node) {
    return costs.speeds().on(node, costs.wakeUpNanos());
  }

  /** How late the sleeps of a thread end. */
  Jitter sleepSlack(int thread) {
    return new Jitter(costs.sleepSlackNanos(), costs.seed(), thread, -1);
  }

  long systemCallNanos(int node) {
    return costs.speeds().on(node, costs.systemCallNanos());
  }

  boolean updateReadsFirst() {
    return rmwFaults.unlockedReadsFirst();
  }

  /** Whether a locked read-modify-write on this node faults as a read, then as a write. */
  boolean lockedReadsFirst(int node) {
    return lockedReadsFirst[node];
  }

  boolean wantsAtomics(ReplayThread thread) {
    return !behaviour.inDecidedFunction(thread);
  }

  /**
   * Whether an atomic operation on this address is an arrival at a barrier that is decided anew.
   */
  boolean isUnnamedBarrier(long address) {
    return !parts.order().keepsAll() && parts.census().unnamedBarriers().contains(address);
  }

  /** Whether an atomic operation on this address locks or unlocks a mutex that is decided anew. */
  boolean isUnnamedMutex(long address) {
    return threadsMade && !parts.order().keepsAll() && unnamedMutexes().contains(address);
  }

  UnnamedMutexes unnamedMutexes() {
    return parts.census().unnamedMutexes();
  }

  int barrierCount(long object) {
    return parts.census().barrierThreads(object);
  }

  void heapEvent(ReplayThread thread, ThreadCursor cursor) {
    parts.census().heapEvent(thread.number(), cursor);
  }

  // ---- Text. A node knows a text VMA once one of its threads has executed in it.

  boolean textMissing(int node, long ip) {
    long start = addressSpace.textStart(ip);
    if (start < 0) {
      return false;
    }
    int number = textNumbers.get(start);
    return number < 0 || knownTexts[node] == null || !knownTexts[node].get(number);
  }

  void textFetched(int node, long ip) {
    long start = addressSpace.textStart(ip);
    int number = textNumbers.get(start);
    if (number < 0) {
      number = textNumbers.size();
      textNumbers.put(start, number);
    }
    if (knownTexts[node] == null) {
      knownTexts[node] = new BitSet();
    }
    knownTexts[node].set(number);
  }
}
