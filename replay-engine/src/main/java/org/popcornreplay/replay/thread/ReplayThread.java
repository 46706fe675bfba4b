package org.popcornreplay.replay.thread;

import org.popcornreplay.protocol.AccessMode;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.order.Mappings;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.VisitFlags;

/**
 * A thread of the trace in virtual time. It walks its records: accesses that hit cost nothing but
 * their instructions and need no step of their own, since the thread runs ahead as far as nothing
 * can change its node's rights; what misses goes to the protocol, what events say to {@link
 * ProgramBehaviour}.
 */
public final class ReplayThread extends CallingThread {
  /** A step is worth its cost where it covers this share of what is left of a slice. */
  private static final int WORTH_A_STEP = 16;

  private final ThreadCursor cursor;
  private final SliceBuffer slice;
  private final TraceEvent event = new TraceEvent();
  private final KnownText text;

  private boolean started;
  private boolean onRecord;
  private boolean walking;
  private boolean again;
  private boolean ownStep;

  private long startNanos = -1;
  private long endNanos = -1;
  private long currentAddress;
  private long currentIp;
  private long lastSequence = -1;
  private long previousSequence = -1;
  private long accesses;
  private long records;
  private int migrations;
  private long nextMove;
  private final boolean spins;
  private long spunTo;

  private final Step check = this::check;
  private final Step continueUser = this::continueUser;
  private final Step accessHappened = this::accessHappened;

  ReplayThread(int number, RunContext run, ThreadCursor cursor) {
    super(number, run);
    this.cursor = cursor;
    spins = run.spinningThreads().waits().concern(number);
    nextMove = run.placement().nextMove(number, 1);
    text = new KnownText(run);
    slice = new SliceBuffer(run.scale(), run.popcorn(), run.updateReadsFirst());
  }

  // ---- What others ask.

  /** Whether it has begun. */
  public boolean hasStarted() {
    return started;
  }

  /** Whether its exit has begun, so that its thread word is cleared. */
  boolean hasExited() {
    return exiting || ended;
  }

  /** Its exit begins. */
  void beginExit() {
    exiting = true;
  }

  /** When it began, in nanoseconds, or -1. */
  public long startNanos() {
    return startNanos;
  }

  /** When it ended, in nanoseconds, or -1. */
  public long endNanos() {
    return endNanos;
  }

  /** Reads and writes that it has executed. */
  public long accesses() {
    return accesses;
  }

  /** Records that it has walked. */
  public long records() {
    return records;
  }

  /** How often it has moved. */
  public int migrations() {
    return migrations;
  }

  /** The address of its last access or operation. */
  public long currentAddress() {
    return currentAddress;
  }

  /** The code address of its last access or operation. */
  public long currentIp() {
    return currentIp;
  }

  /** The number of the last event that it has come to; -1 before the first. */
  public long lastSequence() {
    return lastSequence;
  }

  /** The number of the thread's event before the one that it deals with; -1 at the first. */
  long previousSequence() {
    return previousSequence;
  }

  /** Whether it has executed the instruction behind so many others. */
  boolean hasExecuted(long before) {
    if (ended || exiting) {
      return true;
    }
    return executedInstructions() > before;
  }

  /** Leaves records out, up to an event that it takes. */
  void skipTo(long sequence) {
    boolean found = false;
    while (!found && (onRecord || cursor.next())) {
      onRecord = false;
      found = cursor.isEvent() && cursor.sequence() == sequence;
    }
    instructions = Math.max(instructions, cursor.instructions());
    lastSequence = sequence;
    event.take(cursor);
    gatherKernelVisits();
    rebase();
  }

  /** Leaves records out, up to and with the next atomic operation on a word. */
  void skipBehindAtomic(long address) {
    skipBehindAtomic(address, 0);
  }

