package org.popcornreplay.traces;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** How much a trace holds; kept while it is written, read from a manifest, or counted anew. */
final class TraceCounts {
  long threads;
  long instructions;
  long reads;
  long writes;
  long visits;
  long kernelVisits;
  long accesses;
  long events;
  long syscalls;
  long syncEvents;
  long atomics;
  long migrations;
  private long pagesOfManifest = -1;
  private final PageSet pages = new PageSet();

  void visit(long page, int pageReads, int pageWrites, int flags) {
    visits++;
    if ((flags & VisitFlags.KERNEL) == 0) {
      reads += pageReads;
      writes += pageWrites;
    } else {
      kernelVisits++;
    }
    pages.add(page);
  }

  /** Rows of visits that are not the kernel's. */
  void visits(VisitRows rows, int count) {
    visits += count;
    for (int i = 0; i < count; i++) {
      reads += rows.reads[i];
      writes += rows.writes[i];
    }
    pages.addAll(rows.page, 0, count);
  }

  void access(long address, int bytes, int kind, int flags) {
    accesses++;
    if ((flags & VisitFlags.KERNEL) == 0) {
      if (AccessKind.reads(kind)) {
        reads++;
      }
      if (AccessKind.writes(kind)) {
        writes++;
      }
    }
    long last = (address + Math.max(bytes, 1) - 1) >>> 12;
    for (long page = address >>> 12; page <= last; page++) {
      pages.add(page);
    }
  }

  void event(EventKind kind) {
    events++;
    switch (kind) {
      case SYSCALL, FUTEX, VMA, PROPOSE, THREAD_STATUS, NODE_INFO -> syscalls++;
      case MIGRATE -> {
        syscalls++;
        migrations++;
      }
      case SYNC_ENTER -> syncEvents++;
      case ATOMIC -> atomics++;
      default -> {}
    }
  }

  void thread(long ofInstructions) {
    threads++;
    instructions += Math.max(0, ofInstructions);
  }

  static TraceCounts of(Manifest manifest) {
    TraceCounts counts = new TraceCounts();
    counts.threads = manifest.count("threads");
    counts.instructions = manifest.count("instructions");
    counts.reads = manifest.count("reads");
    counts.writes = manifest.count("writes");
    counts.visits = manifest.count("visits");
    counts.kernelVisits = manifest.count("kernel_visits");
    counts.accesses = manifest.count("accesses");
    counts.events = manifest.count("events");
    counts.pagesOfManifest = manifest.count("pages");
    counts.syscalls = manifest.count("syscalls");
    counts.syncEvents = manifest.count("sync_events");
    counts.atomics = manifest.count("atomics");
    counts.migrations = manifest.count("migrations");
    return counts;
  }

  /** Reads the whole trace. */
  static TraceCounts counted(TraceReader reader) {
    TraceCounts counts = new TraceCounts();
    ThreadTable threads = reader.threads();
    boolean full = reader.manifest().fullDetail();
    for (int row = 0; row < threads.size(); row++) {
      int thread = threads.thread(row);
      long end = 0;
      ThreadCursor c = full ? reader.events(thread) : reader.cursor(thread);
      while (c.next()) {
        if (c.isEvent()) {
          counts.event(c.kind());
          end = Math.max(end, c.instructions());
        } else {
          counts.visit(c.page(), c.reads(), c.writes(), c.flags());
          end = Math.max(end, c.instructions() + c.length());
        }
      }
      if (full) {
        AccessCursor a = reader.accesses(thread);
        while (a.next()) {
          counts.access(a.address(), a.bytes(), a.kind(), a.flags());
          end = Math.max(end, a.instructions() + 1);
        }
      }
      counts.thread(threads.instructions(row) < 0 ? end : threads.instructions(row));
    }
    return counts;
  }

  void putInto(ObjectNode json) {
    json.put("instructions", instructions);
    json.put("reads", reads);
    json.put("writes", writes);
    json.put("visits", visits);
    json.put("kernel_visits", kernelVisits);
    json.put("accesses", accesses);
    json.put("events", events);
    json.put("pages", pagesOfManifest >= 0 ? pagesOfManifest : pages.size());
    json.put("syscalls", syscalls);
    json.put("sync_events", syncEvents);
    json.put("atomics", atomics);
    json.put("migrations", migrations);
  }
}
