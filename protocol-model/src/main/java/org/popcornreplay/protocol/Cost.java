package org.popcornreplay.protocol;

/** The named pieces of kernel work whose duration a cost profile gives, in nanoseconds. */
public enum Cost {
  /** From the fault exception to the page server, and back. */
  FAULT_ENTRY,
  /** A fault that the node resolves without a message. */
  FAULT_LOCAL,
  /** Serving a page request up to the decision, without copying. */
  PAGE_REQUEST_SERVE,
  /** Copying one page between frame and message. */
  PAGE_COPY,
  /** Installing or changing a page-table entry, with its TLB flush. */
  PAGE_MAP,
  /** From the end of a page request's handling to posting its response. */
  PAGE_REPLY,
  /** Serving an invalidation. */
  INVALIDATE_SERVE,
  /** Looking up a VMA for a remote. */
  VMA_INFO_SERVE,
  /** Mapping a fetched VMA. */
  VMA_INSTALL,
  /** Executing a VMA operation. */
  VMA_OP,
  /** Executing a futex operation, without the time asleep. */
  FUTEX_OP,
  /** Filling and posting a migration request at the origin. */
  MIGRATE_SEND,
  /** Creating the remote worker and its empty address space. */
  WORKER_CREATE,
  /** Creating the remote task and restoring its registers. */
  TASK_CREATE,
  /** Resuming the origin peer after a back migration. */
  TASK_RESUME,
  /** Ending a task. */
  TASK_EXIT,
  /** One {@code schedule()} between two attempts to get mmap_sem by trylock. */
  TRYLOCK_YIELD
}
