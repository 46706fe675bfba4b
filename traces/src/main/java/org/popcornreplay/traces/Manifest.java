package org.popcornreplay.traces;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.ProjectVersion;

/**
 * The file {@code manifest.json} of a trace: what was recorded, where, with what, and whether it is
 * complete. A recorder sets what it knows and hands it to {@link TraceWriter}, which fills in the
 * counts. Keys that this version does not know are kept.
 */
public final class Manifest {
  /** The name of the file in the trace's directory. */
  public static final String FILE_NAME = "manifest.json";

  /** The version of the format that this code writes; it reads all before, too. */
  public static final int FORMAT_VERSION = 2;

  /** The first version in which visits are packed. */
  static final int PACKED_VISITS = 2;

  /** The file is not read where it is larger. */
  public static final int MAX_BYTES = 1 << 24;

  /** The default length of a slice in instructions. */
  public static final long DEFAULT_SLICE_INSTRUCTIONS = 10_000;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(32).build())
                  .build())
          .enable(SerializationFeature.INDENT_OUTPUT);

  private final ObjectNode root;

  private Manifest(ObjectNode root) {
    this.root = root;
  }

  /** A manifest for a new trace. */
  public Manifest() {
    this(JsonNodeFactory.instance.objectNode());
    root.put("format_version", FORMAT_VERSION);
    root.put("written_by", "popcorn-replay " + ProjectVersion.text());
    root.put("complete", false);
    root.put("program", "");
    root.putArray("arguments");
    root.put("detail", "visits");
    root.put("slice_instructions", DEFAULT_SLICE_INSTRUCTIONS);
  }

  /** The version of the format of the trace's tables. */
  public int formatVersion() {
    return root.path("format_version").asInt();
  }

  /** Whether the recording was finished. */
  public boolean complete() {
    return root.path("complete").asBoolean(false);
  }

  /** The recorded program. */
  public String program() {
    return root.path("program").asText("");
  }

  /** Sets the recorded program (path as given) and its arguments, without the program itself. */
  public Manifest program(String program, List<String> arguments) {
    root.put("program", program);
    ArrayNode array = root.putArray("arguments");
    arguments.forEach(array::add);
    return this;
  }

  /** The arguments of the program. */
  public List<String> arguments() {
    List<String> list = new ArrayList<>();
    root.path("arguments").forEach(a -> list.add(a.asText()));
    return list;
  }

  /** True for full detail (accesses), false for visits. */
  public boolean fullDetail() {
    return "full".equals(root.path("detail").asText());
  }

  /** Sets the detail. */
  public Manifest fullDetail(boolean full) {
    root.put("detail", full ? "full" : "visits");
    return this;
  }

  /** The longest slice in instructions. */
  public long sliceInstructions() {
    return root.path("slice_instructions").asLong();
  }

  /** Sets the longest slice in instructions. */
  public Manifest sliceInstructions(long instructions) {
    root.put("slice_instructions", instructions);
    return this;
  }

  /** Whether {@link EventKind#SLICE} events of a full trace say where slices ended. */
  public boolean sliceMarks() {
    return root.path("slice_marks").asBoolean(false);
  }

  /** Says that {@link EventKind#SLICE} events say where slices ended. */
  public Manifest sliceMarks(boolean marks) {
    root.put("slice_marks", marks);
    return this;
  }

  /** The program's exit code; 128 + signal where a signal ended it; -1 where it is not known. */
  public int exitCode() {
    return root.path("exit_code").asInt(-1);
  }

  /** Sets the program's exit code. */
  public Manifest exitCode(int code) {
    root.put("exit_code", code);
    return this;
  }

  /**
   * Nanoseconds of processor time that the program took natively, or 0 where it was not measured.
   */
  public long nativeCpuNanos() {
    return root.path("calibration").path("cpu_nanos").asLong(0);
  }

  /** Sets the processor time in nanoseconds of a native run. */
  public Manifest nativeCpuNanos(long nanos) {
    root.withObject("/calibration").put("cpu_nanos", nanos);
    return this;
  }

  /** A count by name: {@code instructions, reads, writes, visits, pages, …}; -1 if not there. */
  public long count(String name) {
    return root.path("counts").path(name).asLong(-1);
  }

  /** The hash of the trace's content, or null while it is incomplete. */
  public String traceHash() {
    return root.path("trace_hash").asText(null);
  }

  /** The JSON tree, for keys that have no method here: host, tools, children, …. */
  public ObjectNode json() {
    return root;
  }

  /** A copy that can be changed on its own. */
  Manifest copy() {
    return new Manifest(root.deepCopy());
  }

  void complete(boolean complete) {
    root.put("complete", complete);
  }

  /** Says that the tables are those that this code writes. */
  void ofThisVersion() {
    root.put("format_version", FORMAT_VERSION);
  }

  /** Reads and checks the manifest of the trace in a directory. */
  static Manifest read(Path directory) {
    Path file = directory.resolve(FILE_NAME);
    if (!Files.isDirectory(directory)) {
      throw CommandException.badInput(directory + ": missing, expected the directory of a trace");
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw CommandException.badInput(file + ": missing, expected a regular file");
    }
    try {
      long bytes = Files.size(file);
      if (bytes > MAX_BYTES) {
        throw CommandException.badInput(
            file + ": bytes=" + bytes + ", expected at most " + MAX_BYTES);
      }
      JsonNode tree = MAPPER.readTree(Files.readString(file)); // strict UTF-8
      if (!(tree instanceof ObjectNode object)) {
        throw CommandException.badInput(file + ": not a JSON object, expected one");
      }
      Manifest manifest = new Manifest(object);
      manifest.check(file);
      return manifest;
    } catch (CharacterCodingException e) {
      throw CommandException.badInput(file + ": not UTF-8 text, expected a JSON object", e);
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : ": line="
                  + e.getLocation().getLineNr()
                  + " column="
                  + e.getLocation().getColumnNr();
      throw CommandException.badInput(file + where + ": not JSON, expected an object", e);
    } catch (IOException e) {
      throw CommandException.badInput(
          file + ": cannot be read: " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
    }
  }

  private void check(Path file) {
    JsonNode version = root.path("format_version");
    if (!version.isInt() || version.intValue() < 1 || version.intValue() > FORMAT_VERSION) {
      throw CommandException.badInput(
          file + ": format_version=" + printable(version) + ", expected 1 to " + FORMAT_VERSION);
    }
    expect(file, "complete", root.path("complete").isBoolean(), "true or false");
    expect(file, "program", root.path("program").isTextual(), "a text");
    expect(file, "arguments", root.path("arguments").isArray(), "a list");
    String detail = root.path("detail").asText();
    expect(file, "detail", detail.equals("visits") || detail.equals("full"), "visits or full");
    JsonNode slice = root.path("slice_instructions");
    expect(
        file,
        "slice_instructions",
        slice.canConvertToInt() && slice.isIntegralNumber() && slice.intValue() >= 1,
        "1 to " + Integer.MAX_VALUE);
    JsonNode files = root.path("files");
    expect(file, "files", files.isMissingNode() || files.isObject(), "an object");
    files
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (TraceTable.ofFile(name) == null) {
                throw CommandException.badInput(
                    file + ": files=" + printable(name) + ", expected names of tables of a trace");
              }
            });
    if (complete()) {
      expect(file, "files", files.isObject() && !files.isEmpty(), "the files of the trace");
      expect(file, "counts", root.path("counts").isObject(), "an object");
      for (JsonNode one : files) {
        expect(
            file,
            "files",
            one.path("bytes").canConvertToLong()
                && one.path("bytes").isIntegralNumber()
                && one.path("sha256").asText().matches("[0-9a-f]{64}"),
            "bytes and sha256 of each");
      }
    }
  }

  private void expect(Path file, String name, boolean holds, String expected) {
    if (!holds) {
      throw CommandException.badInput(
          file + ": " + name + "=" + printable(root.path(name)) + ", expected " + expected);
    }
  }

  private static String printable(JsonNode node) {
    return node.isMissingNode() ? "none" : printable(node.toString());
  }

  private static String printable(String text) {
    String cut = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  /** Writes the manifest beside its place, then renames it. */
  void write(Path directory) throws IOException {
    Path temporary = directory.resolve(FILE_NAME + ".tmp");
    byte[] text = (MAPPER.writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(text);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      out.force(true);
    }
    Files.move(
        temporary,
        directory.resolve(FILE_NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
