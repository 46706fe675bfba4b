package org.popcornreplay.protocol.explore;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.popcornreplay.protocol.AccessMode;
import org.popcornreplay.protocol.Advice;
import org.popcornreplay.protocol.Completion;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.RegionKind;
import org.popcornreplay.protocol.Renaming;
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

  /**
   * The renamings of remote nodes and threads that change nothing of the scenario, the one that
   * renames nothing first. States that differ by one of them only behave alike, since the protocol
   * treats all remotes the same way. It does not where it goes through the nodes one after the
   * other, as munmap, so scenarios with VMA operations rename threads only.
   */
  List<Renaming> symmetries() {
    List<Renaming> found = new ArrayList<>();
    for (int[] nodeNames : permutations(nodes)) {
      boolean may = nodeNames[Popcorn.ORIGIN] == Popcorn.ORIGIN;
      if (may && keepsStart(nodeNames)) {
        for (int[] threadNames : permutations(actors.size())) {
          if (keepsPrograms(nodeNames, threadNames)) {
            found.add(new Renaming(nodeNames, threadNames));
          }
        }
      }
    }
    return found;
  }

  /** All orders of the numbers below {@code count}, the rising one first. */
  private static List<int[]> permutations(int count) {
    List<int[]> all = new ArrayList<>();
    permute(new int[count], 0, new BitSet(), all);
    return all;
  }

  private static void permute(int[] begun, int place, BitSet used, List<int[]> all) {
    if (place == begun.length) {
      all.add(begun.clone());
    }
    for (int next = 0; place < begun.length && next < begun.length; next++) {
      if (!used.get(next)) {
        used.set(next);
        begun[place] = next;
        permute(begun, place + 1, used, all);
        used.clear(next);
      }
    }
  }

  private boolean keepsStart(int[] nodeNames) {
    boolean renames = false;
    for (int node = 0; node < nodes; node++) {
      renames |= nodeNames[node] != node;
    }
    if (renames && actors.stream().anyMatch(Scenario::changesAddressSpace)) {
      return false;
    }
    for (int[] owning : owners) {
      if (!set(owning, nodeNames).equals(set(owning, null))) {
        return false;
      }
    }
    int[] knowing = warm.stream().mapToInt(Integer::intValue).toArray();
    return set(knowing, nodeNames).equals(set(knowing, null));
  }

  private static boolean changesAddressSpace(Actor actor) {
    return actor.operations().stream()
        .map(Operation::act)
        .anyMatch(act -> act == Act.MUNMAP || act == Act.RELEASE || act == Act.DONTNEED);
  }

  private static Set<Integer> set(int[] members, int[] names) {
    Set<Integer> set = new TreeSet<>();
    for (int member : members) {
      set.add(names == null ? member : names[member]);
    }
    return set;
  }

  private boolean keepsPrograms(int[] nodeNames, int[] threadNames) {
    for (int thread = 0; thread < threadNames.length; thread++) {
      Actor actor = actors.get(thread);
      Actor other = actors.get(threadNames[thread]);
      if (other.node() != nodeNames[actor.node()]
          || other.operations().size() != actor.operations().size()) {
        return false;
      }
      for (int place = 0; place < actor.operations().size(); place++) {
        Operation mine = actor.operations().get(place);
        Operation theirs = other.operations().get(place);
        int argument = mine.act() == Act.MIGRATE ? nodeNames[mine.argument()] : mine.argument();
        if (mine.act() != theirs.act() || argument != theirs.argument()) {
          return false;
        }
      }
    }
    return true;
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

  /** An operation in the words of litmus files. */
  String words(int thread, int place) {
    return words(actors.get(thread).operations().get(place));
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
