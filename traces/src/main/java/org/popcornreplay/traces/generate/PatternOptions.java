package org.popcornreplay.traces.generate;

/**
 * The size of a generated trace.
 *
 * @param threads worker threads; the main thread only starts and joins them
 * @param pages pages of the pattern's data (a thread's share where the pattern says so)
 * @param rounds how often each worker does its step
 * @param compute instructions without memory access between two accesses
 * @param nodes 0: no migrations; else worker i migrates to node i mod nodes when it starts and back
 *     to node 0 before it exits
 * @param seed seed of the random patterns
 */
public record PatternOptions(
    int threads, int pages, int rounds, int compute, int nodes, long seed) {
  /** Two workers, one page, 1,000 rounds, 100 instructions, no migrations. */
  public static final PatternOptions DEFAULT = new PatternOptions(2, 1, 1000, 100, 0, 1);

  /** The same with other workers. */
  public PatternOptions withThreads(int n) {
    return new PatternOptions(n, pages, rounds, compute, nodes, seed);
  }

  /** The same with other pages. */
  public PatternOptions withPages(int n) {
    return new PatternOptions(threads, n, rounds, compute, nodes, seed);
  }

  /** The same with other rounds. */
  public PatternOptions withRounds(int n) {
    return new PatternOptions(threads, pages, n, compute, nodes, seed);
  }

  /** The same with other instructions between accesses. */
  public PatternOptions withCompute(int n) {
    return new PatternOptions(threads, pages, rounds, n, nodes, seed);
  }

  /** The same with migrations to so many nodes. */
  public PatternOptions withNodes(int n) {
    return new PatternOptions(threads, pages, rounds, compute, n, seed);
  }

  /** The same with another seed. */
  public PatternOptions withSeed(long n) {
    return new PatternOptions(threads, pages, rounds, compute, nodes, n);
  }
}
