package org.popcornreplay.replay.litmus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.popcornreplay.protocol.AccessMode;
import org.popcornreplay.protocol.Advice;
import org.popcornreplay.protocol.Completion;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Observer;
import org.popcornreplay.protocol.Outcome;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.PopcornCluster;

/** Runs one scenario through the protocol model. */
final class ScenarioRun {
  static final int PAGE_BYTES = MessageType.KERNEL_PAGE_BYTES;

  private final Scenario scenario;
  private final MessageLog log = new MessageLog();
  private final ScenarioWorld world;
  private final Popcorn popcorn;
  private final List<ThreadRun> threads = new ArrayList<>();
  private final Map<Region, RegionState> regions = new LinkedHashMap<>();
  private final List<Failure> failures = new ArrayList<>();
  private long blockStartNanos;
  private boolean bug;
  private boolean stopped;

  private ScenarioRun(Scenario scenario) {
    this.scenario = scenario;
    this.world =
        scenario.profile() == null
            ? new UnitWorld(log)
            : new ProfileWorld(
                log,
                scenario.profile(),
                scenario.options(),
                scenario.nodes(),
                scenario.threads().size());
    this.popcorn =
        new PopcornCluster(
            scenario.nodes(), PAGE_BYTES, world, scenario.options(), new FailureWatch());
    world.connect(popcorn);
  }

  /** Runs the scenario and checks its expectations. */
  static Verdict run(Scenario scenario) {
    return new ScenarioRun(scenario).toEnd();
  }

  private final class FailureWatch implements Observer {
    @Override
    public void kernelFails(int node, int thread, String code, int result, String state) {
      bug |= result == Outcome.BUG;
    }
  }

  private Verdict toEnd() {
    describe();
    ExpectationChecker checker = new ExpectationChecker(popcorn, log, threads);
    for (Step step : scenario.steps()) {
      if (step instanceof Step.Check check) {
        checker.check(check.expectation(), blockStartNanos, failures);
      } else if (step instanceof Step.Block block) {
        if (stopped) {
          break;
        }
        runBlock(block);
      }
    }
    return new Verdict(scenario, log, owners(), List.copyOf(failures));
  }

  private void describe() {
    for (Region region : scenario.regions()) {
      regions.put(region, new RegionState(regions.size() + 1));
    }
    for (Scenario.RegionLine line : scenario.mapped()) {
      Region region = line.region();
      RegionState state = regions.get(region);
      state.maps(line.pages(), line.permission());
      popcorn.createRegion(
          region.firstPage(),
          line.pages(),
          line.kind().inModel(region.isHeap()),
          line.permission().bits(),
          state.object());
    }
    for (ThreadLine line : scenario.threads()) {
      long page = line.tid() == null ? Popcorn.NO_PAGE : line.tid().firstPage();
      popcorn.createThread(line.number(), page, line.tid() == null ? 0 : page * PAGE_BYTES);
      threads.add(new ThreadRun(line));
    }
    for (ThreadLine line : scenario.threads()) {
      if (line.node() != Popcorn.ORIGIN) {
        popcorn.givenThreadAt(line.number(), line.node());
      }
    }
    for (Scenario.WarmLine line : scenario.warm()) {
      for (int node : line.nodes().toArray()) {
        if (node != Popcorn.ORIGIN) {
          popcorn.givenWarm(line.region().firstPage(), node);
        }
      }
    }
    for (Scenario.OwnersLine line : scenario.owners()) {
      int[] nodes = line.nodes().toArray();
      for (long page = line.pages().firstPage(); page < line.pages().endPage(); page++) {
        popcorn.givenOwners(page, nodes);
      }
    }
  }

  private void runBlock(Step.Block block) {
    blockStartNanos = world.nowNanos();
    List<BlockLine> lines = new ArrayList<>();
    for (DoLine line : block.lines()) {
      lines.add(new BlockLine(line));
    }
    for (BlockLine line : lines) {
      ThreadRun thread = threads.get(line.line.thread().number());
      boolean first = thread.waiting.isEmpty();
      thread.waiting.add(line);
      if (line.line.afterNanos() != DoLine.AT_ONCE) {
        line.due = false;
        world.after(
            line.line.afterNanos(),
            () -> {
              line.due = true;
              beginNext(thread);
            });
      } else if (first) {
        world.after(0, () -> beginNext(thread));
      }
    }
    String limit = null;
    try {
      world.runToRest();
    } catch (LimitException e) {
      limit = e.getMessage();
      stopped = true;
    }
    if (limit != null) {
      failures.add(new Failure(block.line(), "a run that ends", limit));
      return;
    }
    judge(lines, block.line());
    for (BlockLine line : lines) {
      threads.get(line.line.thread().number()).waiting.clear();
    }
  }

