package org.popcornreplay.replay.heap;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.popcornreplay.traces.CodeTable;
import org.popcornreplay.traces.ImageTable;
import org.popcornreplay.traces.StackTable;

/**
 * Where heap blocks were allocated: of each recorded call stack the innermost frame that a reader
 * of the program's source would call the place. Frames in system libraries and in headers of the
 * compiler are passed over, and functions that only hand out memory, such as {@code xmalloc}.
 */
public final class AllocationSites {
  private static final Pattern HANDS_OUT_MEMORY =
      Pattern.compile("alloc|strn?dup|operator new|allocate", Pattern.CASE_INSENSITIVE);

  /**
   * A place in the program.
   *
   * @param text {@code file:line}; the function or the address where the line is not known
   * @param ip its code address, or 0
   */
  public record Site(String text, long ip) {}

  private static final Site UNKNOWN = new Site("", 0);

  private final Int2ObjectOpenHashMap<Site> byStack = new Int2ObjectOpenHashMap<>();

  /** The sites of all stacks. */
  public AllocationSites(StackTable stacks, CodeTable code, ImageTable images) {
    Long2IntOpenHashMap rows = new Long2IntOpenHashMap();
    rows.defaultReturnValue(-1);
    for (int row = 0; row < code.size(); row++) {
      rows.putIfAbsent(code.ip(row), row);
    }
    Int2ObjectOpenHashMap<String> paths = new Int2ObjectOpenHashMap<>();
    for (int i = 0; i < images.size(); i++) {
      paths.put(images.image(i), images.path(i));
    }
    List<Frame> frames = new ArrayList<>();
    for (int row = 0; row < stacks.size(); row++) {
      int known = rows.get(stacks.ip(row));
      frames.add(
          known < 0
              ? new Frame(stacks.ip(row), "", "", 0, "")
              : new Frame(
                  stacks.ip(row),
                  code.function(known),
                  code.file(known),
                  code.line(known),
                  paths.getOrDefault(code.image(known), "")));
      if (row + 1 == stacks.size() || stacks.stack(row + 1) != stacks.stack(row)) {
        byStack.put(stacks.stack(row), site(frames));
        frames.clear();
      }
    }
  }

  /** The site of a stack; an empty one where it is not known. */
  public Site of(int stack) {
    return byStack.getOrDefault(stack, UNKNOWN);
  }

  private record Frame(long ip, String function, String file, int line, String image) {
    boolean hasLine() {
      return !file.isEmpty() && line > 0;
    }

    boolean isForeign() {
      return image.startsWith("/usr/lib") || image.startsWith("/lib") || file.startsWith("/usr/");
    }

    Site site() {
      String text =
          hasLine()
              ? file + ":" + line
              : !function.isEmpty() ? function : String.format(Locale.ROOT, "0x%x", ip);
      return new Site(text, ip);
    }
  }

  private static Site site(List<Frame> frames) {
    Frame inProgram = null;
    for (Frame frame : frames) {
      if (frame.hasLine() && !frame.isForeign()) {
        if (!HANDS_OUT_MEMORY.matcher(frame.function()).find()) {
          return frame.site();
        }
        inProgram = inProgram == null ? frame : inProgram;
      }
    }
    if (inProgram != null) {
      return inProgram.site();
    }
    for (Frame frame : frames) {
      if (frame.hasLine()) {
        return frame.site();
      }
    }
    return frames.get(0).site();
  }
}
