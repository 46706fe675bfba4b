package org.popcornreplay.protocol;

/** Who accesses memory, which decides what happens when the access cannot be had at once. */
public enum AccessMode {
  /** A load or store in user mode: tries for ever. */
  USER,
  /** A copy by the kernel on behalf of a system call: -EFAULT after two RETRYs (K3). */
  KERNEL,
  /** An instruction fetch. */
  FETCH
}
