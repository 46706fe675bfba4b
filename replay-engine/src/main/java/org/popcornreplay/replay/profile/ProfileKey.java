package org.popcornreplay.replay.profile;

import java.util.Locale;
import org.popcornreplay.protocol.Cost;

/** The names that a cost profile gives values to. The file key is the name in lower case. */
public enum ProfileKey {
  /** Duration of one instruction. */
  INSTRUCTION("ns", "one instruction of the program on a core of speed 1"),
  /** Where the duration of an instruction comes from. */
  INSTRUCTION_FROM("word", "trace: the recording's calibration where it has one; profile: always"),
  /** Cores of a node. */
  CORES("count", "cores of a node; 0 = a core for every thread"),
  /** How long a thread keeps a core that others wait for. */
  TIME_SLICE("ns", "how long a thread keeps a core that another one waits for"),
  /** Switching a core to another thread. */
  CONTEXT_SWITCH("ns", "switching a core to another thread"),
  /** From a wake-up to the first instruction of the woken task. */
  WAKE_UP("ns", "from a wake-up to the first instruction of the woken thread"),
  /** Length of a jiffy, to which sleeps are rounded up. */
  JIFFY("ns", "a jiffy: sleeps end at one, and one later; 0 = sleeps are exact"),
  /** How much later than asked for a sleep ends. */
  SLEEP_SLACK(
      "ns", "how much later than asked for a program's sleep ends: one value, or quantiles"),
  /** Entering and leaving the kernel. */
  SYSTEM_CALL("ns", "a system call that the replay does not model further"),

  /** See {@link Cost#FAULT_ENTRY}. */
  FAULT_ENTRY("ns", "from the fault exception to the page server, and back"),
  /** See {@link Cost#FAULT_LOCAL}. */
  FAULT_LOCAL("ns", "a fault that the node resolves without a message"),
  /** See {@link Cost#PAGE_REQUEST_SERVE}. */
  PAGE_REQUEST_SERVE("ns", "serving a page request, without copying"),
  /** See {@link Cost#PAGE_REPLY}. */
  PAGE_REPLY("ns", "releasing the locks of a served page and posting the answer"),
  /** See {@link Cost#PAGE_COPY}; for 4096 bytes. */
  PAGE_COPY("ns", "copying 4096 bytes between frame and message"),
  /** See {@link Cost#PAGE_MAP}. */
  PAGE_MAP("ns", "changing a page-table entry, with its TLB flush"),
  /** See {@link Cost#INVALIDATE_SERVE}. */
  INVALIDATE_SERVE("ns", "serving an invalidation"),
  /** See {@link Cost#VMA_INFO_SERVE}. */
  VMA_INFO_SERVE("ns", "looking up a VMA for a remote"),
  /** See {@link Cost#VMA_INSTALL}. */
  VMA_INSTALL("ns", "mapping a fetched VMA"),
  /** See {@link Cost#VMA_OP}. */
  VMA_OP("ns", "executing a VMA operation"),
  /** See {@link Cost#FUTEX_OP}. */
  FUTEX_OP("ns", "executing a futex operation"),
  /** See {@link Cost#MIGRATE_SEND}. */
  MIGRATE_SEND("ns", "filling and posting a migration request"),
  /** See {@link Cost#WORKER_CREATE}. */
  WORKER_CREATE("ns", "creating the remote worker and its empty address space"),
  /** See {@link Cost#TASK_CREATE}. */
  TASK_CREATE("ns", "creating the remote task and restoring its registers"),
  /** See {@link Cost#TASK_RESUME}. */
  TASK_RESUME("ns", "resuming the origin peer after a back migration"),
  /** See {@link Cost#TASK_EXIT}. */
  TASK_EXIT("ns", "ending a task"),

  /** See {@link Cost#TRYLOCK_YIELD}. */
  TRYLOCK_YIELD("ns", "one schedule() between two attempts to get mmap_sem"),

  /** The transport where the command line names none. */
  TRANSPORT("word", "socket or rdma, where the command line names none"),
  /** Line rate of a NIC and of a switch port. */
  BANDWIDTH("bit/s", "line rate of each NIC and switch port; 0 = unlimited"),
  /** From the NIC of the sender to the switch, and from there to the NIC of the receiver. */
  LINK_LATENCY("ns", "from a NIC to the switch, and the same again from there to the other NIC"),
  /** Extra delay of a message, by chance. */
  LINK_JITTER("ns", "extra delay of a message: quantiles of its distribution at equal steps"),
  /** Time in the switch without queueing. */
  SWITCH_LATENCY("ns", "time in the switch, without queueing"),
  /** How the switches are connected. */
  TOPOLOGY("word", "switch: all nodes at one; tree: a switch a rack and one above them"),
  /** Nodes of a rack in a tree. */
  RACK_NODES("count", "neighbouring nodes at one switch of a tree"),
  /** Line rate between a rack's switch and the one above. */
  UPLINK_BANDWIDTH("bit/s", "line rate between a rack's switch and the one above; 0 = unlimited"),
  /** From a rack's switch to the one above. */
  UPLINK_LATENCY("ns", "from a rack's switch to the one above, and the same down again"),
  /** Payload of a full segment. */
  SEGMENT_BYTES("bytes", "payload of a full TCP segment or RDMA packet"),
  /** Header bytes of a segment on the wire. */
  SEGMENT_HEADER_BYTES("bytes", "bytes on the wire of a segment beside its payload"),
  /** Work of the send thread for a message. */
  SEND_MESSAGE("ns", "work of the send thread for one message"),
  /** Work of the send thread for each KiB of a message. */
  SEND_KIBIBYTE("ns", "work of the send thread for each 1024 bytes of a message"),
  /** Work of the receive thread for a message. */
  RECEIVE_MESSAGE("ns", "work of the receive thread for one message, up to its handler"),
  /** Work of the receive thread for each KiB of a message. */
  RECEIVE_KIBIBYTE("ns", "work of the receive thread for each 1024 bytes of a message"),
  /** Entries of a send queue. */
  SEND_QUEUE("count", "entries of the send queue of a peer"),
  /** Whether Nagle's rule holds back small segments. */
  NAGLE("switch", "on: small segments wait for the acknowledgement of the one before"),
  /** Longest delay of an acknowledgement. */
  DELAYED_ACK("ns", "how long an acknowledgement waits for data to ride on"),
  /** Start-up of an RDMA write. */
  RDMA_WRITE("ns", "an RDMA write with its completion, without wire time"),
  /** Send descriptors of a node. */
  RDMA_DESCRIPTORS("count", "messages of a node that may be on their way over RDMA at once"),
  /** What happens where none is left. */
  RDMA_EXHAUSTED("word", "bug: a message without a descriptor ends the run; wait: it waits"),
  /** How the work queue of a node runs. */
  WORK_QUEUE("word", "unlimited, per_link_serial or single");

  private final String unit;
  private final String meaning;

  ProfileKey(String unit, String meaning) {
    this.unit = unit;
    this.meaning = meaning;
  }

  /** The unit of its values; {@code word} and {@code switch} for what is no number. */
  public String unit() {
    return unit;
  }

  /** What it is, in one line. */
  public String meaning() {
    return meaning;
  }

  /** The key as it is written in a file. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The key with this name, or null. */
  public static ProfileKey ofKey(String text) {
    for (ProfileKey key : values()) {
      if (key.key().equals(text)) {
        return key;
      }
    }
    return null;
  }

  /** The key that prices a piece of kernel work. */
  public static ProfileKey of(Cost cost) {
    return valueOf(cost.name());
  }
}