  /** The same for the next one that has this number or a later one. */
  void skipBehindAtomic(long address, long sequence) {
    boolean found = slice.isActive() && slice.skipBehindAtomic(address, sequence);
    while (!found) {
      if (slice.isActive()) {
        finishSlice();
      }
      if (!onRecord && !cursor.next()) {
        break;
      }
      onRecord = false;
      records++;
      if (!cursor.isEvent()) {
        onRecord = slice.load(cursor, true, run.lockedReadsFirst(node));
        found = slice.skipBehindAtomic(address, sequence);
      } else if (cursor.kind() == EventKind.ATOMIC
          && cursor.object() == address
          && cursor.sequence() >= sequence) {
        found = true;
        instructions = Math.max(instructions, cursor.instructions());
        lastSequence = cursor.sequence();
      }
    }
    if (slice.isActive()) {
      instructions = Math.max(instructions, slice.start() + slice.skippedTo());
    }
    rebase();
  }

  /** The last record. */
  TraceEvent event() {
    return event;
  }

  ThreadCursor cursor() {
    return cursor;
  }

  // ---- Life.

  /**
   * Looks at the first record.
   *
   * @return the address of the word that its exit clears, or 0
   */
  long clearChildTid() {
    if (!onRecord && records == 0 && cursor.next()) {
      onRecord = true;
    }
    boolean starts = onRecord && cursor.isEvent() && cursor.kind() == EventKind.THREAD_START;
    return starts ? cursor.object() : 0;
  }

  /** It begins now, at the origin. */
  void begin() {
    started = true;
    startNanos = run.now();
    beginTime();
    enter(ThreadState.RUN_QUEUE);
    resumeUser();
  }

  @Override
  void end() {
    ended = true;
    run.spinningThreads().stored(number, Long.MAX_VALUE);
    user = false;
    enter(ThreadState.IDLE);
    endNanos = run.now();
    waitsForNothing();
    leaveCore();
    run.threadEnded(this);
  }

  /** The run is over and it has not ended: what it does or waits for lasted until that moment. */
  void cutOff(long nanos) {
    if (!ended) {
      endNanos = endTime(nanos);
    }
  }

  @Override
  void fails(int fatal) {
    run.threadFails(this, fatal);
  }

  /**
   * Faults on a page, once other threads have mapped it that did so in the recording.
   *
   * @return true when the access has happened at once; else {@code then} runs when it has
   */
  boolean fault(long page, boolean write, AccessMode mode, Step then) {
    if (isBeingKilled()) {
      return false;
    }
    long address =
        run.scale().pageOf(currentAddress) == page ? currentAddress : run.scale().address(page);
    Mappings.Run mappings = run.addressSpaceOrder().mappings();
    long first = mappings.before(number, lastSequence, address);
    if (first == Mappings.IN_VAIN) {
      return true;
    }
    if (first != Mappings.GOES_ON) {
      Step again =
          () -> {
            if (fault(page, write, mode, then)) {
              then.run();
            }
          };
      waitFor(ThreadState.IDLE, "a mapping by another thread", address, again);
      mappings.await(first, () -> run.turnComes(this, "mapping"));
      return false;
    }
    return faultNow(page, write, mode, then);
  }

  /** Touches the word at an address in user mode, then goes on. */
  void touch(long address, boolean write, Step then) {
    currentAddress = address;
    long page = run.scale().pageOf(address);
    if (run.popcorn().mayAccess(node, slice.indexOf(page), write)
        || fault(page, write, AccessMode.USER, then)) {
      then.run();
    }
  }

  /** A locked read-modify-write of the word at an address, then goes on. */
  void update(long address, Step then) {
    if (run.lockedReadsFirst(node)) {
      touch(address, false, () -> touch(address, true, then));
    } else {
      touch(address, true, then);
    }
  }

  // ---- User code.

  private void lookAgainAt(long nanos) {
    nextCheckNanos = nanos;
    run.queue().running(node, nanos, check);
  }

