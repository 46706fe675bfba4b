package org.popcornreplay.replay.sweep;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.popcornreplay.replay.store.ParquetRuns;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import org.popcornreplay.traces.cli.LeftOvers;
import org.popcornreplay.traces.cli.ProjectVersion;

/**
 * Where a sweep's runs go: {@code sweep.json} says what was planned, {@code run-NUMBER/} is a
 * finished run as Parquet, {@code failed.json} names those that ended otherwise, {@code .lock} is
 * held while somebody writes. A folder is a run store for {@code popcorn-sql} at any time, since
 * runs get their name when they are whole.
 */
public final class SweepFolder implements AutoCloseable {
  private static final int FORMAT_VERSION = 1;
  private static final String PLAN = "sweep.json";
  private static final String FAILED = "failed.json";
  private static final String LOCK = ".lock";

  private final Path folder;
  private final FileChannel lock;
  private final SortedMap<Integer, Failure> failures = new TreeMap<>();

  private SweepFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * A run that did not reach its end.
   *
   * @param point which
   * @param exitCode what {@code popcorn-replay} ends with for it
   * @param reason why, perhaps on several lines
   */
  public record Failure(SweepPoint point, int exitCode, String reason) {}

  /**
   * Makes the folder, or takes it up again.
   *
   * @param traceHash of each point's trace
   * @param resume whether it may hold runs of the same plan
   */
  public static SweepFolder open(
      Path folder, SweepPlan plan, TraceHashes traceHash, boolean resume) {
    try {
      boolean known = Files.exists(folder.resolve(PLAN));
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw CommandException.badInput(
            "sweep: folder=" + folder + " is a file, expected a folder");
      }
      if (!known && Files.isDirectory(folder) && !isEmpty(folder)) {
        throw CommandException.badInput(
            "sweep: folder=" + folder + " is not empty, expected a new one or one of a sweep");
      }
      if (known && !resume) {
        throw CommandException.badInput(
            "sweep: folder=" + folder + " holds a sweep, expected a new one or --resume");
      }
      Files.createDirectories(folder);
      SweepFolder sweep = new SweepFolder(folder, locked(folder));
      String planned = sweep.planned(plan, traceHash);
      if (known) {
        sweep.expect(planned);
      } else {
        sweep.write(PLAN, planned);
      }
      sweep.removeLeftOvers();
      return sweep;
    } catch (IOException e) {
      throw CommandException.badInput(
          "sweep: folder=" + folder + " cannot be used: " + FileFault.reason(e), e);
    }
  }

  /** Content hashes of traces by their directory. */
  @FunctionalInterface
  public interface TraceHashes {
    /** The hash of a trace. */
    String of(Path trace);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> inside = Files.list(folder)) {
      return inside.findAny().isEmpty();
    }
  }

  private static FileChannel locked(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Held by this very process: the same answer.
    }
    channel.close();
    throw CommandException.badInput(
        "sweep: folder=" + folder + " is being written, expected no other sweep into it");
  }

  private String planned(SweepPlan plan, TraceHashes traceHash) {
    ObjectMapper json = new ObjectMapper();
    ObjectNode root = json.createObjectNode();
    root.put("format_version", FORMAT_VERSION);
    root.put("written_by", "popcorn-replay " + ProjectVersion.text());
    root.put("record", plan.record());
    root.put("label", plan.label());
    ArrayNode runs = root.putArray("runs");
    for (SweepPoint point : plan.points()) {
      runs.addObject()
          .put("run_id", point.runId())
          .put("trace_hash", traceHash.of(point.trace()))
          .put("run", point.words());
    }
    return root.toPrettyString() + "\n";
  }

  /** A resumed sweep must be the same one: numbers would otherwise name other runs. */
  private void expect(String planned) throws IOException {
    ObjectMapper json = new ObjectMapper();
    JsonNode now = json.readTree(planned);
    JsonNode then;
    try {
      then = json.readTree(Files.readAllBytes(folder.resolve(PLAN)));
    } catch (JacksonException e) {
      throw CommandException.badInput(folder.resolve(PLAN) + ": no JSON, expected a plan", e);
    }
    for (String key : List.of("format_version", "written_by", "record", "label")) {
      if (!now.path(key).equals(then.path(key))) {
        throw otherPlan(key, then.path(key), now.path(key));
      }
    }
    if (now.path("runs").size() != then.path("runs").size()) {
      throw CommandException.badInput(
          folder.resolve(PLAN)
              + ": runs="
              + then.path("runs").size()
              + ", expected "
              + now.path("runs").size()
              + " as the plan has now; use a new folder");
    }
    for (int i = 0; i < now.path("runs").size(); i++) {
      JsonNode before = then.path("runs").path(i);
      JsonNode after = now.path("runs").path(i);
      if (!before.equals(after)) {
        throw otherPlan("run " + (i + 1), before, after);
      }
    }
  }

  private CommandException otherPlan(String key, JsonNode then, JsonNode now) {
    return CommandException.badInput(
        folder.resolve(PLAN)
            + ": "
            + key
            + "="
            + then
            + ", expected "
            + now
            + " as the plan has now; use a new folder");
  }

  private void removeLeftOvers() throws IOException {
    List<Path> left;
    try (Stream<Path> inside = Files.list(folder)) {
      left = inside.filter(p -> p.getFileName().toString().matches("\\.run-.*\\.tmp")).toList();
    }
    for (Path path : left) {
      LeftOvers.remove(path);
    }
  }

  /** Where it is. */
  public Path path() {
    return folder;
  }

  /** Whether a run has been finished. */
  public boolean has(SweepPoint point) {
    return Files.isDirectory(folder.resolve(ParquetRuns.folderName(point.runId())));
  }

  /** Notes a run that did not reach its end; the next resumption tries it again. */
  public synchronized void failed(Failure failure) {
    failures.put(failure.point().runId(), failure);
    ArrayNode list = new ObjectMapper().createArrayNode();
    for (Failure each : failures.values()) {
      list.addObject()
          .put("run_id", each.point().runId())
          .put("run", each.point().words())
          .put("exit_code", each.exitCode())
          .put("reason", each.reason());
    }
    try {
      write(FAILED, list.toPrettyString() + "\n");
    } catch (IOException e) {
      throw CommandException.badInput(
          "sweep: folder=" + folder + " cannot be used: " + FileFault.reason(e), e);
    }
  }

  /** The runs that did not reach their end, by number. */
  public synchronized List<Failure> failures() {
    return List.copyOf(failures.values());
  }

  private void write(String name, String text) throws IOException {
    Path beside = folder.resolve("." + name + ".tmp");
    Files.write(beside, text.getBytes(StandardCharsets.UTF_8));
    Files.move(
        beside,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Lets others write into the folder. */
  @Override
  public void close() {
    try {
      if (failures.isEmpty()) {
        Files.deleteIfExists(folder.resolve(FAILED));
      }
      lock.close();
    } catch (IOException e) {
      throw CommandException.badInput(
          "sweep: folder=" + folder + " cannot be used: " + FileFault.reason(e), e);
    }
  }
}
