package org.popcornreplay.replay.thread;

/** How a read-modify-write instruction faults on a page without rights: option RMW_FAULT. */
public enum RmwFaults {
  /** Once, as a write: real hardware. */
  WRITE,
  /** An unlocked one as a read, then as a write. */
  READ_THEN_WRITE,
  /**
   * As QEMU's TCG emulates them: an unlocked one as a read, then as a write; a locked one too where
   * the machine has one processor, since only with several does the emulator lock.
   */
  EMULATED;

  /** By the value of the option. */
  public static RmwFaults of(String option) {
    return switch (option) {
      case "write" -> WRITE;
      case "read-then-write" -> READ_THEN_WRITE;
      case "emulated" -> EMULATED;
      default ->
          throw new IllegalArgumentException(
              "RMW_FAULT=" + option + ", expected write, read-then-write or emulated");
    };
  }

  boolean unlockedReadsFirst() {
    return this != WRITE;
  }

  boolean lockedReadsFirst(int cores) {
    return this == EMULATED && cores == 1;
  }
}
