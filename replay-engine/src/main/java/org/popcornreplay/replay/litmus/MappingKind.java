package org.popcornreplay.replay.litmus;

import org.popcornreplay.protocol.RegionKind;

/** KIND of a region. */
enum MappingKind {
  ANON("anon", RegionKind.ANON),
  FILE_PRIVATE("file-private", RegionKind.FILE_PRIVATE),
  FILE_SHARED("file-shared", RegionKind.FILE_SHARED);

  private final String word;
  private final RegionKind kind;

  MappingKind(String word, RegionKind kind) {
    this.word = word;
    this.kind = kind;
  }

  /** What backs such a region; a heap is the kernel's brk area. */
  RegionKind inModel(boolean heap) {
    return this == ANON && heap ? RegionKind.HEAP : kind;
  }

  static MappingKind read(Words words) throws SyntaxException {
    for (MappingKind kind : values()) {
      if (words.take(kind.word)) {
        return kind;
      }
    }
    throw words.wrong("a kind: anon, file-private or file-shared");
  }
}
