package org.popcornreplay.tracer.capture;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.popcornreplay.traces.ChildTraces;
import org.popcornreplay.traces.Manifest;

/**
 * The processes that a recorded program begets. Each image announces itself on the pipe {@code
 * control}, then waits until its stream is opened or removed; all hold the pipe {@code alive},
 * which ends when the last of them is gone.
 */
public final class FollowedProcesses implements AutoCloseable {
  private static final long POLL_MILLIS = 10;
  private static final long GRACE_SECONDS = 5;

  private final Path pipes;
  private final Path buffers;
  private final Path folder;
  private final int most;
  private final Supplier<Manifest> manifests;
  private final FileChannel control;
  private final FileChannel aliveHolder;
  private final FileChannel alive;
  private final Thread listener = new Thread(this::listen, "announcements");
  private final List<FollowedImage> images = new ArrayList<>();
  private final Map<Long, FollowedImage> byImage = new HashMap<>();
  private final Map<Integer, FollowedImage> latestOfPid = new HashMap<>();
  private final Set<String> notes = new LinkedHashSet<>();
  private String mainProgram;
  private IOException failure;

  /**
   * Opens the pipes; the program may be started then.
   *
   * @param pipes the folder with {@code control} and {@code alive}
   * @param buffers where the main program's buffers may lie
   * @param trace the main program's
   * @param most images that are recorded; later ones run without
   * @param manifests of their traces
   */
  public FollowedProcesses(
      Path pipes, Path buffers, Path trace, int most, Supplier<Manifest> manifests)
      throws IOException {
    this.pipes = pipes;
    this.buffers = buffers;
    folder = trace.resolve(ChildTraces.FOLDER);
    this.most = most;
    this.manifests = manifests;
    control = both(pipes.resolve("control"));
    aliveHolder = both(pipes.resolve("alive"));
    alive = FileChannel.open(pipes.resolve("alive"), StandardOpenOption.READ);
  }

