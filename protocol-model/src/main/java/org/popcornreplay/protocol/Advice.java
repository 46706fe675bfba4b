package org.popcornreplay.protocol;

/** The advice values of madvise that the model tells apart. */
public enum Advice {
  /** Throws pages away. */
  DONTNEED,
  /** Popcorn's voluntary release of page ownership. */
  RELEASE,
  /** Any advice without effect on pages or flags ({@code WILLNEED}, and {@code FREE}: 4.6). */
  OTHER
}