  private void check() {
    if (user && run.now() == nextCheckNanos) {
      nextCheckNanos = -1;
      if (!run.popcorn().mayBegin(number)) {
        end(); // another thread ended the process
      } else {
        ownStep = true;
        runUser();
        ownStep = false;
      }
    }
  }

  /** Continues with user code after an event has been handled. */
  void continueUser() {
    runUser();
  }

  /** Walks records until the thread waits; a call from within asks for another round. */
  @Override
  void runUser() {
    if (walking) {
      again = true;
      return;
    }
    walking = true;
    do {
      again = false;
      walk();
    } while (again);
    walking = false;
  }

  private void walk() {
    // Within a step of somebody else, what that step goes on to do is not in the queue yet: the
    // thread must not run ahead of it.
    long horizon = ownStep ? run.horizon(node) : run.now();
    while (user && !ended && !run.stopped()) {
      if (slice.isActive()) {
        if (!runSlice(horizon)) {
          return;
        }
      } else if (!nextRecord()) {
        return;
      }
    }
  }

  /** Goes on to the next record; false where the thread does not run any more. */
  private boolean nextRecord() {
    if (!onRecord) {
      if (!cursor.next()) {
        run.behaviour().recordsEnd(this);
        return false;
      }
      onRecord = true;
    }
    if (cursor.instructions() >= nextMove && !run.behaviour().inDecidedFunction(this)) {
      long at = timeOf(cursor.instructions());
      if (at > run.now()) {
        lookAgainAt(at);
      } else {
        move();
      }
      return false;
    }
    records++;
    if (!cursor.isEvent()) {
      if (spins
          && cursor.instructions() + cursor.length() <= spunTo
          && (cursor.flags() & VisitFlags.KERNEL) == 0) {
        onRecord = false; // a slice of a loop that is over
        return true;
      }
      onRecord = slice.load(cursor, run.wantsAtomics(this), run.lockedReadsFirst(node));
      if (!slice.isKernel()) {
        if (spins) {
          run.spinningThreads().mark(number, slice);
        }
        slice.waitBehind(run.memoryOrder().look(number, slice.start()));
        slice.waitForExits(run.memoryOrder().joins(number, slice.start()));
      }
      return true;
    }
    EventKind kind = cursor.kind();
    if (kind == EventKind.HEAP_ALLOC || kind == EventKind.HEAP_FREE) {
      run.heapEvent(this, cursor);
      onRecord = false;
      return true;
    }
    if (kind == EventKind.SLICE || kind == EventKind.SPIN) {
      onRecord = false;
      return true;
    }
    if (kind == EventKind.ATOMIC) {
      onRecord = false;
      if (run.wantsAtomics(this)) {
        slice.loadAtomic(cursor);
      }
      return true;
    }
    long at = timeOf(cursor.instructions());
    if (at > run.now()) {
      records--;
      lookAgainAt(at);
      return false;
    }
    instructions = Math.max(instructions, cursor.instructions());
    event.take(cursor);
    previousSequence = lastSequence;
    lastSequence = event.sequence();
    currentIp = event.ip();
    onRecord = false;
    gatherKernelVisits();
    Step go = () -> run.behaviour().handle(this, event);
    if (fetchText(event.ip(), go)) {
      go.run();
    }
    return false;
  }

  /** The placement moves it, to where the last point says that it has passed. */
  private void move() {
    instructions = Math.max(instructions, cursor.instructions());
    long point = nextMove;
    long next = run.placement().nextMove(number, point + 1);
    while (next <= cursor.instructions()) {
      point = next;
      next = run.placement().nextMove(number, point + 1);
    }
    nextMove = next;
    run.behaviour().migrate(this, run.placement().moveNode(number, point), continueUser);
  }

  private boolean hasEnded(int other) {
    ReplayThread thread = run.thread(other);
    return thread == null || thread.hasExited();
  }

