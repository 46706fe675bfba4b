package org.popcornreplay.protocol;

/**
 * The functions of vma_server.c that its contexts share: what each operation does to one node's
 * VMAs and pages. The contexts are {@link PageFault} (fetching), {@link VmaSyscall}, {@link
 * VmaInfoService}, {@link VmaOperationService} and {@link WorkerVmaOperation}.
 */
final class VmaServer {
  private final PopcornCluster cluster;

  VmaServer(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  /** {@code handle_vma_info_response}: finds the fetch by its address. */
  void handleVmaInfoResponse(VmaInfo message) {
    VmaFetch fetch = cluster.context(message.to()).fetch(message.page());
    if (fetch != null) {
      fetch.respond(message);
    }
    cluster.messages.handled(message, message.result);
  }

  /** The write lock that Popcorn takes by trylock and {@code schedule()}; fair by option. */
  boolean downWriteSpin(RemoteContext context, Activity activity) {
    MmapSem sem = context.mmapSem;
    if (!cluster.options.writersSpin) {
      return sem.isHeldForWriteBy(activity) || sem.downWrite(activity);
    }
    return sem.downWriteSpin(activity);
  }

  /** {@code expand_stack}: the VMA above grows down to the page. */
  Vma expandStack(RemoteContext context, Vma stack, long page) {
    Vma grown = stack.withRange(page, stack.end());
    context.vmas.map(grown);
    return grown;
  }

  /** Carries an operation out on one node, whose mmap_sem the caller holds; an errno or 0. */
  int execute(RemoteContext context, VmaCall call) {
    long end = call.start() + call.pages();
    return switch (call.operation()) {
      case MMAP -> {
        if (!context.vmas.isHole(call.start(), end)) {
          cluster.versions.markIrregular(call.start(), end);
        }
        unmap(context, call.start(), end);
        context.vmas.map(new Vma(call.start(), end, call.kind(), call.protection(), call.object()));
        yield Outcome.OK;
      }
      case MUNMAP -> {
        unmap(context, call.start(), end);
        yield Outcome.OK;
      }
      case MPROTECT -> protect(context, call.start(), end, call.protection());
      case MREMAP -> remap(context, call);
      case BRK -> moveBreak(context, call.start(), end);
      case MADVISE -> advise(context, call.start(), end, call.advice());
    };
  }

  /**
   * {@code map_difference}: maps only what no local VMA covers. With VMA_COHERENCE=full, which no
   * kernel does, what was there goes first, as for {@code MAP_FIXED} in one kernel.
   */
  void mapDifference(RemoteContext context, VmaCall call) {
    if (cluster.options.vmaBroadcast) {
      unmap(context, call.start(), call.start() + call.pages());
    }
    context.vmas.mapDifference(
        new Vma(
            call.start(),
            call.start() + call.pages(),
            call.kind(),
            call.protection(),
            call.object()));
  }

  private void unmap(RemoteContext context, long start, long end) {
    context.vmas.unmap(start, end);
    cluster.pageServer.zap(context, start, end);
  }

  private int protect(RemoteContext context, long start, long end, int protection) {
    if (context.vmas.isHole(start, end)) {
      return Outcome.ENOMEM;
    }
    VmaList before = new VmaList();
    for (Vma area : context.vmas.areas()) {
      before.map(area);
    }
    boolean whole = context.vmas.protect(start, end, protection);
    cluster.forEachTouched(
        context, start, end, index -> changeProtection(context, before, index, protection));
    return whole ? Outcome.OK : Outcome.ENOMEM;
  }

  /** {@code change_pte_range}: entries that are present lose the write right in private areas. */
  private void changeProtection(RemoteContext context, VmaList before, int index, int protection) {
    PageTable pages = context.pages;
    Vma area = before.covering(cluster.page(index));
    if (area == null || area.protection() == protection) {
      return;
    }
    byte entry = pages.entry(index);
    boolean accessible = (protection & (Vma.READ | Vma.WRITE | Vma.EXEC)) != 0;
    if (!accessible && entry > PageTable.INVALID) {
      cluster.setEntry(context, index, PageTable.INVALID);
      pages.raise(index, PageTable.NO_RIGHTS);
    } else if (accessible && pages.has(index, PageTable.NO_RIGHTS)) {
      cluster.setEntry(context, index, PageTable.READ);
    } else if (entry == PageTable.WRITE && (!area.isShared() || (protection & Vma.WRITE) == 0)) {
      cluster.setEntry(context, index, PageTable.READ);
    }
  }

  private int remap(RemoteContext context, VmaCall call) {
    long start = call.start();
    long oldEnd = start + call.pages();
    long newStart = call.newStart();
    long newEnd = newStart + call.newPages();
    Vma area = context.vmas.covering(start);
    if (area == null || !context.vmas.isMapped(start, oldEnd)) {
      return Outcome.EFAULT;
    }
    if (start == newStart) {
      if (newEnd < oldEnd) {
        cluster.versions.markIrregular(newEnd, oldEnd);
        unmap(context, newEnd, oldEnd);
      } else if (newEnd > oldEnd) {
        if (!context.vmas.isHole(oldEnd, newEnd)) {
          return Outcome.ENOMEM;
        }
        context.vmas.map(area.withRange(oldEnd, newEnd));
      }
      return Outcome.OK;
    }
    cluster.versions.markIrregular(start, oldEnd);
    unmap(context, newStart, newEnd);
    long moved = Math.min(call.pages(), call.newPages());
    PageTable pages = context.pages;
    cluster.forEachTouched(
        context,
        start,
        start + moved,
        index -> {
          int target = cluster.pageIndex(cluster.page(index) - start + newStart);
          if (pages.entry(index) != PageTable.NONE) {
            cluster.setEntry(context, target, pages.entry(index));
            pages.fill(target, cluster.versions.latest(target));
          }
        });
    unmap(context, start, oldEnd);
    cluster.versions.markIrregular(newStart, newEnd);
    context.vmas.map(area.withRange(newStart, newEnd));
    return Outcome.OK;
  }

  private int moveBreak(RemoteContext context, long start, long end) {
    long oldEnd = start;
    int object = Popcorn.HEAP_OBJECT;
    for (Vma area = context.vmas.covering(oldEnd);
        area != null && (oldEnd == start || area.kind() == RegionKind.HEAP);
        area = context.vmas.covering(oldEnd)) {
      object = area.object();
      oldEnd = area.end();
    }
    if (end > oldEnd) {
      if (!context.vmas.isHole(oldEnd, end)) {
        return Outcome.ENOMEM;
      }
      context.vmas.map(new Vma(oldEnd, end, RegionKind.HEAP, Vma.READ | Vma.WRITE, object));
    } else if (end < oldEnd) {
      cluster.versions.markIrregular(end, oldEnd);
      unmap(context, end, oldEnd);
    }
    return Outcome.OK;
  }

  private int advise(RemoteContext context, long start, long end, Advice advice) {
    if (!context.vmas.isMapped(start, end)) {
      return Outcome.ENOMEM;
    }
    if (advice != Advice.OTHER && cluster.isDistributed()) {
      cluster.versions.markIrregular(start, end);
    }
    if (advice == Advice.DONTNEED) {
      cluster.pageServer.zap(context, start, end);
    } else if (advice == Advice.RELEASE && cluster.isDistributed()) {
      cluster.pageServer.releaseAtCaller(context, start, end);
    } else if (advice == Advice.RELEASE) {
      return Outcome.EINVAL;
    }
    return Outcome.OK;
  }
}
