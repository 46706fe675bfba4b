package org.popcornreplay.traces;

/**
 * What an event of a trace is. The code is what stands in the column {@code kind}; codes are never
 * reused. {@code object} is an address in the traced program, {@code a0…a5} mean what each constant
 * says. Events marked <b>cut</b> end the slice of their thread.
 */
public enum EventKind {
  /**
   * Cut. First event of a thread. a0 creating thread or -1, a1 kernel tid, object = clear_child_tid
   * address or 0.
   */
  THREAD_START(1),
  /** Cut. Last event of a thread. a0 exit code. */
  THREAD_EXIT(2),
  /** Cut. The thread made another: a0 the new thread. Lies at the clone system call. */
  THREAD_CREATE(3),
  /** Cut. exit_group: a0 exit code. */
  PROCESS_EXIT(4),
  /**
   * Cut. A system call that is none of the kinds below: code = number, a0…a5 arguments, result,
   * nanos = host duration, or for sleeps the time that was asked for. Result -512: it had not
   * returned when the thread or the process ended. a5 = 1 marks clock_gettime, gettimeofday, time
   * and getcpu, which natively do not enter the kernel.
   */
  SYSCALL(5),
  /**
   * Cut. futex system call: object = uaddr, a0 op (with flags), a1 val, a2 timeout nanos from the
   * call on or -1, a3 uaddr2, a4 val2, a5 val3, result.
   */
  FUTEX(6),
  /**
   * Cut. Address-space call (mmap, munmap, mprotect, mremap, brk, madvise): code = number, a0…a5
   * arguments, result. The effect is in the table maps.
   */
  VMA(7),
  /**
   * Cut. popcorn_migrate: a0 nid, which is the proposed one where the program gave -1, a1 address
   * of the register image (0 = none), a2 nid as the program gave it, result as the program saw it.
   */
  MIGRATE(8),
  /** Cut. popcorn_propose_migration: a0 tid as given, a1 nid, result. */
  PROPOSE(9),
  /** Cut. popcorn_get_thread_status: result. */
  THREAD_STATUS(10),
  /** Cut. popcorn_get_node_info: result. */
  NODE_INFO(11),

  /**
   * Does not cut: lies inside a slice. Locked read-modify-write: object = address, a0 bytes, a1 1
   * when a compare-exchange failed, ip.
   */
  ATOMIC(20),
  /**
   * Does not cut: lies at the end of a slice. The thread had read a line again and again, without a
   * system call, until another thread wrote it, and went on in this slice: object = the line's
   * address, a0 instructions before it began to wait, a1 before the read that found the write (the
   * same where it found it at once), a2 the thread that wrote, a3 that thread's instructions before
   * the write, ip of the read.
   */
  SPIN(21),

  // Entry and exit of synchronisation functions; all cut. Between ENTER and EXIT lie the visits,
  // atomics and futex calls that the C library made. code = SyncFunction, object = the primitive's
  // address, result (EXIT) = the function's return value.
  /**
   * A synchronisation function is entered; a0 second object (the mutex of a condition wait) or
   * count (barrier init, sem init), a1 thread joined, ip where the program called it.
   */
  SYNC_ENTER(30),
  /** A synchronisation function returns; a0…a1 as at its entry. */
  SYNC_EXIT(31),

  /**
   * Does not cut. Heap block allocated: object = address, a0 bytes, a1 block number, a2 index into
   * stacks.
   */
  HEAP_ALLOC(40),
  /** Does not cut. Heap block freed: object = address, a1 block number. */
  HEAP_FREE(41),

  /** Cut. A signal was delivered: code = number. */
  SIGNAL(50),

  /**
   * Cut, in full detail only, where the manifest says {@code slice_marks}: the slice reached its
   * longest length. Tells a reduction where the capture tool ends slices; means nothing to a
   * replay.
   */
  SLICE(60);

  private final int code;

  EventKind(int code) {
    this.code = code;
  }

  /** The number in the column {@code kind}. */
  public int code() {
    return code;
  }

  /** True where the event ends the slice of its thread. */
  public boolean cutsSlice() {
    return switch (this) {
      case ATOMIC, SPIN, HEAP_ALLOC, HEAP_FREE -> false;
      default -> true;
    };
  }

  private static final EventKind[] BY_CODE = new EventKind[64];

  static {
    for (EventKind kind : values()) {
      BY_CODE[kind.code] = kind;
    }
  }

  /** The kind with this code, or null where there is none. */
  public static EventKind ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
