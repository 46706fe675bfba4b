package org.popcornreplay.replay.litmus;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads {@code do}, {@code together} … {@code end} and {@code expect}, line after line. */
final class StepParser {
  private final Map<String, ThreadLine> threads;
  private final OperationParser operations;
  private final ExpectationParser expectations;
  private final List<Step> steps = new ArrayList<>();
  private List<DoLine> block;
  private int blockLine;
  private DoLine last;
  private boolean begun;

  StepParser(int nodes, PageNames pages, Map<String, ThreadLine> threads) {
    this.threads = threads;
    this.operations = new OperationParser(pages, threads);
    this.expectations = new ExpectationParser(nodes, pages, threads);
  }

  /** Whether a {@code do} or {@code together} has been read. */
  boolean hasBegun() {
    return begun;
  }

  void read(Words words, LogicalLine line, String statements) throws SyntaxException {
    switch (words.word(statements)) {
      case "do" -> {
        begun = true;
        DoLine read = doLine(words);
        if (block != null) {
          block.add(read);
        } else {
          steps.add(new Step.Block(read.line(), List.of(read)));
        }
        if (last == null && read.expected() != null && read.expected().isFinal()) {
          last = read;
        }
      }
      case "together" -> {
        begun = true;
        if (block != null) {
          throw words.wrongBefore("do or end: the block of line " + blockLine + " is open");
        }
        nothingFinal(words);
        words.end();
        block = new ArrayList<>();
        blockLine = words.line();
      }
      case "end" -> {
        if (block == null) {
          throw words.wrongBefore("do, together or expect: no block is open");
        }
        words.end();
        steps.add(new Step.Block(blockLine, List.copyOf(block)));
        block = null;
      }
      case "expect" -> {
        if (block != null) {
          throw words.wrongBefore("do or end: the block of line " + blockLine + " is open");
        }
        String text = line.text().substring("expect".length()).strip();
        steps.add(new Step.Check(expectations.read(words, text)));
      }
      default -> throw words.wrongBefore(statements);
    }
  }

  private void nothingFinal(Words words) throws SyntaxException {
    if (last != null) {
      throw words.wrongBefore(
          "only expect after the '-> " + last.expected().name() + "' of line " + last.line());
    }
  }

  private DoLine doLine(Words words) throws SyntaxException {
    boolean otherOfBlock =
        block != null
            && last != null
            && block.contains(last)
            && !words.peek().equals(last.thread().name());
    if (!otherOfBlock) {
      nothingFinal(words);
    }
    ThreadLine thread = OperationParser.thread(words, threads);
    int begin = words.position();
    Operation operation = operations.read(words);
    String text = words.since(begin);
    long after = DoLine.AT_ONCE;
    Ending expected = null;
    words.splitMark("@");
    words.splitMark("->");
    while (words.hasMore()) {
      if (after == DoLine.AT_ONCE && words.take("@")) {
        if (block == null) {
          throw words.wrongBefore("the end of the line: '@' is only for lines inside together");
        }
        after = words.durationNanos("a duration such as 10us");
      } else if (expected == null && words.take("->")) {
        expected = Ending.read(words);
      } else {
        throw words.wrong(
            block == null
                ? "'-> ERRNO' or the end of the line"
                : "'@ DURATION', '-> ERRNO' or the end of the line");
      }
      words.splitMark("@");
      words.splitMark("->");
    }
    return new DoLine(words.line(), thread, operation, after, expected, text);
  }

  /** All steps; a block must not be open. */
  List<Step> finish(int lastLine) throws SyntaxException {
    if (block != null) {
      throw new SyntaxException(
          lastLine,
          "found the end of the file, expected end for the together of line " + blockLine);
    }
    return List.copyOf(steps);
  }
}
