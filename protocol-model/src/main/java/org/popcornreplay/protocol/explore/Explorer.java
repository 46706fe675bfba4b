package org.popcornreplay.protocol.explore;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.Renaming;
import org.popcornreplay.protocol.check.InvariantViolation;
import org.popcornreplay.protocol.check.Invariants;

/**
 * Walks breadth-first through all states of a scenario, so that what it finds comes with a shortest
 * way to it. A state is reached by doing its steps again from the start, so that the protocol needs
 * no copying; states are told apart by a 64-bit digest.
 */
public final class Explorer {
  /** An action's code has the answer of {@code choose} in its last digit. */
  private static final int CHOICES = 64;

  private final Scenario scenario;
  private final int limit;
  private final List<Renaming> symmetries;
  private final Long2IntOpenHashMap ids = new Long2IntOpenHashMap();
  private final IntArrayList parents = new IntArrayList();
  private final IntArrayList actions = new IntArrayList();
  private final IntArrayList edgeFrom = new IntArrayList();
  private final IntArrayList edgeTo = new IntArrayList();
  private long renamedStates;
  private final BitSet ends = new BitSet();
  private final List<Exploration.Finding> findings = new ArrayList<>();

  /** Explores until {@code limit} states are known; those that a symmetry makes equal are one. */
  public Explorer(Scenario scenario, int limit) {
    this(scenario, limit, scenario.symmetries());
  }

  /** Explores with these symmetries of the scenario. */
  Explorer(Scenario scenario, int limit, List<Renaming> symmetries) {
    this.scenario = scenario;
    this.limit = limit;
    this.symmetries = symmetries;
    ids.defaultReturnValue(-1);
  }

  /** Explores. */
  public Exploration explore() {
    enter(new AnyOrderWorld(scenario), -1, 0);
    int expanded = 0;
    while (expanded < ids.size() && ids.size() < limit) {
      if (!ends.get(expanded)) {
        expand(expanded);
      }
      expanded++;
    }
    boolean complete = expanded == ids.size();
    int cyclic = 0;
    if (complete) {
      StateGraph graph = new StateGraph(ids.size(), edgeFrom, edgeTo);
      cyclic = graph.cyclicStates();
      findTraps(graph);
    }
    return new Exploration(
        scenario,
        symmetries.size(),
        ids.size(),
        renamedStates,
        edgeFrom.size(),
        ends.cardinality(),
        cyclic,
        complete,
        List.copyOf(findings));
  }

  private void expand(int id) {
    IntArrayList way = way(id);
    AnyOrderWorld world = replay(way);
    int possible = world.actions();
    for (int action = 0; action < possible; action++) {
      int widest = 1;
      for (int choice = 0; choice < widest; choice++) {
        if (world == null) {
          world = replay(way);
        }
        widest = Math.min(CHOICES, step(world, id, action * CHOICES + choice));
        world = null;
      }
    }
  }

  /** The actions that lead to a state, the last one first. */
  private IntArrayList way(int id) {
    IntArrayList way = new IntArrayList();
    for (int at = id; at > 0; at = parents.getInt(at)) {
      way.add(actions.getInt(at));
    }
    return way;
  }

  private AnyOrderWorld replay(IntArrayList way) {
    AnyOrderWorld world = new AnyOrderWorld(scenario);
    for (int i = way.size() - 1; i >= 0; i--) {
      world.act(way.getInt(i) / CHOICES, way.getInt(i) % CHOICES);
    }
    return world;
  }

  /** Does one step; how many answers {@code choose} could have given in it. */
  private int step(AnyOrderWorld world, int from, int code) {
    int widest;
    try {
      widest = world.act(code / CHOICES, code % CHOICES);
    } catch (RuntimeException thrown) {
      find(Exploration.Kind.MODEL_DEFECT, thrown.toString(), from, code);
      return 1;
    }
    int known = ids.get(canonicalHash(world));
    if (known >= 0) {
      edge(from, known);
    } else {
      enter(world, from, code);
    }
    return widest;
  }

  /** The same for all states that differ by a symmetry of the scenario only. */
  private long canonicalHash(AnyOrderWorld world) {
    long least = Long.MAX_VALUE;
    for (Renaming names : symmetries) {
      least = Math.min(least, world.stateHash(names));
    }
    return least;
  }

  /** How many states a symmetry makes equal to this one, itself counted. */
  private int orbit(AnyOrderWorld world) {
    LongOpenHashSet different = new LongOpenHashSet();
    for (Renaming names : symmetries) {
      different.add(world.stateHash(names));
    }
    return different.size();
  }

  private void edge(int from, int to) {
    edgeFrom.add(from);
    edgeTo.add(to);
  }

  private void enter(AnyOrderWorld world, int parent, int code) {
    int id = ids.size();
    ids.put(canonicalHash(world), id);
    renamedStates += orbit(world);
    parents.add(parent);
    actions.add(code);
    if (parent >= 0) {
      edge(parent, id);
    }
    boolean over = world.actions() == 0;
    String failure = world.failure();
    Invariants invariants = new Invariants(world.popcorn());
    try {
      invariants.check();
      if (over && failure == null && world.isDone()) {
        invariants.checkAtRest();
        for (String stale : invariants.staleMappings()) {
          find(Exploration.Kind.KERNEL_FAILURE, stale, parent, code);
        }
      }
    } catch (InvariantViolation violation) {
      find(Exploration.Kind.MODEL_DEFECT, violation.getMessage(), parent, code);
    }
    if (failure != null) {
      find(Exploration.Kind.KERNEL_FAILURE, failure, parent, code);
    } else if (over && !world.isDone()) {
      String waits = String.join("; ", world.popcorn().waits());
      find(Exploration.Kind.DEADLOCK, waits, parent, code);
    }
    if (over || failure != null) {
      ends.set(id);
    }
  }

  /** States from which no order of steps leads to an end. */
  private void findTraps(StateGraph graph) {
    BitSet reaching = graph.reaching(ends);
    int trapped = reaching.nextClearBit(0);
    if (trapped < ids.size()) {
      find(
          Exploration.Kind.LIVELOCK,
          (ids.size() - reaching.cardinality()) + " states never lead to an end",
          parents.getInt(trapped),
          actions.getInt(trapped));
    }
  }

  private void find(Exploration.Kind kind, String text, int parent, int code) {
    for (Exploration.Finding finding : findings) {
      boolean same = kind != Exploration.Kind.KERNEL_FAILURE || finding.text().equals(text);
      if (finding.kind() == kind && same) {
        return;
      }
    }
    findings.add(new Exploration.Finding(kind, text, chart(parent, code)));
  }

  /** What happened on the way to a state and in one step more. */
  private List<String> chart(int parent, int code) {
    MessageChart chart = new MessageChart(scenario.nodes());
    AnyOrderWorld world = new AnyOrderWorld(scenario);
    world.record(chart);
    IntArrayList way = way(Math.max(parent, 0));
    way.add(0, code);
    try {
      for (int i = parent < 0 ? -1 : way.size() - 1; i >= 0; i--) {
        world.act(way.getInt(i) / CHOICES, way.getInt(i) % CHOICES);
      }
    } catch (RuntimeException thrown) {
      chart.happens(Popcorn.ORIGIN, thrown.toString());
    }
    return chart.lines();
  }
}