  /** Begins the thread's next line if it is free and the line is due. */
  private void beginNext(ThreadRun thread) {
    BlockLine next = thread.waiting.peek();
    boolean ready = next != null && next.due && !thread.isBusy();
    if (!ready || !popcorn.mayBegin(thread.line().number())) {
      return;
    }
    thread.waiting.remove();
    thread.begins(next);
    begin(thread, next.line.operation());
  }

  private void ended(ThreadRun thread, int result) {
    if (!thread.isBusy()) {
      return;
    }
    thread.ends(result, world.nowNanos());
    if (!thread.waiting.isEmpty() && !Outcome.isFatal(result)) {
      world.after(0, () -> beginNext(thread));
    }
  }

  private void begin(ThreadRun run, Operation operation) {
    int thread = run.line().number();
    Completion done = (t, result) -> ended(run, result);
    if (operation instanceof Operation.Access access) {
      touch(run, access, access.pages().firstPage());
    } else if (operation instanceof Operation.Migrate migrate) {
      popcorn.migrate(thread, migrate.nid(), done);
    } else if (operation instanceof Operation.Propose propose) {
      int target = propose.target() == null ? -1 : propose.target().number();
      popcorn.propose(thread, target, propose.nid(), done);
    } else if (operation instanceof Operation.FutexWait wait) {
      long page = wait.page().firstPage();
      popcorn.futexWait(
          thread, page, page * PAGE_BYTES, () -> !wait.stale(), Popcorn.NO_TIMEOUT, done);
    } else if (operation instanceof Operation.FutexWake wake) {
      long page = wake.page().firstPage();
      popcorn.futexWake(thread, page, page * PAGE_BYTES, wake.count(), done);
    } else if (operation instanceof Operation.Compute compute) {
      world.compute(
          Math.max(Popcorn.ORIGIN, popcorn.nodeOf(thread)),
          thread,
          compute.nanos(),
          () -> ended(run, Outcome.OK));
    } else if (operation instanceof Operation.Exit) {
      popcorn.exit(thread, done);
    } else if (operation instanceof Operation.ExitGroup) {
      popcorn.exitGroup(thread, done);
    } else {
      changeAddressSpace(run, operation);
    }
  }

  private void touch(ThreadRun run, Operation.Access access, long page) {
    boolean executes = !access.write() && regions.get(access.pages().region()).isText();
    popcorn.access(
        run.line().number(),
        page,
        access.write(),
        executes ? AccessMode.FETCH : AccessMode.USER,
        (thread, result) -> {
          if (result < 0 || page + 1 == access.pages().endPage()) {
            ended(run, result);
          } else {
            world.after(0, () -> touch(run, access, page + 1));
          }
        });
  }

  private void changeAddressSpace(ThreadRun run, Operation operation) {
    int thread = run.line().number();
    if (operation instanceof Operation.Mmap mmap) {
      RegionState state = regions.get(mmap.region());
      popcorn.mmap(
          thread,
          mmap.region().firstPage(),
          mmap.pages(),
          mmap.kind().inModel(mmap.region().isHeap()),
          mmap.permission().bits(),
          state.object(),
          ifDone(run, () -> state.maps(mmap.pages(), mmap.permission())));
    } else if (operation instanceof Operation.Munmap munmap) {
      RegionState state = regions.get(munmap.region());
      popcorn.munmap(
          thread, munmap.region().firstPage(), state.pages(), ifDone(run, state::unmaps));
    } else if (operation instanceof Operation.Mprotect mprotect) {
      RegionState state = regions.get(mprotect.region());
      popcorn.mprotect(
          thread,
          mprotect.region().firstPage(),
          state.pages(),
          mprotect.permission().bits(),
          ifDone(run, () -> state.protects(mprotect.permission())));
    } else if (operation instanceof Operation.Mremap mremap) {
      RegionState state = regions.get(mremap.region());
      long start = mremap.region().firstPage();
      popcorn.mremap(
          thread,
          start,
          state.pages(),
          start,
          mremap.pages(),
          ifDone(run, () -> state.resizes(mremap.pages())));
    } else if (operation instanceof Operation.Brk brk) {
      RegionState state = regions.get(brk.region());
      popcorn.brk(
          thread,
          brk.region().firstPage(),
          brk.pages(),
          ifDone(run, () -> state.resizes(brk.pages())));
    } else if (operation instanceof Operation.Madvise madvise) {
      popcorn.madvise(
          thread,
          madvise.region().firstPage(),
          regions.get(madvise.region()).pages(),
          madvise.release() ? Advice.RELEASE : Advice.DONTNEED,
          (t, result) -> ended(run, result));
    }
  }

