package org.popcornreplay.replay.thread;

/** What a thread does with its time. */
public enum ThreadState {
  COMPUTE("compute"),
  FAULT("fault"),
  FUTEX("futex"),
  VMA("vma"),
  MIGRATION("migration"),
  RUN_QUEUE("run-queue"),
  SYSCALL("syscall"),
  IDLE("idle");

  private final String text;

  ThreadState(String text) {
    this.text = text;
  }

  /** The name in intervals. */
  public String text() {
    return text;
  }
}
