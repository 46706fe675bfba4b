package org.popcornreplay.replay.sharing;

import java.util.Locale;

/** How the nodes of a run shared a page. */
public enum Sharing {
  /** Only one node touched it. */
  PRIVATE,
  /** Several nodes read it; after each had its first copy nobody lost it to a write. */
  READ_SHARED,
  /** It moved because nodes touched the same lines. */
  TRUE_SHARING,
  /** It moved although the nodes touched different lines. */
  FALSE_SHARING,
  /** Some of its moves were needed and some were not. */
  MIXED;

  /** The name in {@code pages.sharing}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
