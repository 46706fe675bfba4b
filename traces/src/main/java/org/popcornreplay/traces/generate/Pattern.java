package org.popcornreplay.traces.generate;

import java.util.Locale;

/** The patterns of {@code popcorn-trace generate}. */
public enum Pattern {
  FALSE_SHARING(
      "each worker updates a cache line of its own on pages that all share",
      "every data page is false-sharing; with workers on different nodes it bounces",
      SharingPatterns::falseSharing),
  TRUE_SHARING(
      "all workers update the same words",
      "every data page is true-sharing; padding does not help",
      SharingPatterns::trueSharing),
  PRIVATE(
      "each worker updates pages of its own (--pages for each)",
      "every data page is private: one write fault a page and worker on a remote node, then none",
      SharingPatterns::privatePages),
  READ_SHARED(
      "the main thread fills the pages, then all workers only read them",
      "every data page is read-shared: one read fault a page and remote node, no invalidation",
      SharingPatterns::readShared),
  RANDOM(
      "each worker reads or updates words at random (--seed) on shared pages",
      "no order to exploit: the upper end of visits and of faults for so many accesses",
      SharingPatterns::random),
  PRODUCER_CONSUMER(
      "worker 0 fills the pages, the other workers read them, in turns by semaphores",
      "each round moves every page to the readers and invalidates it for the writer",
      SynchronisedPatterns::producerConsumer),
  STENCIL(
      "each worker updates pages of its own, reads its neighbours' edge pages, waits at a barrier",
      "only edge pages and the barrier move between nodes",
      SynchronisedPatterns::stencil),
  LOCK(
      "all workers update the pages under one mutex",
      "the mutex page and the data pages follow the lock from node to node",
      SynchronisedPatterns::lock),
  MIGRATION(
      "one worker goes to node 1 and back in each round and updates the pages on both",
      "rounds forward and rounds back migrations; each page moves twice a round",
      MigrationPatterns::pingPong);

  /** Writes the pattern's records. */
  @FunctionalInterface
  interface Script {
    /** Scripts the whole trace, from the regions to the joins. */
    void write(TraceBuilder trace, PatternOptions options);
  }

  private final String summary;
  private final String answer;

  @SuppressWarnings("ImmutableEnumChecker") // method references without state
  private final Script script;

  Pattern(String summary, String answer, Script script) {
    this.summary = summary;
    this.answer = answer;
    this.script = script;
  }

  /** The name on the command line: {@code false-sharing}. */
  public String patternName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What the threads do. */
  public String summary() {
    return summary;
  }

  /** What a replay must find. */
  public String answer() {
    return answer;
  }

  Script script() {
    return script;
  }

  /** The pattern with this name, or null. */
  public static Pattern named(String name) {
    for (Pattern pattern : values()) {
      if (pattern.patternName().equals(name)) {
        return pattern;
      }
    }
    return null;
  }
}
