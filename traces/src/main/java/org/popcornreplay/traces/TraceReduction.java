package org.popcornreplay.traces;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.popcornreplay.traces.cli.CommandException;

/** Writes the visits of a trace of full detail as a trace of its own. */
public final class TraceReduction {
  private TraceReduction() {}

  /**
   * Writes the reduced trace.
   *
   * @param sliceInstructions the longest slice
   */
  public static void write(TraceReader from, long sliceInstructions, Path directory)
      throws IOException {
    if (!from.manifest().fullDetail()) {
      throw CommandException.badInput(from.directory() + ": detail=visits, expected full");
    }
    Manifest manifest = from.manifest().copy();
    ObjectNode json = manifest.json();
    json.remove("files");
    json.remove("counts");
    json.remove("trace_hash");
    json.remove("slice_marks");
    json.remove(ChildTraces.KEY); // they are traces of their own
    json.put("reduced_from", from.traceHash());
    json.put("source_complete", from.manifest().complete());
    manifest.fullDetail(false).sliceInstructions(sliceInstructions);
    try (TraceWriter writer = TraceWriter.create(directory, manifest)) {
      for (int row = 0; row < from.threads().size(); row++) {
        copyThread(from.cursor(from.threads().thread(row), sliceInstructions), writer);
      }
      copyTables(from, writer);
      writer.finish();
    }
  }

  private static void copyThread(ThreadCursor c, TraceWriter writer) {
    while (c.next()) {
      if (!c.isEvent()) {
        writer.visit(
            c.thread(),
            c.instructions(),
            c.length(),
            c.page(),
            c.firstRead(),
            c.firstWrite(),
            c.reads(),
            c.writes(),
            c.readLines(),
            c.writeLines(),
            c.readIp(),
            c.writeIp(),
            c.flags());
      } else if (c.kind() != EventKind.SLICE) {
        writer.event(
            c.thread(),
            c.instructions(),
            c.sequence(),
            c.kind(),
            c.code(),
            c.object(),
            c.argument(0),
            c.argument(1),
            c.argument(2),
            c.argument(3),
            c.argument(4),
            c.argument(5),
            c.result(),
            c.nanos(),
            c.ip());
      }
    }
  }

  private static void copyTables(TraceReader from, TraceWriter writer) {
    ThreadTable threads = from.threads();
    for (int r = 0; r < threads.size(); r++) {
      writer.thread(
          threads.thread(r),
          threads.tid(r),
          threads.parent(r),
          threads.name(r),
          threads.stackLow(r),
          threads.stackHigh(r),
          threads.startSequence(r),
          threads.exitSequence(r),
          threads.instructions(r),
          threads.reads(r),
          threads.writes(r));
    }
    MapTable maps = from.maps();
    for (int r = 0; r < maps.size(); r++) {
      writer.map(
          maps.sequence(r),
          maps.thread(r),
          maps.op(r),
          maps.start(r),
          maps.length(r),
          maps.protection(r),
          maps.flags(r),
          maps.offset(r),
          maps.file(r));
    }
    ImageTable images = from.images();
    for (int r = 0; r < images.size(); r++) {
      writer.image(
          images.image(r),
          images.path(r),
          images.buildId(r),
          images.start(r),
          images.end(r),
          images.bias(r));
    }
    CodeTable code = from.code();
    for (int r = 0; r < code.size(); r++) {
      writer.code(code.ip(r), code.image(r), code.function(r), code.file(r), code.line(r));
    }
    VariableTable variables = from.variables();
    for (int r = 0; r < variables.size(); r++) {
      writer.variable(
          variables.image(r), variables.name(r), variables.address(r), variables.bytes(r));
    }
    StackTable stacks = from.stacks();
    for (int r = 0; r < stacks.size(); r++) {
      writer.stack(stacks.stack(r), stacks.depth(r), stacks.ip(r));
    }
  }
}
