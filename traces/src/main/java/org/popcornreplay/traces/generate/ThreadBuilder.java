package org.popcornreplay.traces.generate;

import static org.popcornreplay.traces.EventKind.SYNC_ENTER;
import static org.popcornreplay.traces.EventKind.SYNC_EXIT;

import org.popcornreplay.traces.AccessKind;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitFlags;
import org.popcornreplay.traces.VisitReduction;

/**
 * One thread of a {@link TraceBuilder}. Each access is one instruction; synchronisation functions
 * execute one locked read-modify-write on their object, as the C library's fast paths do.
 */
public final class ThreadBuilder {
  private static final int SYS_MMAP = 9;
  private static final int SYS_MPROTECT = 10;
  private static final int SYS_MUNMAP = 11;
  private static final int SYS_MADVISE = 28;
  private static final int FUTEX_WAIT_PRIVATE = 128;
  private static final int FUTEX_WAKE_PRIVATE = 129;

  /** Bytes of an access where none are given. */
  public static final int WORD_BYTES = 8;

  private final TraceBuilder trace;
  private final TraceWriter writer;
  private final int number;
  private final int parent;
  private final String name;
  private final long stackLow;
  private final long stackHigh;
  private final boolean full;
  private final VisitReduction reduction;
  private final long startSequence;
  private long exitSequence = -1;
  private long instructions;
  private long reads;
  private long writes;
  private long ip;

  ThreadBuilder(
      TraceBuilder trace,
      TraceWriter writer,
      int number,
      int parent,
      String name,
      long stackLow,
      long stackHigh,
      boolean full,
      long sliceInstructions) {
    this.trace = trace;
    this.writer = writer;
    this.number = number;
    this.parent = parent;
    this.name = name;
    this.stackLow = stackLow;
    this.stackHigh = stackHigh;
    this.full = full;
    reduction = new VisitReduction(number, sliceInstructions, writer::visit);
    startSequence = trace.takeSequence();
    ip = trace.code(name, "generated.c", 1);
  }

  /** Its number in the trace. */
  public int number() {
    return number;
  }

  /** Instructions that it has executed so far. */
  public long instructions() {
    return instructions;
  }

  /** End of its stack; the word below is its own. */
  public long stackHigh() {
    return stackHigh;
  }

  /** The following accesses come from this source line. */
  public ThreadBuilder at(String function, String file, int line) {
    ip = trace.code(function, file, line);
    return this;
  }

  /** Executes instructions that touch no memory. */
  public ThreadBuilder compute(long count) {
    instructions += count;
    return this;
  }

  /** Reads 8 bytes. */
  public ThreadBuilder read(long address) {
    return read(address, WORD_BYTES);
  }

  /** Reads. */
  public ThreadBuilder read(long address, int bytes) {
    return access(address, bytes, AccessKind.READ);
  }

  /** Writes 8 bytes. */
  public ThreadBuilder write(long address) {
    return write(address, WORD_BYTES);
  }

  /** Writes. */
  public ThreadBuilder write(long address, int bytes) {
    return access(address, bytes, AccessKind.WRITE);
  }

  /** Reads and writes 8 bytes in one instruction, without a lock. */
  public ThreadBuilder update(long address) {
    return access(address, WORD_BYTES, AccessKind.UPDATE);
  }

  /** A locked read-modify-write of 4 bytes that succeeds, with its event. */
  public ThreadBuilder atomic(long address) {
    return atomic(address, false);
  }

  /** A locked read-modify-write of 4 bytes, with its event. */
  public ThreadBuilder atomic(long address, boolean failed) {
    event(EventKind.ATOMIC, 0, address, 4, failed ? 1 : 0, 0, 0, 0, 0, 0);
    return access(address, 4, AccessKind.LOCKED_UPDATE);
  }

  /** Any access; kind is one of {@link AccessKind}. */
  public ThreadBuilder access(long address, int bytes, int kind) {
    put(instructions, address, bytes, kind, 0);
    instructions++;
    if (AccessKind.reads(kind)) {
      reads++;
    }
    if (AccessKind.writes(kind)) {
      writes++;
    }
    return this;
  }

  private void put(long at, long address, int bytes, int kind, int flags) {
    if (full) {
      writer.access(number, at, address, bytes, kind, flags == 0 ? ip : 0, flags);
    } else {
      reduction.access(at, address, bytes, kind, flags == 0 ? ip : 0, flags);
    }
  }

  /** An event at this point; takes the next sequence number and returns it. */
  public long event(
      EventKind kind,
      int code,
      long object,
      long a0,
      long a1,
      long a2,
      long a3,
      long a4,
      long a5,
      long result) {
    long sequence = trace.takeSequence();
    event(sequence, kind, code, object, a0, a1, a2, a3, a4, a5, result, 0);
    return sequence;
  }

