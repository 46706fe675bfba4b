package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import java.util.Locale;
import org.popcornreplay.traces.SyncFunction;

/** What the numbers of x86-64 system calls say about their behaviour. */
final class SystemCalls {
  /** set_robust_list: names a list that the kernel reads when the thread ends. */
  static final int SET_ROBUST_LIST = 273;

  /** poll, select, pause, nanosleep, wait4, epoll_wait, ppoll, clock_nanosleep, accept, recv…. */
  private static final IntOpenHashSet SLEEPING =
      new IntOpenHashSet(
          new int[] {7, 23, 34, 35, 42, 43, 45, 47, 61, 128, 230, 232, 247, 270, 271, 281, 288});

  /** read, write and others that begin with a descriptor. */
  private static final IntOpenHashSet ON_DESCRIPTOR =
      new IntOpenHashSet(
          new int[] {
            0, 1, 3, 5, 8, 16, 17, 18, 19, 20, 32, 33, 40, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
            52, 54, 55, 72, 73, 74, 75, 77, 78, 81, 91, 93, 217, 232, 233, 271, 281, 285, 288, 291,
            295, 296, 299, 307, 326
          });

  private SystemCalls() {}

  /** Whether its recorded duration is time asleep, not work. */
  static boolean sleeps(int number) {
    return SLEEPING.contains(number);
  }

  /** Whether it only lets time pass: nanosleep, clock_nanosleep. */
  static boolean isSleep(int number) {
    return number == 35 || number == 230;
  }

  /** Whether it needs an open descriptor. */
  static boolean usesDescriptor(int number) {
    return ON_DESCRIPTOR.contains(number);
  }

  /** The name of a synchronisation function. */
  static String syncName(int code) {
    SyncFunction function = SyncFunction.ofCode(code);
    return function == null ? "unknown" : function.name().toLowerCase(Locale.ROOT);
  }
}