  private Completion ifDone(ThreadRun run, Runnable change) {
    return (thread, result) -> {
      if (result >= 0) {
        change.run();
      }
      ended(run, result);
    };
  }

  /** Compares how each line of a block ended with what the file says. */
  private void judge(List<BlockLine> lines, int blockLine) {
    boolean bugExpected = lines.stream().anyMatch(line -> expects(line.line, Outcome.BUG));
    int failuresBefore = failures.size();
    for (BlockLine line : lines) {
      ThreadRun thread = threads.get(line.line.thread().number());
      if (line.ended) {
        judgeEnded(line);
      } else if (thread.current() == line) {
        judgeUnfinished(line, bugExpected);
      } else {
        judgeNotBegun(line, thread);
      }
    }
    if (bug && !bugExpected) {
      stopped = true;
      if (failures.size() == failuresBefore) {
        // Every operation has ended, but a kernel thread has not survived it.
        failures.add(new Failure(blockLine, "no kernel BUG", "BUG" + why(Outcome.BUG)));
      }
    }
  }

  private static boolean expects(DoLine line, int result) {
    return line.expected() != null && line.expected().result() == result;
  }

  private void judgeEnded(BlockLine line) {
    DoLine done = line.line;
    int result = bug && expects(done, Outcome.BUG) ? Outcome.BUG : line.result;
    boolean stale = done.operation() instanceof Operation.FutexWait wait && wait.stale();
    if (done.expected() == null) {
      boolean normal = stale ? result == Outcome.EWOULDBLOCK : result >= 0;
      if (!normal) {
        fails(done, stale ? "EWOULDBLOCK" : "ok", Ending.nameOf(result) + why(result));
      }
    } else if (done.expected().result() != result) {
      fails(done, done.expected().name(), Ending.nameOf(result) + why(result));
    }
    if (Outcome.isFatal(result)) {
      stopped |= !expects(done, result);
    }
  }

  private void judgeUnfinished(BlockLine line, boolean bugExpected) {
    DoLine begun = line.line;
    boolean sleeps = begun.operation() instanceof Operation.FutexWait && !bug;
    int result = bug ? Outcome.BUG : Outcome.HANG;
    if (expects(begun, result)) {
      return;
    }
    if (begun.expected() == null && (sleeps || (bug && bugExpected))) {
      return;
    }
    String ending = begun.expected() == null ? "ok" : begun.expected().name();
    fails(begun, ending, sleeps ? "sleeps" : Ending.nameOf(result) + why(result));
    stopped |= !sleeps;
  }

  private void judgeNotBegun(BlockLine line, ThreadRun thread) {
    DoLine waits = line.line;
    if (!thread.isBusy() && !popcorn.mayBegin(waits.thread().number())) {
      fails(waits, "a thread that runs", waits.thread().name() + " has ended");
      stopped = true;
      return;
    }
    DoLine before = thread.isBusy() ? thread.current().line : null;
    if (before != null && before.operation() instanceof Operation.FutexWait && !bug) {
      fails(
          waits,
          "a thread that is awake",
          waits.thread().name() + " sleeps in the futex-wait of line " + before.line());
      stopped = true;
    }
  }

  private String why(int result) {
    String failure = popcorn.failure();
    if (result != Outcome.BUG && result != Outcome.HANG) {
      return "";
    }
    if (failure != null) {
      return " (" + failure + ")";
    }
    List<String> waits = popcorn.waits();
    return waits.isEmpty() ? "" : " (" + String.join("; ", waits) + ")";
  }

  private void fails(DoLine line, String expected, String found) {
    String who = line.thread().name() + " " + line.text();
    failures.add(new Failure(line.line(), who + " -> " + expected, found));
  }

  private List<Verdict.Ownership> owners() {
    List<Verdict.Ownership> list = new ArrayList<>();
    for (PageRange range : scenario.named()) {
      long first = range.first();
      NodeSet nodes = new NodeSet(popcorn.owners(range.firstPage()));
      for (long index = first + 1; index <= range.last(); index++) {
        NodeSet next = new NodeSet(popcorn.owners(range.region().firstPage() + index));
        if (!nodes.equals(next)) {
          list.add(new Verdict.Ownership(new PageRange(range.region(), first, index - 1), nodes));
          first = index;
          nodes = next;
        }
      }
      list.add(new Verdict.Ownership(new PageRange(range.region(), first, range.last()), nodes));
    }
    return list;
  }
}