  private void event(
      long sequence,
      EventKind kind,
      int code,
      long object,
      long a0,
      long a1,
      long a2,
      long a3,
      long a4,
      long a5,
      long result,
      long nanos) {
    if (!full && kind.cutsSlice()) {
      reduction.cut(instructions);
    }
    writer.event(
        number,
        instructions,
        sequence,
        kind,
        code,
        object,
        a0,
        a1,
        a2,
        a3,
        a4,
        a5,
        result,
        nanos,
        ip);
  }

  void started(long wordOnStack) {
    event(
        startSequence,
        EventKind.THREAD_START,
        0,
        wordOnStack,
        parent,
        1000 + number,
        0,
        0,
        0,
        0,
        0,
        0);
  }

  void created(int child) {
    event(EventKind.THREAD_CREATE, 0, 0, child, 0, 0, 0, 0, 0, 0);
    instructions++;
  }

  /** Ends the thread; nothing may follow. Does nothing where it has ended. */
  public ThreadBuilder exit() {
    if (exitSequence < 0) {
      exitSequence = event(EventKind.THREAD_EXIT, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    return this;
  }

  /** exit_group: ends the program; nothing may follow. */
  public ThreadBuilder exitGroup() {
    if (exitSequence < 0) {
      exitSequence = event(EventKind.PROCESS_EXIT, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    return this;
  }

  /** popcorn_migrate(node) that succeeds. */
  public ThreadBuilder migrate(int node) {
    return migrate(node, 0);
  }

  /** popcorn_migrate(node) with the result that the program saw. */
  public ThreadBuilder migrate(int node, long result) {
    event(EventKind.MIGRATE, 434, 0, node, 0, 0, 0, 0, 0, result);
    instructions++;
    return this;
  }

  /** A system call of no special kind. */
  public ThreadBuilder syscall(int number, long a0, long a1, long a2, long result, long nanos) {
    event(trace.takeSequence(), EventKind.SYSCALL, number, 0, a0, a1, a2, 0, 0, 0, result, nanos);
    instructions++;
    return this;
  }

  /** A system call in which the kernel reads user memory, like write(2). */
  public ThreadBuilder syscallReading(int number, long address, int bytes, long result) {
    event(EventKind.SYSCALL, number, 0, 1, address, bytes, 0, 0, 0, result);
    put(instructions, address, bytes, AccessKind.READ, VisitFlags.KERNEL);
    instructions++;
    return this;
  }

  /** A system call in which the kernel writes user memory, like read(2). */
  public ThreadBuilder syscallWriting(int number, long address, int bytes, long result) {
    event(EventKind.SYSCALL, number, 0, 0, address, bytes, 0, 0, 0, result);
    put(instructions, address, bytes, AccessKind.WRITE, VisitFlags.KERNEL);
    instructions++;
    return this;
  }

  /** Maps private anonymous memory. */
  public ThreadBuilder mmap(long address, long bytes, int protection) {
    return addressSpace("mmap", SYS_MMAP, address, bytes, protection, 0x22, address);
  }

  /** Unmaps memory. */
  public ThreadBuilder munmap(long address, long bytes) {
    return addressSpace("munmap", SYS_MUNMAP, address, bytes, 0, 0, 0);
  }

  /** Changes the protection of memory. */
  public ThreadBuilder mprotect(long address, long bytes, int protection) {
    return addressSpace("mprotect", SYS_MPROTECT, address, bytes, protection, 0, 0);
  }

  /** Advises about memory; 4 is MADV_DONTNEED. */
  public ThreadBuilder madvise(long address, long bytes, int advice) {
    return addressSpace("madvise", SYS_MADVISE, address, bytes, advice, advice, 0);
  }

  private ThreadBuilder addressSpace(
      String op, int number, long address, long bytes, int third, int flags, long result) {
    long sequence = event(EventKind.VMA, number, 0, address, bytes, third, flags, -1, 0, result);
    int protection = number == SYS_MADVISE ? 0 : third;
    writer.map(sequence, number(), op, address, bytes, protection, flags, 0, "");
    instructions++;
    return this;
  }

  /** futex(FUTEX_WAIT_PRIVATE): slept and was woken (0), or a negative errno. */
  public ThreadBuilder futexWait(long address, int value, long result) {
    event(EventKind.FUTEX, 202, address, FUTEX_WAIT_PRIVATE, value, -1, 0, 0, 0, result);
    instructions++;
    return this;
  }

  /** futex(FUTEX_WAKE_PRIVATE) that woke {@code woken} sleepers. */
  public ThreadBuilder futexWake(long address, int count, int woken) {
    event(EventKind.FUTEX, 202, address, FUTEX_WAKE_PRIVATE, count, -1, 0, 0, 0, woken);
    instructions++;
    return this;
  }

  /** pthread_mutex_lock that found the mutex free. */
  public ThreadBuilder lock(long mutex) {
    return call(SyncFunction.MUTEX_LOCK, mutex, 0, 0, 0);
  }

  /** pthread_mutex_lock that slept: a failed compare-exchange, a futex wait, another one. */
  public ThreadBuilder lockAfterWaiting(long mutex) {
    enter(SyncFunction.MUTEX_LOCK, mutex, 0, 0);
    atomic(mutex, true);
    atomic(mutex);
    futexWait(mutex, 2, 0);
    atomic(mutex);
    return leave(SyncFunction.MUTEX_LOCK, mutex, 0, 0, 0);
  }

  /** pthread_mutex_unlock without a waiter. */
  public ThreadBuilder unlock(long mutex) {
    return call(SyncFunction.MUTEX_UNLOCK, mutex, 0, 0, 0);
  }

  /** pthread_mutex_unlock that woke a waiter. */
  public ThreadBuilder unlockAndWake(long mutex) {
    enter(SyncFunction.MUTEX_UNLOCK, mutex, 0, 0);
    atomic(mutex);
    futexWake(mutex, 1, 1);
    return leave(SyncFunction.MUTEX_UNLOCK, mutex, 0, 0, 0);
  }

  /** pthread_barrier_init. */
  public ThreadBuilder barrierInit(long barrier, int count) {
    enter(SyncFunction.BARRIER_INIT, barrier, count, 0);
    write(barrier, 32);
    return leave(SyncFunction.BARRIER_INIT, barrier, count, 0, 0);
  }

  /** Enters pthread_barrier_wait; {@link #barrierLeave} ends it, after all threads have entered. */
  public ThreadBuilder barrierEnter(long barrier) {
    enter(SyncFunction.BARRIER_WAIT, barrier, 0, 0);
    return atomic(barrier);
  }

  /**
   * Leaves pthread_barrier_wait.
   *
   * @param last true for the thread whose arrival opened the barrier: it gets -1
   */
  public ThreadBuilder barrierLeave(long barrier, boolean last) {
    read(barrier, 4);
    return leave(SyncFunction.BARRIER_WAIT, barrier, 0, 0, last ? -1 : 0);
  }

  /** sem_init. */
  public ThreadBuilder semInit(long semaphore, int count) {
    enter(SyncFunction.SEM_INIT, semaphore, count, 0);
    write(semaphore, 16);
    return leave(SyncFunction.SEM_INIT, semaphore, count, 0, 0);
  }

  /** sem_wait that found a count above 0. */
  public ThreadBuilder semWait(long semaphore) {
    return call(SyncFunction.SEM_WAIT, semaphore, 0, 0, 0);
  }

  /** sem_post. */
  public ThreadBuilder semPost(long semaphore) {
    return call(SyncFunction.SEM_POST, semaphore, 0, 0, 0);
  }

  /** pthread_join of a thread that has exited at this point of the recorded order. */
  public ThreadBuilder join(ThreadBuilder thread) {
    thread.exit();
    enter(SyncFunction.JOIN, 0, 0, thread.number);
    return leave(SyncFunction.JOIN, 0, 0, thread.number, 0);
  }

  /** Any synchronisation function that does one locked read-modify-write and returns. */
  public ThreadBuilder call(SyncFunction function, long object, long a0, long a1, long result) {
    enter(function, object, a0, a1);
    if (object != 0) {
      atomic(object);
    }
    return leave(function, object, a0, a1, result);
  }

  /**
   * It had read a line again and again until another thread's store, and now goes on.
   *
   * @param from its instructions before it began to wait
   * @param until its instructions before the read that found the store; a slice begins there
   * @param writtenAt instructions of the writer before the store
   */
  public ThreadBuilder spun(
      long line, long from, long until, ThreadBuilder writer, long writtenAt) {
    event(EventKind.SPIN, 0, line, from, until, writer.number, writtenAt, 0, 0, 0);
    return this;
  }

  /** Enters a synchronisation function. */
  public ThreadBuilder enter(SyncFunction function, long object, long a0, long a1) {
    event(SYNC_ENTER, function.code(), object, a0, a1, 0, 0, 0, 0, 0);
    instructions++;
    return this;
  }

  /** Returns from a synchronisation function. */
  public ThreadBuilder leave(SyncFunction function, long object, long a0, long a1, long result) {
    event(SYNC_EXIT, function.code(), object, a0, a1, 0, 0, 0, 0, result);
    return this;
  }

  /** malloc of a block at an address, from an unknown place. */
  public ThreadBuilder malloc(long address, long bytes, long block) {
    return malloc(address, bytes, block, 0);
  }

  /** malloc of a block at an address, by a call stack of {@link TraceBuilder#stack}. */
  public ThreadBuilder malloc(long address, long bytes, long block, int stack) {
    event(EventKind.HEAP_ALLOC, 0, address, bytes, block, stack, 0, 0, 0, 0);
    return this;
  }

  /** free of a block. */
  public ThreadBuilder free(long address, long block) {
    event(EventKind.HEAP_FREE, 0, address, 0, block, 0, 0, 0, 0, 0);
    return this;
  }

  void writeRow() {
    if (!full) {
      reduction.end(instructions);
    }
    writer.thread(
        number,
        1000 + number,
        parent,
        name,
        stackLow,
        stackHigh,
        startSequence,
        exitSequence,
        instructions,
        reads,
        writes);
  }
}
