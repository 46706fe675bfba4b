package org.popcornreplay.protocol.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.popcornreplay.protocol.AccessMode;
import org.popcornreplay.protocol.Advice;
import org.popcornreplay.protocol.Completion;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.RegionKind;
import org.popcornreplay.protocol.Vma;

/** A few threads on a few nodes that do a few operations each on one or two pages. */
public final class Scenario {
  private static final long FIRST_PAGE = 1024;
  private static final int WORD_BYTES = 4096;

  /** What a thread can do here. */
  public enum Act {
    READ,
    WRITE,
    MIGRATE,
    MUNMAP,
    RELEASE,
    DONTNEED,
    FUTEX_WAIT,
    FUTEX_WAKE,
    EXIT
  }

  private record Operation(Act act, int argument) {}

  private record Actor(int node, List<Operation> operations) {}

  private final String title;
  private final int nodes;
  private final int pages;
  private final List<Actor> actors = new ArrayList<>();
  private final List<int[]> owners = new ArrayList<>();
  private final List<Integer> warm = new ArrayList<>();
  private Options options = Options.FAITHFUL;

  /**
   * A scenario without threads; its pages are never touched and known nowhere but at the origin.
   */
  public Scenario(String title, int nodes, int pages) {
    this.title = title;
    this.nodes = nodes;
    this.pages = pages;
  }

  /** The pages' owners at the start. */
  public Scenario owners(int page, int... owning) {
    while (owners.size() <= page) {
      owners.add(new int[0]);
    }
    owners.set(page, owning.clone());
    return this;
  }

  /** The node has fetched the VMA. */
  public Scenario warm(int... knowing) {
    for (int node : knowing) {
      warm.add(node);
    }
    return this;
  }

  /** Changes an option. */
  public Scenario option(String name, String value) {
    options = options.with(name, value);
    return this;
  }

  /**
   * A thread on a node with its program: words such as {@code R0} (read page 0), {@code W1}, {@code
   * M2} (migrate to node 2), {@code unmap}, {@code release}, {@code dontneed}, {@code wait}, {@code
   * wake}, {@code exit}.
   */
  public Scenario thread(int node, String program) {
    List<Operation> operations = new ArrayList<>();
    for (String word : program.strip().split(" +", -1)) {
      operations.add(operation(word));
    }
    actors.add(new Actor(node, operations));
    return this;
  }

  private static Operation operation(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "unmap" -> new Operation(Act.MUNMAP, 0);
      case "release" -> new Operation(Act.RELEASE, 0);
      case "dontneed" -> new Operation(Act.DONTNEED, 0);
      case "wait" -> new Operation(Act.FUTEX_WAIT, 0);
      case "wake" -> new Operation(Act.FUTEX_WAKE, 1);
      case "exit" -> new Operation(Act.EXIT, 0);
      default -> {
        int number = Integer.parseInt(word.substring(1));
        yield switch (word.charAt(0)) {
          case 'R' -> new Operation(Act.READ, number);
          case 'W' -> new Operation(Act.WRITE, number);
          case 'M' -> new Operation(Act.MIGRATE, number);
          default ->
              throw new IllegalArgumentException("program: word=" + word + ", expected R0, W0, M1");
        };
      }
    };
  }

  /** One line for people. */
  public String title() {
    return title;
  }

  int nodes() {
    return nodes;
  }

  Options options() {
    return options;
  }

  int threads() {
    return actors.size();
  }

  int operations(int thread) {
    return actors.get(thread).operations().size();
  }

  void prepare(Popcorn popcorn) {
    popcorn.createRegion(FIRST_PAGE, pages, RegionKind.ANON, Vma.READ | Vma.WRITE, 1);
    for (int node : warm) {
      popcorn.givenWarm(FIRST_PAGE, node);
    }
    for (int page = 0; page < owners.size(); page++) {
      if (owners.get(page).length > 0) {
        popcorn.givenOwners(FIRST_PAGE + page, owners.get(page));
      }
    }
    for (int thread = 0; thread < actors.size(); thread++) {
      popcorn.createThread(thread, Popcorn.NO_PAGE, 0);
      if (actors.get(thread).node() != Popcorn.ORIGIN) {
        popcorn.givenThreadAt(thread, actors.get(thread).node());
      }
    }
  }

  void begin(Popcorn popcorn, int thread, int place, Completion done) {
    Operation operation = actors.get(thread).operations().get(place);
    long page = FIRST_PAGE + operation.argument();
    switch (operation.act()) {
      case READ -> popcorn.access(thread, page, false, AccessMode.USER, done);
      case WRITE -> popcorn.access(thread, page, true, AccessMode.USER, done);
      case MIGRATE -> popcorn.migrate(thread, operation.argument(), done);
      case MUNMAP -> popcorn.munmap(thread, FIRST_PAGE, pages, done);
      case RELEASE -> popcorn.madvise(thread, FIRST_PAGE, pages, Advice.RELEASE, done);
      case DONTNEED -> popcorn.madvise(thread, FIRST_PAGE, pages, Advice.DONTNEED, done);
      case FUTEX_WAIT ->
          popcorn.futexWait(
              thread, FIRST_PAGE, FIRST_PAGE * WORD_BYTES, () -> true, Popcorn.NO_TIMEOUT, done);
      case FUTEX_WAKE ->
          popcorn.futexWake(
              thread, FIRST_PAGE, FIRST_PAGE * WORD_BYTES, operation.argument(), done);
      case EXIT -> popcorn.exit(thread, done);
    }
  }

  /** The scenario as a litmus file, whose block leaves the order open. */
  public String litmus() {
    StringBuilder text = new StringBuilder("title ").append(title).append('\n');
    text.append("nodes ").append(nodes).append('\n');
    if (!options.toString().isEmpty()) {
      for (String option : options.toString().split(" ", -1)) {
        text.append("option ").append(option.replace('=', ' ')).append('\n');
      }
    }
    text.append("region P anon rw ").append(pages).append('\n');
    for (int thread = 0; thread < actors.size(); thread++) {
      text.append("thread T").append(thread);
      text.append(" on ").append(actors.get(thread).node()).append('\n');
    }
    if (!warm.isEmpty()) {
      text.append("warm P");
      warm.forEach(node -> text.append(' ').append(node));
      text.append('\n');
    }
    for (int page = 0; page < owners.size(); page++) {
      if (owners.get(page).length > 0) {
        text.append("owners P[").append(page).append("] {");
        for (int i = 0; i < owners.get(page).length; i++) {
          text.append(i == 0 ? "" : ",").append(owners.get(page)[i]);
        }
        text.append("}\n");
      }
    }
    text.append("together\n");
    for (int thread = 0; thread < actors.size(); thread++) {
      for (Operation operation : actors.get(thread).operations()) {
        text.append("  do T").append(thread).append(' ').append(words(operation)).append('\n');
      }
    }
    return text.append("end\n").toString();
  }

  private static String words(Operation operation) {
    int argument = operation.argument();
    return switch (operation.act()) {
      case READ -> "read P[" + argument + "]";
      case WRITE -> "write P[" + argument + "]";
      case MIGRATE -> "migrate " + argument;
      case MUNMAP -> "munmap P";
      case RELEASE -> "madvise-release P";
      case DONTNEED -> "madvise-dontneed P";
      case FUTEX_WAIT -> "futex-wait P";
      case FUTEX_WAKE -> "futex-wake P " + argument;
      case EXIT -> "exit";
    };
  }

  boolean waitsInFutex(int thread, int place) {
    return actors.get(thread).operations().get(place).act() == Act.FUTEX_WAIT;
  }
}
