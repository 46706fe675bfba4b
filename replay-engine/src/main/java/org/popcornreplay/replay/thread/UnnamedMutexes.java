package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.PriorityQueue;
import java.util.function.IntFunction;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;

/**
 * The mutexes of a program whose functions were not seen (static, without symbols), known by what
 * glibc's low-level lock leaves in a trace: a compare-exchange that succeeds exactly when nobody
 * holds the word; where it fails, futex waits and exchanges on the word until one finds it free; at
 * the end an exchange by another instruction than those that lock, and a wake of one where somebody
 * waits. All atomic operations of all threads are followed in recorded order, and one that does not
 * fit makes the word an ordinary one.
 *
 * <p>A mutex under which a thread changes the address space, sleeps, makes a thread or ends keeps
 * its recorded order: what happens there has an order of its own.
 */
final class UnnamedMutexes {
  private static final int FUTEX_COMMAND = 0x7f;
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final int NOBODY = -1;

  /** What is known of one word. */
  private static final class Word {
    final LongArrayList locking = new LongArrayList(2);
    final LongArrayList unlocking = new LongArrayList(2);
    int holder = NOBODY;
    int threads;
    int lastThread = NOBODY;
    boolean broken;

    void usedBy(int thread) {
      if (thread != lastThread) {
        threads++;
        lastThread = thread;
      }
    }

    /** By the instruction of a lock; an instruction that also unlocks fits no mutex. */
    void locks(long ip) {
      add(locking, unlocking, ip);
    }

    void unlocks(long ip) {
      add(unlocking, locking, ip);
    }

    private void add(LongArrayList to, LongArrayList not, long ip) {
      broken |= not.contains(ip);
      if (!to.contains(ip)) {
        to.add(ip);
      }
    }
  }

  /** One thread on its way through its events. */
  private static final class Follower {
    final int thread;
    final ThreadCursor cursor;
    final LongArrayList held = new LongArrayList();
    long sequence;

    /** The word for which it waits, or 0, and the operation with which that began. */
    long awaited;

    long since;

    /** Its last operation on that word found it held, so that a futex wait has to follow. */
    boolean sleepsNext;

    boolean alone;

    Follower(int thread, ThreadCursor cursor) {
      this.thread = thread;
      this.cursor = cursor;
      alone = thread == 0;
    }

    boolean next() {
      while (cursor.next()) {
        if (cursor.isEvent()) {
          sequence = cursor.sequence();
          return true;
        }
      }
      return false;
    }
  }

  private final LongOpenHashSet addresses = new LongOpenHashSet();
  private final Long2LongOpenHashMap acquisitions = new Long2LongOpenHashMap();

  private UnnamedMutexes() {}

  /** No mutex. */
  static UnnamedMutexes none() {
    return new UnnamedMutexes();
  }

  /** Reads the events of all threads side by side, in recorded order. */
  static UnnamedMutexes of(int threads, IntFunction<ThreadCursor> events) {
    UnnamedMutexes found = new UnnamedMutexes();
    Long2ObjectOpenHashMap<Word> words = new Long2ObjectOpenHashMap<>();
    PriorityQueue<Follower> order =
        new PriorityQueue<>((a, b) -> Long.compare(a.sequence, b.sequence));
    for (int t = 0; t < threads; t++) {
      Follower follower = new Follower(t, events.apply(t));
      if (follower.next()) {
        order.add(follower);
      }
    }
    for (Follower one = order.poll(); one != null; one = order.poll()) {
      found.follow(one, words);
      if (one.next()) {
        order.add(one);
      } else {
        breakHeld(one, words);
      }
    }
    words.forEach(
        (address, word) -> {
          boolean used = word.threads > 1 && !word.unlocking.isEmpty();
          if (used && !word.broken && word.holder == NOBODY) {
            found.addresses.add(address);
          }
        });
    return found;
  }

  private void follow(Follower one, Long2ObjectOpenHashMap<Word> words) {
    ThreadCursor event = one.cursor;
    switch (event.kind()) {
      case ATOMIC -> {
        // A process of one thread locks without an atomic operation, but unlocks with one.
        if (!one.alone) {
          atomic(one, event, words);
        }
      }
      case FUTEX -> futex(one, event, words);
      case THREAD_CREATE -> {
        breakHeld(one, words);
        one.alone = false;
      }
      case VMA, THREAD_EXIT, PROCESS_EXIT -> breakHeld(one, words);
      case SYSCALL -> {
        if (SystemCalls.isSleep(event.code())) {
          breakHeld(one, words);
        }
      }
      default -> {}
    }
  }