  /** Takes the accesses that the kernel made in the event's system call. */
  private void gatherKernelVisits() {
    event.kernelVisits().clear();
    while (cursor.next()) {
      boolean belongs =
          !cursor.isEvent()
              && (cursor.flags() & VisitFlags.KERNEL) != 0
              && cursor.instructions() == event.instructions();
      if (!belongs) {
        onRecord = true;
        return;
      }
      event.kernelVisits().add(cursor);
    }
  }

  /**
   * Executing code of a VMA that the node does not know fetches the VMA.
   *
   * @return true when nothing is to do, or it was done at once; else {@code then} runs after it
   */
  boolean fetchText(long ip, Step then) {
    if (!text.isUnknown(node, ip)) {
      return true;
    }
    run.textFetched(node, ip);
    currentAddress = ip;
    return fault(run.scale().pageOf(ip), false, AccessMode.FETCH, then);
  }

  /** Runs the slice as far as it goes; false where the thread does not run any more. */
  private boolean runSlice(long horizon) {
    if (!slice.isSorted()) {
      long end = timeOf(slice.start() + slice.length());
      if (hitsAsAWhole()) {
        if (end <= horizon) {
          finishSlice();
          return true;
        }
        if (horizon - run.now() > (end - run.now()) / WORTH_A_STEP) {
          // All hits so far; looks again at the horizon whether a right was lost since.
          lookAgainAt(horizon);
          return false;
        }
      }
      slice.sort(instructionsAt(run.now()));
    }
    while (slice.hasAccess()) {
      int kind = slice.kind();
      boolean write = kind == SliceBuffer.WRITE || kind == SliceBuffer.ATOMIC;
      long at = timeOf(slice.start() + slice.offset());
      if (at > run.now()) {
        if (at > horizon
            || kind >= SliceBuffer.ATOMIC
            || !run.popcorn().mayAccess(node, slice.accessIndex(), write)
            || text.isUnknown(node, slice.accessIp())) {
          lookAgainAt(at);
          return false;
        }
        slice.nextAccess();
        continue;
      }
      instructions = Math.max(instructions, slice.start() + slice.offset());
      if (kind == SliceBuffer.LOOK) {
        if (!run.hasHappened(slice.look())) {
          run.behaviour().lookLater(this, slice.look());
          return false;
        }
        slice.nextAccess();
        continue;
      }
      if (kind == SliceBuffer.JOIN) {
        int awaited = slice.joined();
        if (!hasEnded(awaited)) {
          run.behaviour().awaitExit(this, awaited);
          return false;
        }
        slice.nextAccess();
        continue;
      }
      if (kind == SliceBuffer.STORE) {
        run.spinningThreads().stored(number, run.spinningThreads().waits().store(slice.marked()));
        slice.nextAccess();
        continue;
      }
      if (kind == SliceBuffer.SPIN) {
        if (!spun(slice.marked())) {
          return false;
        }
        slice.nextAccess();
        continue;
      }
      currentIp = slice.accessIp();
      if (!fetchText(currentIp, continueUser)) {
        return false;
      }
      if (kind == SliceBuffer.ATOMIC && run.isUnnamedBarrier(slice.atomicAddress())) {
        long barrier = slice.atomicAddress();
        slice.nextAccess();
        run.behaviour().awaitBarrier(this, barrier, currentIp);
        return false;
      }
      if (kind == SliceBuffer.ATOMIC && run.isUnnamedMutex(slice.atomicAddress())) {
        long mutex = slice.atomicAddress();
        long sequence = slice.atomicSequence();
        lastSequence = sequence;
        slice.nextAccess();
        run.behaviour().lockOrUnlock(this, mutex, sequence, currentIp);
        return false;
      }
      if (!run.popcorn().mayAccess(node, slice.accessIndex(), write)) {
        currentAddress = slice.accessAddress();
        if (kind == SliceBuffer.ATOMIC
            && run.lockedReadsFirst(node)
            && !run.popcorn().mayAccess(node, slice.accessIndex(), false)
            && !fault(slice.accessPage(), false, AccessMode.USER, continueUser)) {
          return false;
        }
        if (!fault(slice.accessPage(), write, AccessMode.USER, accessHappened)) {
          return false;
        }
      }
      if (!happened()) {
        return false;
      }
    }
    finishSlice();
    return true;
  }

