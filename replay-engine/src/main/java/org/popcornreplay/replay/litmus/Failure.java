package org.popcornreplay.replay.litmus;

/**
 * An expectation that does not hold.
 *
 * @param line where it stands
 * @param expected what the file says
 * @param found what the run gave
 */
record Failure(int line, String expected, String found) {}
