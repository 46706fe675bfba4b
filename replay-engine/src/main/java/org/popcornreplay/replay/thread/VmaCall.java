package org.popcornreplay.replay.thread;

import java.util.List;
import org.popcornreplay.protocol.Advice;
import org.popcornreplay.protocol.Completion;
import org.popcornreplay.protocol.Popcorn;

/** A recorded call that changed the address space, as an operation of the protocol. */
final class VmaCall {
  private static final int MMAP = 9;
  private static final int MPROTECT = 10;
  private static final int MUNMAP = 11;
  private static final int BRK = 12;
  private static final int MREMAP = 25;
  private static final int MADVISE = 28;
  private static final int PROTECTION = 7;

  /** Begins the operation. */
  @FunctionalInterface
  private interface Begin {
    void run(Popcorn popcorn, int thread, Completion ended);
  }

  private final String name;
  private final Begin begin;

  private VmaCall(String name, Begin begin) {
    this.name = name;
    this.begin = begin;
  }

  String name() {
    return name;
  }

  void run(Popcorn popcorn, int thread, Completion ended) {
    begin.run(popcorn, thread, ended);
  }

  /** The call of an event; null where it changes nothing. */
  static VmaCall of(TraceEvent e, AddressSpace space) {
    return space.isCoarse() ? coarse(e, space) : exact(e, space);
  }

  private static VmaCall exact(TraceEvent e, AddressSpace space) {
    PageScale scale = space.scale();
    long first = scale.pageOf(e.argument(0));
    long length = e.argument(1);
    long pages = length <= 0 ? 0 : scale.pageOf(e.argument(0) + length - 1) + 1 - first;
    return switch (e.code()) {
      case MMAP -> mmap(space.mapped(e));
      case BRK -> brk(e, space);
      case MUNMAP, MPROTECT, MADVISE, MREMAP -> onRange(e, scale, first, pages);
      default -> null;
    };
  }

  private static VmaCall mmap(AddressSpace.Range r) {
    return new VmaCall(
        "mmap",
        (popcorn, thread, ended) ->
            popcorn.mmap(
                thread, r.start(), r.pages(), r.kind(), r.protection(), r.object(), ended));
  }

  /** Where pages hold several mappings, calls only map what is missing. */
  private static VmaCall coarse(TraceEvent e, AddressSpace space) {
    AddressSpace.Range wanted =
        switch (e.code()) {
          case MMAP -> space.mapped(e);
          case MREMAP -> space.anonymous(e.result(), e.argument(2));
          case BRK -> grownHeap(e, space);
          default -> null;
        };
    List<AddressSpace.Range> missing = wanted == null ? List.of() : space.takeMissing(e, wanted);
    if (missing.isEmpty()) {
      return null;
    }
    String name = e.code() == BRK ? "brk" : e.code() == MREMAP ? "mremap" : "mmap";
    return new VmaCall(name, (popcorn, thread, ended) -> mapAll(popcorn, thread, missing, ended));
  }

  private static AddressSpace.Range grownHeap(TraceEvent e, AddressSpace space) {
    if (space.heapStart() == 0) {
      space.heapStart(e.result());
    }
    long bytes = e.result() - space.heapStart();
    return e.argument(0) == 0 || bytes <= 0 ? null : space.anonymous(space.heapStart(), bytes);
  }

  private static void mapAll(
      Popcorn popcorn, int thread, List<AddressSpace.Range> ranges, Completion ended) {
    Completion next =
        ranges.size() == 1
            ? ended
            : (caller, result) -> {
              if (result < 0) {
                ended.ended(caller, result);
              } else {
                mapAll(popcorn, thread, ranges.subList(1, ranges.size()), ended);
              }
            };
    mmap(ranges.get(0)).run(popcorn, thread, next);
  }

  private static VmaCall onRange(TraceEvent e, PageScale scale, long first, long pages) {
    if (pages == 0) {
      return null;
    }
    int protection = (int) e.argument(2) & PROTECTION;
    Advice advice = ProgramBehaviour.advice(e.argument(2));
    return switch (e.code()) {
      case MUNMAP ->
          new VmaCall(
              "munmap", (popcorn, thread, ended) -> popcorn.munmap(thread, first, pages, ended));
      case MPROTECT ->
          new VmaCall(
              "mprotect",
              (popcorn, thread, ended) ->
                  popcorn.mprotect(thread, first, pages, protection, ended));
      case MADVISE ->
          new VmaCall(
              "madvise",
              (popcorn, thread, ended) -> popcorn.madvise(thread, first, pages, advice, ended));
      default -> moved(e, scale, first, pages);
    };
  }

  private static VmaCall moved(TraceEvent e, PageScale scale, long first, long pages) {
    long newFirst = scale.pageOf(e.result());
    long newPages = scale.pageOf(e.result() + Math.max(1, e.argument(2)) - 1) + 1 - newFirst;
    return new VmaCall(
        "mremap",
        (popcorn, thread, ended) ->
            popcorn.mremap(thread, first, pages, newFirst, newPages, ended));
  }

  private static VmaCall brk(TraceEvent e, AddressSpace space) {
    PageScale scale = space.scale();
    long end = e.result();
    if (space.heapStart() == 0) {
      space.heapStart(end);
    }
    if (e.argument(0) == 0 || end <= space.heapStart()) {
      return null;
    }
    long first = scale.pageOf(space.heapStart());
    long pages = scale.pageOf(end - 1) + 1 - first;
    return new VmaCall("brk", (popcorn, thread, ended) -> popcorn.brk(thread, first, pages, ended));
  }
}
