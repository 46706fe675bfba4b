package org.popcornreplay.protocol;

/**
 * The message types of include/popcorn/pcn_kmsg.h, in the kernel's order, with their size on the
 * wire: header (10 bytes) and payload. Names lack the kernel's prefix {@code PCN_KMSG_TYPE_}.
 */
public enum MessageType {
  NODE_INFO(22),
  STAT_START(0),
  TASK_MIGRATE(1470),
  TASK_MIGRATE_BACK(858),
  TASK_PAIRING(22),
  TASK_EXIT_ORIGIN(22),
  TASK_EXIT_REMOTE(22),
  VMA_INFO_REQUEST(26),
  VMA_INFO_RESPONSE(570),
  VMA_OP_REQUEST(578),
  VMA_OP_RESPONSE(50),
  REMOTE_PAGE_REQUEST(58),
  REMOTE_PAGE_RESPONSE(4130),
  REMOTE_PAGE_RESPONSE_SHORT(34),
  PAGE_INVALIDATE_REQUEST(30),
  PAGE_INVALIDATE_RESPONSE(22),
  REMOTE_PAGE_FLUSH(4138),
  REMOTE_PAGE_RELEASE(42),
  REMOTE_PAGE_FLUSH_ACK(22),
  FUTEX_REQUEST(66),
  FUTEX_RESPONSE(22),
  STAT_END(0),
  TEST_REQUEST(10),
  TEST_RESPONSE(18),
  TEST_RDMA_REQUEST(46),
  TEST_RDMA_RESPONSE(0),
  REMOTE_PROC_CPUINFO_REQUEST(27682),
  REMOTE_PROC_CPUINFO_RESPONSE(27682),
  REMOTE_PROC_MEMINFO_REQUEST(18),
  REMOTE_PROC_MEMINFO_RESPONSE(370),
  REMOTE_PROC_PS_REQUEST(22),
  REMOTE_PROC_PS_RESPONSE(22),
  SCHED_PERIODIC(22);

  /** Bytes of {@code struct pcn_kmsg_hdr}. */
  public static final int HEADER_BYTES = 10;

  /** Bytes of a page inside a message; other page sizes are a research variant. */
  public static final int KERNEL_PAGE_BYTES = 4096;

  private final int wireBytes;

  MessageType(int wireBytes) {
    this.wireBytes = wireBytes;
  }

  /** The number in the header: the place in the kernel's list. */
  @SuppressWarnings("EnumOrdinal")
  public int number() {
    return ordinal();
  }

  /** Size of the whole message in bytes, header included; 0 for markers that are never sent. */
  public int wireBytes() {
    return wireBytes;
  }

  /** Size on the wire where a page has {@code pageBytes} bytes (4096 in the kernel). */
  public int wireBytes(int pageBytes) {
    boolean carriesPage = this == REMOTE_PAGE_RESPONSE || this == REMOTE_PAGE_FLUSH;
    return carriesPage ? wireBytes - KERNEL_PAGE_BYTES + pageBytes : wireBytes;
  }
}
