package org.popcornreplay.tracer.capture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What a followed process says of itself before it sends its stream; stream.h has the layout.
 *
 * @param forked it is a forked child; else a program that a process executed
 * @param parentThread the thread that forked
 * @param image names this image among all of the recording
 * @param parentImage the image that forked, 0 where the main program's
 * @param parentInstructions of the thread before the fork
 * @param program what was executed
 */
record Announcement(
    int pid,
    int parentPid,
    boolean forked,
    int parentThread,
    long image,
    long parentImage,
    long parentInstructions,
    String program) {

  static final int BYTES = 256;
  private static final int TEXT = 40;

  /** Takes one from a buffer of {@link #BYTES} bytes, little-endian. */
  static Announcement of(ByteBuffer buffer) {
    int end = TEXT;
    while (end < BYTES && buffer.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - TEXT];
    buffer.get(TEXT, text);
    return new Announcement(
        buffer.getInt(0),
        buffer.getInt(4),
        buffer.getInt(8) != 0,
        buffer.getInt(12),
        buffer.getLong(16),
        buffer.getLong(24),
        buffer.getLong(32),
        new String(text, StandardCharsets.UTF_8));
  }

  /** The name of its pipe in the folder of the recording's pipes. */
  String pipe() {
    return "stream." + pid + "." + image;
  }

  /** Where its buffers may lie, given where the main program's do. */
  Path buffers(Path main) {
    return main.resolveSibling(main.getFileName() + "." + pid + "." + image);
  }
}