  /** Looks whether what the thread spins for has happened; false where it has not, or it faults. */
  private boolean spun(int wait) {
    SpinningThreads spinning = run.spinningThreads();
    long line = spinning.waits().line(wait);
    long page = run.scale().pageOf(line);
    currentIp = spinning.waits().ip(wait);
    if (!fetchText(currentIp, continueUser)) {
      return false;
    }
    if (!run.popcorn().mayAccess(node, slice.indexOf(page), false)) {
      currentAddress = line;
      if (!fault(page, false, AccessMode.USER, continueUser)) {
        return false;
      }
    }
    if (!spinning.hasHappened(wait)) {
      standStill(true);
      waitsFor("store by thread " + spinning.waits().writer(wait), line);
      spinning.waits(this, wait, slice.start() + slice.length());
      run.behaviour().spins();
      return false;
    }
    waitsForNothing();
    spinning.goesOn(this, wait);
    standStill(false);
    if (spinning.waits().end(wait) > instructions) {
      spunTo = spinning.waits().end(wait);
      instructions = spunTo;
      rebase();
    }
    return true;
  }

  /** Looks again in this moment whether it may go on, where it spins on its core. */
  void lookAgainNow() {
    if (user) {
      lookAgainAt(Math.max(run.now(), timeOf(instructions)));
    }
  }

  /** Whether all accesses of the slice hit now; remembered until the node loses a right. */
  private boolean hitsAsAWhole() {
    long version = run.popcorn().rightsVersion(node);
    if (slice.knownToHit(node, version)) {
      return true;
    }
    if (slice.atomics() > 0
        || slice.waits()
        || !(slice.allHit(node) || slice.allHit(node, instructionsAt(run.now())))
        || !text.holdsAllOf(slice, node)) {
      return false;
    }
    slice.hits(node, version);
    return true;
  }

  /** After a fault: the access has happened at this instant. */
  private void accessHappened() {
    if (happened()) {
      runUser();
    }
  }

  /**
   * The access at which the slice stands happens now.
   *
   * @return false where the thread has to wait for its turn
   */
  private boolean happened() {
    if (slice.kind() == SliceBuffer.ATOMIC
        && !run.order().mayExecute(slice.atomicAddress(), slice.atomicSequence())) {
      waitFor(
          ThreadState.IDLE,
          "atomic operation of thread " + run.order().nextThread(slice.atomicAddress()),
          slice.atomicAddress(),
          continueUser);
      run.order()
          .await(
              slice.atomicAddress(), slice.atomicSequence(), () -> run.turnComes(this, "atomic"));
      return false;
    }
    if (slice.kind() == SliceBuffer.ATOMIC) {
      run.takesTurn(this);
      run.order().executed(slice.atomicAddress(), slice.atomicSequence());
      lastSequence = slice.atomicSequence();
    }
    slice.nextAccess();
    return true;
  }

  private void finishSlice() {
    slice.finish();
    boolean tell = run.listener().wantsVisits();
    for (int i = 0; i < slice.size(); i++) {
      accesses += slice.reads(i) + slice.writes(i);
      if (tell) {
        run.listener()
            .visit(
                number,
                node,
                run.scale().recorded(slice.page(i)),
                slice.reads(i),
                slice.writes(i),
                slice.readLines(i),
                slice.writeLines(i));
      }
    }
    records += slice.size() - 1L;
  }

  /** Moves the thread's own idea of where it is. */
  void countMigration() {
    migrations++;
  }
}
