package org.popcornreplay.protocol.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.protocol.Cost;
import org.popcornreplay.protocol.Digest;
import org.popcornreplay.protocol.Digestible;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.Observer;
import org.popcornreplay.protocol.Outcome;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.PopcornCluster;
import org.popcornreplay.protocol.Renaming;
import org.popcornreplay.protocol.World;

/**
 * A scenario in one state. What can happen next is numbered: a thread begins its next operation,
 * the first message of a link arrives, the first item of a work queue starts, a woken context goes
 * on. Time has no meaning here.
 */
final class AnyOrderWorld implements World {
  private static final int BUSY = 1;

  private final Scenario scenario;
  private final Popcorn popcorn;
  private final int nodes;
  private final List<ArrayDeque<Message>> links = new ArrayList<>();
  private final List<ArrayDeque<Step>> works = new ArrayList<>();
  private final List<Woken> runnable = new ArrayList<>();
  private final int[] begun;
  private final int[] state;
  private int choice;
  private int widest;
  private MessageChart chart;
  private String bad;

  /** A context that can go on. */
  private record Woken(int node, Step step) {}

  AnyOrderWorld(Scenario scenario) {
    this.scenario = scenario;
    this.nodes = scenario.nodes();
    for (int link = 0; link < nodes * nodes; link++) {
      links.add(new ArrayDeque<>(4));
      works.add(new ArrayDeque<>(4));
    }
    begun = new int[scenario.threads()];
    state = new int[scenario.threads()];
    Observer observer =
        new Observer() {
          @Override
          public void messageSent(Message message) {
            if (chart != null) {
              chart.sends(message);
            }
          }
        };
    popcorn = new PopcornCluster(nodes, 4096, this, scenario.options(), observer);
    scenario.prepare(popcorn);
  }

  Popcorn popcorn() {
    return popcorn;
  }

  /** Draws what happens from now on. */
  void record(MessageChart into) {
    chart = into;
  }

  private void tell(int node, String text) {
    if (chart != null) {
      chart.happens(Math.max(Popcorn.ORIGIN, node), text);
    }
  }

  /** How many things can happen next. */
  int actions() {
    int actions = runnable.size();
    for (int thread = 0; thread < state.length; thread++) {
      actions += canBegin(thread) ? 1 : 0;
    }
    for (int link = 0; link < nodes * nodes; link++) {
      actions += links.get(link).isEmpty() ? 0 : 1;
      actions += works.get(link).isEmpty() ? 0 : 1;
    }
    return actions;
  }

  private boolean canBegin(int thread) {
    return state[thread] != BUSY
        && begun[thread] < scenario.operations(thread)
        && popcorn.nodeOf(thread) >= 0;
  }

  /**
   * Lets one thing happen.
   *
   * @param chosen what {@link World#choose} answers in it
   * @return how many answers {@link World#choose} could have given, 1 if it was not asked
   */
  int act(int action, int chosen) {
    choice = chosen;
    widest = 1;
    int left = action;
    if (left < runnable.size()) {
      Woken context = runnable.remove(left);
      tell(context.node(), describe(context.step()) + " goes on");
      context.step().run();
      return widest;
    }
    left -= runnable.size();
    for (int thread = 0; thread < state.length; thread++) {
      if (canBegin(thread) && left-- == 0) {
        begin(thread);
        return widest;
      }
    }
    for (int link = 0; link < nodes * nodes; link++) {
      if (!links.get(link).isEmpty() && left-- == 0) {
        Message message = links.get(link).remove();
        if (chart != null) {
          chart.arrives(message);
        }
        popcorn.deliver(message);
        return widest;
      }
      if (!works.get(link).isEmpty() && left-- == 0) {
        Step work = works.get(link).remove();
        tell(link % nodes, describe(work) + " starts");
        work.run();
        return widest;
      }
    }
    throw new IllegalArgumentException("action: number=" + action + ", expected a possible one");
  }

  private static String describe(Step step) {
    return step.getClass().getSimpleName();
  }

