package org.popcornreplay.protocol.explore;

import java.util.List;

/**
 * What an exploration found.
 *
 * @param scenario what was explored
 * @param symmetries renamings of nodes and threads under which states count as one; 1 if none
 * @param states distinct states
 * @param renamedStates distinct states where each name counts
 * @param transitions steps between them
 * @param ends states in which all is done
 * @param cyclic states on a cycle: retries that may gain nothing; 0 where not complete
 * @param complete whether every state was seen; false where the limit came first
 * @param findings at most one of each kind
 */
public record Exploration(
    Scenario scenario,
    int symmetries,
    int states,
    long renamedStates,
    long transitions,
    int ends,
    int cyclic,
    boolean complete,
    List<Finding> findings) {

  /** What kind of thing went wrong. */
  public enum Kind {
    /** The model breaks an invariant, or throws: a defect of the model until shown otherwise. */
    MODEL_DEFECT,
    /** The kernel's own protocol ends in a BUG or loses a thread. */
    KERNEL_FAILURE,
    /** Nothing can happen any more although somebody waits. */
    DEADLOCK,
    /** Something always happens, but from here no order ever ends. */
    LIVELOCK
  }

  /**
   * One thing that went wrong.
   *
   * @param kind what kind
   * @param text what exactly, one line
   * @param chart the steps and messages that lead there
   */
  public record Finding(Kind kind, String text, List<String> chart) {}

  /** One line of figures. */
  public String figures() {
    return scenario.title()
        + ": "
        + states
        + " states"
        + (symmetries > 1 ? " (" + renamedStates + " without symmetry), " : ", ")
        + transitions
        + " transitions, "
        + ends
        + " ends, "
        + cyclic
        + " on retry cycles"
        + (complete ? "" : ", stopped at the limit")
        + (findings.isEmpty() ? "" : ", " + findings.size() + " findings");
  }
}
