package org.popcornreplay.replay.litmus;

import java.util.Map;

/** Reads OP. */
final class OperationParser {
  private static final String OPERATIONS =
      "an operation: read, write, migrate, propose, mmap, munmap, mprotect, mremap, brk,"
          + " madvise-dontneed, madvise-release, futex-wait, futex-wait-stale, futex-wake, compute,"
          + " exit or exit-group";

  private final PageNames pages;
  private final Map<String, ThreadLine> threads;

  OperationParser(PageNames pages, Map<String, ThreadLine> threads) {
    this.pages = pages;
    this.threads = threads;
  }

  /** Takes a thread's name. */
  static ThreadLine thread(Words words, Map<String, ThreadLine> threads) throws SyntaxException {
    ThreadLine thread = threads.get(words.peek());
    if (thread == null) {
      throw words.wrong("the name of a thread that the file introduces");
    }
    words.word("a thread");
    return thread;
  }

  /** Takes an operation. */
  Operation read(Words words) throws SyntaxException {
    String name = words.word(OPERATIONS);
    return switch (name) {
      case "read" -> new Operation.Access(pages.range(words), false);
      case "write" -> new Operation.Access(pages.range(words), true);
      case "migrate" -> new Operation.Migrate(nid(words));
      case "propose" -> {
        ThreadLine target = words.take("nobody") ? null : thread(words, threads);
        yield new Operation.Propose(target, nid(words));
      }
      case "mmap" -> {
        Region region = pages.introduce(words.name("a region's name"));
        MappingKind kind = MappingKind.read(words);
        Permission permission = Permission.read(words);
        yield new Operation.Mmap(region, kind, permission, pages.pages(words, region, 1));
      }
      case "munmap" -> new Operation.Munmap(pages.known(words));
      case "mprotect" -> {
        Region region = pages.known(words);
        yield new Operation.Mprotect(region, Permission.read(words));
      }
      case "mremap" -> {
        Region region = pages.known(words);
        yield new Operation.Mremap(region, pages.pages(words, region, 1));
      }
      case "brk" -> {
        Region region = pages.introduce(words.name("the heap's name"));
        region.becomesHeap();
        yield new Operation.Brk(region, pages.pages(words, region, 0));
      }
      case "madvise-dontneed" -> new Operation.Madvise(pages.known(words), false);
      case "madvise-release" -> new Operation.Madvise(pages.known(words), true);
      case "futex-wait" -> new Operation.FutexWait(pages.page(words), false);
      case "futex-wait-stale" -> new Operation.FutexWait(pages.page(words), true);
      case "futex-wake" -> {
        PageRange page = pages.page(words);
        yield new Operation.FutexWake(
            page, (int) words.number("how many to wake", 0, Integer.MAX_VALUE));
      }
      case "compute" -> new Operation.Compute(words.durationNanos("a duration such as 10us"));
      case "exit" -> new Operation.Exit();
      case "exit-group" -> new Operation.ExitGroup();
      default -> throw words.wrongBefore(OPERATIONS);
    };
  }

  private static int nid(Words words) throws SyntaxException {
    return (int) words.number("a node's number", Integer.MIN_VALUE, Integer.MAX_VALUE);
  }
}
