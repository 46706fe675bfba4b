package org.popcornreplay.protocol;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How operations end: 0 or a count, a negative errno, or one of four fatal ways. */
public final class Outcome {
  /** Done. */
  public static final int OK = 0;

  public static final int ENOENT = -2;
  public static final int ESRCH = -3;
  public static final int EINTR = -4;
  public static final int EIO = -5;
  public static final int EAGAIN = -11;

  /** What a futex wait with a stale value ends with; the same number as {@link #EAGAIN}. */
  public static final int EWOULDBLOCK = -11;

  public static final int ENOMEM = -12;
  public static final int EACCES = -13;
  public static final int EFAULT = -14;
  public static final int EBUSY = -16;
  public static final int EINVAL = -22;
  public static final int ENOSYS = -38;
  public static final int EOPNOTSUPP = -95;
  public static final int ETIMEDOUT = -110;

  /** The access killed the thread: no mapping, or no permission. */
  public static final int SIGSEGV = -1001;

  /** The access killed the thread: the origin cannot provide the page. */
  public static final int SIGBUS = -1002;

  /** A kernel BUG, or a case that the model rejects. */
  public static final int BUG = -1003;

  /** Never ends. */
  public static final int HANG = -1004;

  private static final Map<String, Integer> CODES = new TreeMap<>();

  static {
    CODES.put("OK", OK);
    CODES.put("ENOENT", ENOENT);
    CODES.put("ESRCH", ESRCH);
    CODES.put("EINTR", EINTR);
    CODES.put("EIO", EIO);
    CODES.put("EAGAIN", EAGAIN);
    CODES.put("EWOULDBLOCK", EWOULDBLOCK);
    CODES.put("ENOMEM", ENOMEM);
    CODES.put("EACCES", EACCES);
    CODES.put("EFAULT", EFAULT);
    CODES.put("EBUSY", EBUSY);
    CODES.put("EINVAL", EINVAL);
    CODES.put("ENOSYS", ENOSYS);
    CODES.put("EOPNOTSUPP", EOPNOTSUPP);
    CODES.put("ETIMEDOUT", ETIMEDOUT);
    CODES.put("SIGSEGV", SIGSEGV);
    CODES.put("SIGBUS", SIGBUS);
    CODES.put("BUG", BUG);
    CODES.put("HANG", HANG);
  }

  private Outcome() {}

  /** Whether the thread cannot go on after this result. */
  public static boolean isFatal(int result) {
    return result <= SIGSEGV;
  }

  /** The code of a name such as {@code EINVAL} or {@code SIGSEGV}; null if there is none. */
  public static Integer of(String name) {
    return CODES.get(name.toUpperCase(Locale.ROOT));
  }

  /** All codes that have a name, in ascending order. */
  public static List<Integer> codes() {
    return CODES.values().stream().distinct().sorted().toList();
  }

  /** The name of a code; a number for counts and unknown codes. */
  public static String name(int result) {
    if (result == EAGAIN) {
      return "EAGAIN";
    }
    for (Map.Entry<String, Integer> code : CODES.entrySet()) {
      if (code.getValue() == result) {
        return code.getKey();
      }
    }
    return Integer.toString(result);
  }
}
