package org.popcornreplay.replay.time;

/**
 * By how much the messages of one direction, or the sleeps of one thread, come later than the fixed
 * costs say. The distribution is given by its quantiles at equal steps from 0 to 1; between two of
 * them it is linear. Draws depend on the seed and on whose they are alone, so what others do
 * changes nothing.
 */
public final class Jitter {
  private static final double DRAW_STEP = 0x1.0p-53;

  private final long[] quantileNanos;
  private long state;

  /**
   * The jitter of something that two numbers name.
   *
   * @param quantileNanos values that never fall, in nanoseconds; a single one is always the answer
   */
  public Jitter(long[] quantileNanos, long seed, int from, int to) {
    this.quantileNanos = quantileNanos;
    state = mixed(mixed(mixed(seed) + from) + to);
  }

  /** The next extra delay in nanoseconds. */
  public long nextNanos() {
    if (quantileNanos.length < 2) {
      return quantileNanos.length == 0 ? 0 : quantileNanos[0];
    }
    state += 0x9e3779b97f4a7c15L;
    double at = (mixed(state) >>> 11) * DRAW_STEP * (quantileNanos.length - 1);
    int step = (int) at;
    long low = quantileNanos[step];
    return low + (long) ((at - step) * (quantileNanos[step + 1] - low));
  }

  /** SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mixed(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
