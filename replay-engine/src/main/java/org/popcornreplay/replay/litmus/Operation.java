package org.popcornreplay.replay.litmus;

/** OP: what a thread does. */
sealed interface Operation {
  /** {@code read PAGE}, {@code write PAGE}: each page in rising order. */
  record Access(PageRange pages, boolean write) implements Operation {}

  /** {@code migrate NID}. */
  record Migrate(int nid) implements Operation {}

  /** {@code propose THREAD NID}; the target is null for {@code nobody}. */
  record Propose(ThreadLine target, int nid) implements Operation {}

  /** {@code mmap NAME KIND PERM PAGES}. */
  record Mmap(Region region, MappingKind kind, Permission permission, long pages)
      implements Operation {}

  /** {@code munmap NAME}. */
  record Munmap(Region region) implements Operation {}

  /** {@code mprotect NAME PERM}. */
  record Mprotect(Region region, Permission permission) implements Operation {}

  /** {@code mremap NAME PAGES}, in place. */
  record Mremap(Region region, long pages) implements Operation {}

  /** {@code brk NAME PAGES}. */
  record Brk(Region region, long pages) implements Operation {}

  /** {@code madvise-dontneed NAME}, {@code madvise-release NAME}. */
  record Madvise(Region region, boolean release) implements Operation {}

  /** {@code futex-wait PAGE}, {@code futex-wait-stale PAGE}. */
  record FutexWait(PageRange page, boolean stale) implements Operation {}

  /** {@code futex-wake PAGE COUNT}. */
  record FutexWake(PageRange page, int count) implements Operation {}

  /** {@code compute DURATION}. */
  record Compute(long nanos) implements Operation {}

  /** {@code exit}. */
  record Exit() implements Operation {}

  /** {@code exit-group}. */
  record ExitGroup() implements Operation {}
}