  private void begin(int thread) {
    int place = begun[thread]++;
    state[thread] = BUSY;
    tell(popcorn.nodeOf(thread), "T" + thread + " begins " + scenario.words(thread, place));
    scenario.begin(
        popcorn,
        thread,
        place,
        (id, result) -> {
          state[id] = 0;
          tell(
              popcorn.nodeOf(id),
              "  T" + id + " has ended " + scenario.words(id, place) + outcome(result));
        });
  }

  private static String outcome(int result) {
    return result == Outcome.OK ? "" : ": " + Outcome.name(result);
  }

  /** Nothing can happen any more and nobody waits, except in a futex. */
  boolean isDone() {
    for (int thread = 0; thread < state.length; thread++) {
      boolean sleeps = state[thread] == BUSY && scenario.waitsInFutex(thread, begun[thread] - 1);
      boolean over = popcorn.nodeOf(thread) < 0 || begun[thread] == scenario.operations(thread);
      if ((state[thread] == BUSY && !sleeps) || (!over && !sleeps)) {
        return false;
      }
    }
    return true;
  }

  /** What the kernel, or the scenario, made wrong; null if nothing. */
  String failure() {
    return bad != null ? bad : popcorn.failure();
  }

  /** A digest of the whole state under other names. */
  long stateHash(Renaming names) {
    Digest digest = new Digest(names);
    popcorn.digest(digest);
    for (int name = 0; name < state.length; name++) {
      int thread = names.oldThread(name);
      digest.add(begun[thread]).add(state[thread]);
    }
    for (int from = 0; from < nodes; from++) {
      for (int to = 0; to < nodes; to++) {
        foldLink(names.oldNode(from) * nodes + names.oldNode(to), digest);
      }
    }
    long unordered = 0;
    for (Woken context : runnable) {
      Digest one = new Digest(names);
      fold(context.step(), one);
      unordered += one.value();
    }
    return digest.add(unordered).value();
  }

  private void foldLink(int link, Digest digest) {
    digest.add(links.get(link).size()).add(works.get(link).size());
    for (Message message : links.get(link)) {
      message.digest(digest);
    }
    for (Step work : works.get(link)) {
      fold(work, digest);
    }
  }

  private static void fold(Step step, Digest digest) {
    if (!(step instanceof Digestible part)) {
      throw new IllegalStateException(
          "step: class=" + step.getClass().getName() + ", expected a part of the state");
    }
    part.digest(digest);
  }

  @Override
  public long nowNanos() {
    return 0;
  }

  @Override
  public void transmit(Message message, Step handedOver) {
    links.get(message.from() * nodes + message.to()).add(message);
    if (handedOver != null) {
      handedOver.run();
    }
  }

  @Override
  public void rdmaWrite(int from, int to, int bytes, Step completed) {
    runnable.add(new Woken(from, completed));
  }

  @Override
  public void queueWork(int node, int peer, Step work) {
    works.get(peer * nodes + node).add(work);
  }

  @Override
  public void spend(int node, Runner runner, int peer, int thread, Cost cost, Step then) {
    if (cost == Cost.PAGE_REPLY || cost == Cost.TRYLOCK_YIELD) {
      runnable.add(new Woken(node, then));
    } else {
      then.run();
    }
  }

  @Override
  public void wake(int node, Runner runner, int peer, int thread, Step then) {
    runnable.add(new Woken(node, then));
  }

  @Override
  public void backOff(int node, int thread, boolean busy, long delayNanos, Step then) {
    runnable.add(new Woken(node, then));
  }

  @Override
  public void giveWay(int node, Step then) {
    runnable.add(new Woken(node, then));
  }

  @Override
  public void timer(int node, long delayNanos, Step then) {
    bad = "timers have no place in an exploration";
  }

  @Override
  public int choose(int bound) {
    widest = bound;
    return Math.min(choice, bound - 1);
  }

  @Override
  public boolean chance(double probability) {
    widest = 2;
    return choice == 1;
  }
}
