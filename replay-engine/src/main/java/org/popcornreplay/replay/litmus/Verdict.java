package org.popcornreplay.replay.litmus;

import java.util.List;

/**
 * What came out of one scenario.
 *
 * @param owners of every page that the file names, at the end of the run
 * @param failures empty if every expectation holds
 */
record Verdict(
    Scenario scenario, MessageLog messages, List<Ownership> owners, List<Failure> failures) {

  /** Neighbouring pages with the same owners. */
  record Ownership(PageRange pages, NodeSet nodes) {}

  boolean ok() {
    return failures.isEmpty();
  }
}
