package org.popcornreplay.tracer.capture;

import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.popcornreplay.traces.TraceWriter;

/** The ELF files that were mapped, with what lies in them: code addresses and variables. */
final class LoadedImages {
  private static final int PROT_EXEC = 4;

  /** A file at one place. */
  private record Image(String path, long bias, long start, long end, ElfFile elf) {}

  /** A code address and what the tool said about it. */
  private record Code(long ip, String function, String file, int line) {}

  private record Mapping(long start, long length, long offset, boolean executable) {}

  private final Map<String, List<Mapping>> mappings = new LinkedHashMap<>();
  private final List<Code> code = new ArrayList<>();
  private final LongOpenHashSet known = new LongOpenHashSet();

  void mapped(String file, long start, long length, long offset, int protection) {
    mappings
        .computeIfAbsent(file, f -> new ArrayList<>())
        .add(new Mapping(start, length, offset, (protection & PROT_EXEC) != 0));
  }

  void code(long ip, String function, String file, int line) {
    if (known.add(ip)) {
      code.add(new Code(ip, function, file, line));
    }
  }

  /** Writes the tables of images, variables and code. */
  void write(TraceWriter trace) {
    List<Image> images = new ArrayList<>();
    mappings.forEach((path, all) -> addImages(path, all, images));
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      int number = i;
      trace.image(i, image.path, image.elf.buildId(), image.start, image.end, image.bias);
      image.elf.variables(
          (name, address, bytes) -> trace.variable(number, name, address + image.bias, bytes));
    }
    for (Code c : code) {
      int in = -1;
      for (int i = 0; i < images.size() && in < 0; i++) {
        in = c.ip >= images.get(i).start && c.ip < images.get(i).end ? i : -1;
      }
      trace.code(c.ip, in, c.function, c.file, c.line);
    }
  }

  private static void addImages(String path, List<Mapping> all, List<Image> images) {
    if (all.stream().noneMatch(m -> m.executable)) {
      return;
    }
    ElfFile elf;
    try {
      elf = ElfFile.open(Path.of(path));
    } catch (IOException | IllegalArgumentException e) {
      return; // the file is gone or no file: its addresses stay without an image
    }
    if (elf == null) {
      return;
    }
    long last = Long.MIN_VALUE;
    for (Mapping m : all) {
      if (!m.executable) {
        continue; // the pages at the edge of two segments are mapped twice, text never is
      }
      long bias = elf.biasOf(m.start, m.offset);
      if (bias != last && bias != Long.MIN_VALUE && placeIsNew(path, bias, images)) {
        images.add(new Image(path, bias, elf.lowest() + bias, elf.highest() + bias, elf));
      }
      last = bias;
    }
  }

  private static boolean placeIsNew(String path, long bias, List<Image> images) {
    return images.stream().noneMatch(i -> i.bias == bias && i.path.equals(path));
  }
}
