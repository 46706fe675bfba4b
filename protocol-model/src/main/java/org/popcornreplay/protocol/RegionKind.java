package org.popcornreplay.protocol;

/** What backs a VMA (popcorn-protocol §3.10). */
public enum RegionKind {
  /** Private anonymous memory: thread stacks, TLS, malloc'ed areas. */
  ANON(false, false),
  /** The heap that brk moves. */
  HEAP(false, false),
  /** The main stack ({@code VM_GROWSDOWN}). */
  STACK(false, false),
  /** A private mapping of a file: text, read-only data, data. */
  FILE_PRIVATE(true, false),
  /** A shared mapping of a file. */
  FILE_SHARED(true, true),
  /** Shared anonymous memory, which no remote can open. */
  SHARED_ANON(true, true),
  /** The vdso: executable, so local and empty at a remote. */
  VDSO(false, false),
  /** The vvar pages: special mappings that the origin cannot share. */
  VVAR(false, false);

  private final boolean fileBacked;
  private final boolean shared;

  RegionKind(boolean fileBacked, boolean shared) {
    this.fileBacked = fileBacked;
    this.shared = shared;
  }

  /** Whether {@code vm_file} is set. */
  public boolean isFileBacked() {
    return fileBacked;
  }

  /** {@code VM_SHARED}. */
  public boolean isShared() {
    return shared;
  }
}