  private static void breakHeld(Follower one, Long2ObjectOpenHashMap<Word> words) {
    for (long address : one.held) {
      words.get(address).broken = true;
    }
    if (one.awaited != 0) {
      words.get(one.awaited).broken = true;
    }
  }

  private void atomic(Follower one, ThreadCursor event, Long2ObjectOpenHashMap<Word> words) {
    long address = event.object();
    Word word = words.computeIfAbsent(address, key -> new Word());
    boolean failed = event.argument(1) != 0;
    word.usedBy(one.thread);
    if (one.awaited != 0 && one.awaited != address) {
      words.get(one.awaited).broken = true; // does something else than to wait
      one.awaited = 0;
    }
    if (word.broken) {
      return;
    }
    if (one.awaited == address) {
      // The exchange of a waiter: it has the lock where nobody had it.
      word.broken |= failed || one.sleepsNext;
      if (word.holder == NOBODY) {
        acquisitions.put(one.since, event.sequence());
        one.awaited = 0;
        take(one, address, word);
      } else {
        one.sleepsNext = true;
      }
    } else if (word.holder == one.thread) {
      word.unlocks(event.ip());
      word.broken |= failed;
      word.holder = NOBODY;
      one.held.rem(address);
    } else {
      word.locks(event.ip());
      word.broken |= failed != (word.holder != NOBODY);
      if (failed) {
        one.awaited = address;
        one.since = event.sequence();
        one.sleepsNext = false;
      } else {
        take(one, address, word);
      }
    }
  }

  private static void take(Follower one, long address, Word word) {
    word.holder = one.thread;
    one.held.add(address);
  }

  private static void futex(Follower one, ThreadCursor event, Long2ObjectOpenHashMap<Word> words) {
    int command = (int) event.argument(0) & FUTEX_COMMAND;
    long address = event.object();
    if (one.awaited != 0 && one.awaited != address) {
      words.get(one.awaited).broken = true;
      one.awaited = 0;
    }
    if (command == FUTEX_WAIT && address == one.awaited) {
      one.sleepsNext = false;
      return;
    }
    Word word = words.get(address);
    boolean wakesOne = command == FUTEX_WAKE && event.argument(1) == 1;
    if (word != null && !wakesOne) {
      word.broken = true;
    }
    if (!wakesOne) {
      breakHeld(one, words);
    }
  }

  /** Which atomic operations one of these mutexes always guards. */
  void findGuarded(int threads, IntFunction<ThreadCursor> events, GuardedAtomics guarded) {
    for (int t = 0; t < threads && !addresses.isEmpty(); t++) {
      ThreadCursor cursor = events.apply(t);
      LongOpenHashSet held = new LongOpenHashSet();
      long acquiring = NOBODY;
      boolean alone = t == 0;
      guarded.nextThread();
      while (cursor.next()) {
        alone &= !cursor.isEvent() || cursor.kind() != EventKind.THREAD_CREATE;
        if (!cursor.isEvent() || cursor.kind() != EventKind.ATOMIC) {
          continue;
        }
        long address = cursor.object();
        if (alone || !addresses.contains(address)) {
          guarded.atomic(address);
        } else if (held.remove(address)) {
          guarded.unlocked(address);
        } else if (acquiring == NOBODY) {
          acquiring = acquisitions.getOrDefault(cursor.sequence(), cursor.sequence());
        }
        if (acquiring == cursor.sequence()) {
          acquiring = NOBODY;
          held.add(address);
          guarded.locked(address);
        }
      }
    }
  }

  /** Whether this word is a mutex. */
  boolean contains(long address) {
    return !addresses.isEmpty() && addresses.contains(address);
  }

  /** The words. */
  LongOpenHashSet addresses() {
    return addresses;
  }

  /**
   * Where the recorded thread had to wait: the operation that got the lock at last.
   *
   * @param sequence the operation with which it tried first
   * @return -1 where that one got it
   */
  long acquisition(long sequence) {
    return acquisitions.getOrDefault(sequence, NOBODY);
  }
}
