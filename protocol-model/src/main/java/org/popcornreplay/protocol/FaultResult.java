package org.popcornreplay.protocol;

/** Results of a fault ({@code vm_fault_t}) and the fault flags that a page request carries. */
public final class FaultResult {
  /** Resolved. */
  public static final int OK = 0;

  /** {@code VM_FAULT_OOM}. */
  public static final int OOM = 0x1;

  /** {@code VM_FAULT_SIGBUS}. */
  public static final int SIGBUS = 0x2;

  /** {@code VM_FAULT_SIGSEGV}. */
  public static final int SIGSEGV = 0x40;

  /** {@code VM_FAULT_LOCKED}: inside the page server, "start over". */
  static final int LOCKED = 0x200;

  /** {@code VM_FAULT_RETRY}. */
  public static final int RETRY = 0x400;

  /** {@code VM_FAULT_CONTINUE}: handle it like an ordinary kernel, or a grant without data. */
  public static final int CONTINUE = 0x4000;

  static final int FLAG_WRITE = 0x01;
  static final int FLAG_ALLOW_RETRY = 0x04;
  static final int FLAG_KILLABLE = 0x10;
  static final int FLAG_TRIED = 0x20;
  static final int FLAG_USER = 0x40;
  static final int FLAG_INSTRUCTION = 0x100;

  /** {@code PC_FAULT_FLAG_REMOTE}: the origin relays a request. */
  static final int FLAG_REMOTE = 0x200;

  private FaultResult() {}

  /** The name of a result without the kernel's prefix. */
  public static String name(int result) {
    return switch (result) {
      case OK -> "0";
      case OOM -> "OOM";
      case SIGBUS -> "SIGBUS";
      case SIGSEGV -> "SIGSEGV";
      case RETRY -> "RETRY";
      case CONTINUE -> "CONTINUE";
      default -> Integer.toHexString(result);
    };
  }
}
