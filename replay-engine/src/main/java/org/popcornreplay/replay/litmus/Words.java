package org.popcornreplay.replay.litmus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The words of one statement, read from left to right; each reader says what it expected. */
final class Words {
  private static final int SHOWN_CHARACTERS = 60;

  private final int line;
  private final List<String> words;
  private int next;

  Words(LogicalLine line) {
    this.line = line.number();
    this.words = new ArrayList<>();
    Collections.addAll(words, line.text().split("\\s+"));
  }

  /** The line that the statement begins on. */
  int line() {
    return line;
  }

  /** Whether words are left. */
  boolean hasMore() {
    return next < words.size();
  }

  /** The next word, which stays; empty at the end. */
  String peek() {
    return hasMore() ? words.get(next) : "";
  }

  /** Takes the next word if it is this one. */
  boolean take(String word) {
    if (peek().equals(word)) {
      next++;
      return true;
    }
    return false;
  }

  /** The next word, whatever it is. */
  String word(String expected) throws SyntaxException {
    if (!hasMore()) {
      throw wrong(expected);
    }
    return words.get(next++);
  }

  /** A name: a letter followed by letters, digits or underscores. */
  String name(String expected) throws SyntaxException {
    if (!isName(peek())) {
      throw wrong(expected);
    }
    return words.get(next++);
  }

  /** A whole number within bounds. */
  long number(String expected, long least, long most) throws SyntaxException {
    Long value = parse(peek());
    if (value == null || value < least || value > most) {
      throw wrong(expected + " (" + least + ".." + most + ")");
    }
    next++;
    return value;
  }

  /** A duration in nanoseconds. */
  long durationNanos(String expected) throws SyntaxException {
    long nanos = nanos(peek());
    if (nanos < 0) {
      throw wrong(expected + ", an integer with unit ns, us, ms or s");
    }
    next++;
    return nanos;
  }

  /** Nodes in braces, without blanks, ascending; they must be below {@code nodes}. */
  NodeSet nodeSet(int nodes, boolean mayBeEmpty) throws SyntaxException {
    String expected =
        mayBeEmpty
            ? "nodes such as {0,1} or {}, each once and below " + nodes
            : "one or more nodes such as {0,1}, each once and below " + nodes;
    String word = peek();
    if (!word.startsWith("{") || !word.endsWith("}") || word.length() < 2) {
      throw wrong(expected);
    }
    String inner = word.substring(1, word.length() - 1);
    Set<Integer> set = new TreeSet<>();
    if (!inner.isEmpty()) {
      for (String part : inner.split(",", -1)) {
        Long nid = parse(part);
        if (nid == null || nid < 0 || nid >= nodes || !set.add(nid.intValue())) {
          throw wrong(expected);
        }
      }
    }
    if (set.isEmpty() && !mayBeEmpty) {
      throw wrong(expected);
    }
    next++;
    return new NodeSet(set.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Splits a mark from the word that follows it without a blank, as in {@code @10us}. */
  void splitMark(String mark) {
    String word = peek();
    if (word.startsWith(mark) && word.length() > mark.length()) {
      words.set(next, mark);
      words.add(next + 1, word.substring(mark.length()));
    }
  }

  /** Where the next word stands. */
  int position() {
    return next;
  }

  /** The words taken since that position. */
  String since(int position) {
    return String.join(" ", words.subList(position, next));
  }

  /** No word may be left. */
  void end() throws SyntaxException {
    if (hasMore()) {
      throw wrong("the end of the line");
    }
  }

  /** The fault to throw: what stands at the present place, and what was expected there. */
  SyntaxException wrong(String expected) {
    String found = hasMore() ? "'" + shown(words.get(next)) + "'" : "end of line";
    return new SyntaxException(line, "found " + found + ", expected " + expected);
  }

  /** As {@link #wrong}, for the word that was just taken. */
  SyntaxException wrongBefore(String expected) {
    next--;
    return wrong(expected);
  }

  /** The same for the word at a position; reading goes on where it was. */
  SyntaxException wrongAt(int position, String expected) {
    return new SyntaxException(
        line, "found '" + shown(words.get(position)) + "', expected " + expected);
  }

  static boolean isName(String word) {
    if (word.isEmpty() || !Character.isLetter(word.charAt(0))) {
      return false;
    }
    return word.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
  }

  /** A whole number in decimal digits with an optional minus; null if it is none or too big. */
  static Long parse(String word) {
    if (word.isEmpty() || word.length() > 19) {
      return null;
    }
    int first = word.charAt(0) == '-' ? 1 : 0;
    if (first == word.length()) {
      return null;
    }
    for (int i = first; i < word.length(); i++) {
      if (word.charAt(i) < '0' || word.charAt(i) > '9') {
        return null;
      }
    }
    try {
      return Long.valueOf(word);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** A duration in nanoseconds; -1 if it is none, or longer than {@link #MOST_NANOS}. */
  static long nanos(String word) {
    int digits = 0;
    while (digits < word.length() && word.charAt(digits) >= '0' && word.charAt(digits) <= '9') {
      digits++;
    }
    Long count = parse(word.substring(0, digits));
    long unit =
        switch (word.substring(digits)) {
          case "ns" -> 1L;
          case "us" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          default -> 0L;
        };
    if (count == null || unit == 0 || count > MOST_NANOS / unit) {
      return -1;
    }
    return count * unit;
  }

  /** The longest duration, so that sums of many stay far from overflow: about 11.5 days. */
  static final long MOST_NANOS = 1_000_000_000_000_000L;

  private static String shown(String word) {
    StringBuilder printable = new StringBuilder();
    for (int i = 0; i < word.length() && i < SHOWN_CHARACTERS; i++) {
      char c = word.charAt(i);
      printable.append(Character.isISOControl(c) ? '?' : c);
    }
    return word.length() > SHOWN_CHARACTERS ? printable + "..." : printable.toString();
  }
}