  /** Opening a named pipe for both is the way not to wait for the other side. */
  private static FileChannel both(Path pipe) throws IOException {
    return FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Begins to follow. */
  public void start(String program) {
    mainProgram = program;
    listener.setDaemon(true);
    listener.start();
  }

  private void listen() {
    ByteBuffer message = ByteBuffer.allocate(Announcement.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (true) {
        message.clear();
        while (message.hasRemaining()) {
          control.read(message);
        }
        Announcement announced = Announcement.of(message);
        if (announced.pid() == 0) {
          return; // from await()
        }
        try {
          follow(announced);
        } catch (IOException e) {
          failed(e); // and the others, which wait for an answer, run without
          Files.deleteIfExists(pipes.resolve(announced.pipe()));
        }
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  private synchronized void failed(IOException e) {
    if (failure == null) {
      failure = e;
    }
  }

  private synchronized void follow(Announcement announced) throws IOException {
    Path pipe = pipes.resolve(announced.pipe());
    if (!Files.exists(pipe)) {
      return; // killed and cleaned up
    }
    if (images.size() == most || failure != null) {
      Files.delete(pipe);
      if (failure == null) {
        notes.add(
            "--follow-children: processes="
                + most
                + " are recorded, expected no more: later ones run without; --most-processes takes"
                + " more");
      }
      return;
    }
    FollowedImage from =
        announced.forked()
            ? byImage.get(announced.parentImage())
            : latestOfPid.get(announced.pid());
    String program =
        !announced.forked() ? announced.program() : from == null ? mainProgram : from.program();
    int number = images.size() + 1;
    Path trace = folder.resolve(ChildTraces.name(number, program));
    FollowedImage image =
        new FollowedImage(
            number,
            announced,
            from,
            program,
            pipe,
            SharedBuffers.create(announced.buffers(buffers)),
            trace,
            manifests.get());
    images.add(image);
    byImage.put(announced.image(), image);
    latestOfPid.put(announced.pid(), image);
    image.start();
  }

  /** Instructions of all of them so far, for progress. */
  public long instructions() {
    return all().stream()
        .map(FollowedImage::stream)
        .mapToLong(s -> s == null ? 0 : s.instructions())
        .sum();
  }

  /** Accesses of all of them so far. */
  public long accesses() {
    return all().stream()
        .map(FollowedImage::stream)
        .mapToLong(s -> s == null ? 0 : s.accesses())
        .sum();
  }

  /** Bytes of all their traces so far. */
  public long bytesWritten() {
    return all().stream().mapToLong(FollowedImage::bytesWritten).sum();
  }

  private synchronized List<FollowedImage> all() {
    return List.copyOf(images);
  }

  /** Those that run now, as people know them: number of the process and name. */
  public List<String> running() {
    return all().stream()
        .filter(image -> !image.isOver())
        .map(image -> image.announced().pid() + " " + FollowedImage.nameOf(image.program()))
        .toList();
  }

  /** Asks those that run to end (SIGTERM); those that still run after some seconds are killed. */
  public void terminate() {
    signal(false);
    Thread killer =
        new Thread(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(GRACE_SECONDS);
                signal(true);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "killer");
    killer.setDaemon(true);
    killer.start();
  }

  private void signal(boolean kill) {
    for (FollowedImage image : all()) {
      if (!image.isOver()) {
        ProcessHandle.of(image.announced().pid())
            .ifPresent(kill ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
      }
    }
  }

  /**
   * Waits until the program and all that it left behind have ended, and reads their streams.
   *
   * @param main the main program's stream, read to its end
   * @param mainPid its process
   */
  public void await(CaptureStream main, long mainPid) throws IOException, InterruptedException {
    aliveHolder.close();
    ByteBuffer nothing = ByteBuffer.allocate(1);
    do {
      while (alive.read(nothing) >= 0) {
        nothing.clear();
      }
    } while (isExecuting(main, mainPid));
    // By another channel: one that is being read from cannot be written to.
    try (FileChannel end = FileChannel.open(pipes.resolve("control"), StandardOpenOption.WRITE)) {
      end.write(ByteBuffer.allocate(Announcement.BYTES));
    }
    listener.join();
    for (FollowedImage image : all()) {
      image.end();
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Whether a process has ended one image and not yet announced the next. */
  private boolean isExecuting(CaptureStream main, long mainPid) throws InterruptedException {
    Map<Integer, FollowedImage> latest;
    synchronized (this) {
      latest = Map.copyOf(latestOfPid);
    }
    boolean any = !latest.containsKey((int) mainPid) && isExecuting(main, (int) mainPid);
    for (FollowedImage image : latest.values()) {
      CaptureStream stream = image.stream();
      any |= !image.isOver() || isExecuting(stream, image.announced().pid());
    }
    if (any) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return any;
  }

  private static boolean isExecuting(CaptureStream ended, int pid) {
    return ended != null
        && ended.replaced()
        && !ended.left()
        && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /** Completes the traces and lists them in the main program's manifest. */
  public void finish(CaptureStream main, Manifest manifest) throws IOException {
    Int2IntOpenHashMap waited = new Int2IntOpenHashMap(main.waited());
    for (FollowedImage image : images) {
      waited.putAll(image.stream().waited());
    }
    manifest.json().putObject("process").put("number", 0).put("pid", main.pid());
    ArrayNode list = manifest.json().putArray(ChildTraces.KEY);
    for (FollowedImage image : images) {
      int pid = image.announced().pid();
      boolean last = latestOfPid.get(pid) == image;
      int code = last && waited.containsKey(pid) ? exitCode(waited.get(pid)) : -1;
      ObjectNode process = image.manifest().json().withObject("/process");
      if (!image.announced().forked()) {
        CaptureStream before = image.from() == null ? main : image.from().stream();
        process.put("thread", before.lastThread()).put("instructions", before.lastInstructions());
      }
      image.tell(words(image, main), code);
      ObjectNode row = list.addObject().put("trace", ChildTraces.FOLDER + "/" + image.name());
      row.setAll(process);
      row.put("program", image.program());
    }
  }

  /** What it executes: as it told, or as the image told that forked it. */
  private static List<String> words(FollowedImage image, CaptureStream main) {
    for (FollowedImage i = image; i != null; i = i.from()) {
      if (!i.announced().forked()) {
        return i.stream().programWords();
      }
    }
    return main.programWords();
  }

  /** Of the kernel's wait status. */
  private static int exitCode(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? status >>> 8 & 0xff : 128 + signal;
  }

  /** How many were recorded. */
  public int size() {
    return all().size();
  }

  /** What there is to say to people, of all of them. */
  public List<String> notes() {
    Set<String> told = new LinkedHashSet<>(notes);
    for (FollowedImage image : all()) {
      told.addAll(image.stream().notes());
    }
    return List.copyOf(told);
  }

  @Override
  public void close() throws IOException {
    try (control;
        aliveHolder;
        alive) {
      // who still runs is killed by the kernel: its lifeline has lost its reader
    }
  }
}
