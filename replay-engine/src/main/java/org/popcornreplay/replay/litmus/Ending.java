package org.popcornreplay.replay.litmus;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.protocol.Outcome;

/**
 * How an operation ends when it does not end well: an errno, or one of SIGSEGV, SIGBUS, HANG, BUG.
 *
 * @param name as the file has it
 * @param result as the model has it
 */
record Ending(String name, int result) {
  /** Errors that have two names in Linux. */
  private static final Map<String, String> SECOND_NAMES =
      Map.of("EWOULDBLOCK", "EAGAIN", "ENOTSUP", "EOPNOTSUPP", "EDEADLOCK", "EDEADLK");

  private static final Map<String, Integer> FATAL =
      Map.of(
          "SIGSEGV", Outcome.SIGSEGV,
          "SIGBUS", Outcome.SIGBUS,
          "HANG", Outcome.HANG,
          "BUG", Outcome.BUG);

  /** asm-generic/errno-base.h, and those of errno.h that the modelled calls could give. */
  private static final Map<String, Integer> ERRNO = new TreeMap<>();

  static {
    String[] base = {
      "EPERM",
      "ENOENT",
      "ESRCH",
      "EINTR",
      "EIO",
      "ENXIO",
      "E2BIG",
      "ENOEXEC",
      "EBADF",
      "ECHILD",
      "EAGAIN",
      "ENOMEM",
      "EACCES",
      "EFAULT",
      "ENOTBLK",
      "EBUSY",
      "EEXIST",
      "EXDEV",
      "ENODEV",
      "ENOTDIR",
      "EISDIR",
      "EINVAL",
      "ENFILE",
      "EMFILE",
      "ENOTTY",
      "ETXTBSY",
      "EFBIG",
      "ENOSPC",
      "ESPIPE",
      "EROFS",
      "EMLINK",
      "EPIPE",
      "EDOM",
      "ERANGE",
      "EDEADLK",
      "ENAMETOOLONG",
      "ENOLCK",
      "ENOSYS"
    };
    for (int i = 0; i < base.length; i++) {
      ERRNO.put(base[i], i + 1);
    }
    ERRNO.put("EOVERFLOW", 75);
    ERRNO.put("EOPNOTSUPP", 95);
    ERRNO.put("ETIMEDOUT", 110);
  }

  /** Whether only {@code expect} may follow: the thread or the machine cannot go on. */
  boolean isFinal() {
    return Outcome.isFatal(result);
  }

  static Ending read(Words words) throws SyntaxException {
    String name = words.word("an errno such as EINVAL, or SIGSEGV, SIGBUS, HANG or BUG");
    String one = SECOND_NAMES.getOrDefault(name, name);
    Integer fatal = FATAL.get(name);
    if (fatal != null) {
      return new Ending(name, fatal);
    }
    Integer number = ERRNO.get(one);
    if (number == null) {
      throw words.wrongBefore("an errno such as EINVAL, or SIGSEGV, SIGBUS, HANG or BUG");
    }
    return new Ending(name, -number);
  }

  /** What people call a result of the model: {@code ok}, an errno or a fatal way to end. */
  static String nameOf(int result) {
    if (result >= 0) {
      return "ok";
    }
    if (Outcome.isFatal(result)) {
      return Outcome.name(result);
    }
    for (Map.Entry<String, Integer> errno : ERRNO.entrySet()) {
      if (errno.getValue() == -result) {
        return errno.getKey();
      }
    }
    return String.format(Locale.ROOT, "errno %d", -result);
  }
}
