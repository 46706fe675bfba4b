package org.popcornreplay.traces.check;

import com.fasterxml.jackson.databind.JsonNode;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongArrays;
import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.CodeTable;
import org.popcornreplay.traces.ImageTable;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.MapTable;
import org.popcornreplay.traces.ThreadTable;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.TraceSummary;
import org.popcornreplay.traces.VariableTable;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Checks a trace: checksums, then structure (all batches of all tables can be read, order within
 * threads), then meaning. A trace that cannot be opened is one fault.
 */
public final class TraceCheck {
  /** The address space of a program on x86-64. */
  private static final long MAX_MAPPING_BYTES = 1L << 47;

  private final Path trace;
  private final FaultList faults;

  /**
   * A check.
   *
   * @param most faults after which it stops
   */
  public TraceCheck(Path trace, int most) {
    this.trace = trace;
    faults = new FaultList(most);
  }

  /** Runs the check; empty where all is well. */
  public List<String> faults() {
    try (TraceReader reader = TraceReader.open(trace)) {
      reader.checksumFaults().forEach(faults::add);
      checkThreadTable(reader.threads(), reader.manifest());
      LongArrayList sequences = new LongArrayList();
      for (int row = 0; row < reader.threads().size(); row++) {
        new ThreadCheck(reader, row, faults, sequences).run();
      }
      checkSequences(sequences);
      checkSmallTables(reader);
      checkCounts(reader);
      new ChildrenCheck(reader, faults).run();
    } catch (FaultList.Full e) {
      // The list says so by its length.
    } catch (CommandException e) {
      faults.addLast(e.getMessage());
    }
    return faults.list();
  }

  private void checkThreadTable(ThreadTable threads, Manifest manifest) {
    IntOpenHashSet seen = new IntOpenHashSet();
    for (int row = 0; row < threads.size(); row++) {
      int thread = threads.thread(row);
      if (!seen.add(thread)) {
        faults.add("threads: row " + row + ": thread=" + thread + ", expected each thread once");
      }
      if (manifest.complete() && threads.instructions(row) < 0) {
        faults.add("threads: thread=" + thread + ": has records, expected a row too");
      }
      if (threads.stackLow(row) > threads.stackHigh(row)) {
        faults.add(
            "threads: thread="
                + thread
                + ": stack_low="
                + threads.stackLow(row)
                + ", expected at most stack_high="
                + threads.stackHigh(row));
      }
    }
    for (int row = 0; row < threads.size(); row++) {
      int parent = threads.parent(row);
      if (parent != -1 && !seen.contains(parent)) {
        faults.add(
            "threads: thread="
                + threads.thread(row)
                + ": parent="
                + parent
                + ", expected -1 or a thread");
      }
    }
  }

  private void checkSequences(LongArrayList sequences) {
    long[] sorted = sequences.toLongArray();
    LongArrays.parallelQuickSort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        faults.add("events: seq=" + sorted[i] + ", expected each number once");
      }
    }
  }

  private void checkSmallTables(TraceReader reader) {
    IntOpenHashSet images = new IntOpenHashSet();
    ImageTable imageTable = reader.images();
    for (int row = 0; row < imageTable.size(); row++) {
      images.add(imageTable.image(row));
      if (Long.compareUnsigned(imageTable.start(row), imageTable.end(row)) > 0) {
        faults.add("images: row " + row + ": start after end, expected before");
      }
    }
    MapTable maps = reader.maps();
    for (int row = 0; row < maps.size(); row++) {
      if (maps.sequence(row) < -1) {
        faults.add("maps: row " + row + ": seq=" + maps.sequence(row) + ", expected -1 or more");
      }
      if (maps.length(row) < 0) {
        faults.add("maps: row " + row + ": length=" + maps.length(row) + ", expected 0 or more");
      } else if (maps.length(row) > MAX_MAPPING_BYTES
          || (maps.start(row) < 0 && maps.start(row) + maps.length(row) > 0)) {
        faults.add(
            "maps: row "
                + row
                + ": start="
                + maps.start(row)
                + " length="
                + maps.length(row)
                + ", expected to lie in an address space");
      }
    }
    CodeTable code = reader.code();
    for (int row = 0; row < code.size(); row++) {
      if (code.image(row) != -1 && !images.contains(code.image(row))) {
        faults.add("code: row " + row + ": image=" + code.image(row) + ", expected -1 or an image");
      }
    }
    VariableTable variables = reader.variables();
    for (int row = 0; row < variables.size(); row++) {
      if (variables.image(row) != -1 && !images.contains(variables.image(row))) {
        faults.add(
            "variables: row "
                + row
                + ": image="
                + variables.image(row)
                + ", expected -1 or an image");
      }
    }
    reader.stacks();
  }

  private void checkCounts(TraceReader reader) {
    if (!reader.manifest().complete()) {
      return;
    }
    JsonNode counted = TraceSummary.counted(reader);
    counted
        .properties()
        .forEach(
            count -> {
              long said = reader.manifest().count(count.getKey());
              if (said != count.getValue().asLong()) {
                faults.add(
                    "manifest.json: counts."
                        + count.getKey()
                        + "="
                        + said
                        + ", expected "
                        + count.getValue());
              }
            });
  }
}
