package org.popcornreplay.replay.litmus;

/** What a name for pages stands for at one moment of the run. */
final class RegionState {
  private final int object;
  private boolean mapped;
  private boolean text;
  private long pages = 1;

  RegionState(int object) {
    this.object = object;
  }

  /** The model's number for what is mapped, so that regions never merge. */
  int object() {
    return object;
  }

  boolean isMapped() {
    return mapped;
  }

  /** Whether a read stands for executing it. */
  boolean isText() {
    return text;
  }

  /** Its size, or the size it had last. */
  long pages() {
    return pages;
  }

  void maps(long newPages, Permission permission) {
    mapped = newPages > 0;
    pages = Math.max(1, newPages);
    protects(permission);
  }

  void resizes(long newPages) {
    mapped = newPages > 0;
    pages = Math.max(1, newPages);
  }

  void protects(Permission permission) {
    text = permission == Permission.RX;
  }

  void unmaps() {
    mapped = false;
  }
}
