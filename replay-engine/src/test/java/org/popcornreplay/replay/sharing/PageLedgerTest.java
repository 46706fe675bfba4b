package org.popcornreplay.replay.sharing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class PageLedgerTest {
  private static final long PAGE = 7;
  private final PageLedger ledger = new PageLedger();

  private void write(int node, long lines) {
    ledger.fault(node, node, PAGE, true, 100, 0);
    ledger.visit(node, node, PAGE, 0, 1, 0, lines);
  }

  private void read(int node, long lines) {
    ledger.fault(node, node, PAGE, false, 100, 0);
    ledger.visit(node, node, PAGE, 1, 0, lines, 0);
  }

  private PageRecord record() {
    return ledger.finish().get(0);
  }

  @Test
  void nodesThatWriteDifferentLinesShareFalsely() {
    for (int i = 0; i < 10; i++) {
      write(0, 1);
      write(1, 2);
    }
    PageRecord record = record();
    assertEquals(Sharing.FALSE_SHARING, record.sharing());
    assertEquals(18, record.vainEpochs());
    assertEquals(1800, record.vainNanos());
    assertEquals(0, record.neededEpochs());
  }

  @Test
  void nodesThatWriteOneLineShareTruly() {
    for (int i = 0; i < 10; i++) {
      write(0, 1);
      write(1, 1);
    }
    PageRecord record = record();
    assertEquals(Sharing.TRUE_SHARING, record.sharing());
    assertEquals(18, record.neededEpochs());
  }

  @Test
  void aProducerAndAConsumerShareTruly() {
    for (int i = 0; i < 10; i++) {
      write(0, 1);
      read(1, 1);
    }
    assertEquals(Sharing.TRUE_SHARING, record().sharing());
  }

  @Test
  void aReaderOfAnotherLineIsDisturbedFalsely() {
    for (int i = 0; i < 10; i++) {
      write(0, 1);
      read(1, 2);
    }
    assertEquals(Sharing.FALSE_SHARING, record().sharing());
  }

  @Test
  void aTableThatIsFilledOnceAndThenReadIsReadShared() {
    ledger.visit(0, 0, PAGE, 0, 64, 0, -1);
    for (int node = 1; node < 4; node++) {
      read(node, -1);
    }
    assertEquals(Sharing.READ_SHARED, record().sharing());
  }

  @Test
  void aPageOfOneNodeIsPrivateHoweverManyThreadsUseIt() {
    ledger.fault(0, 2, PAGE, true, 100, 0);
    for (int thread = 0; thread < 5; thread++) {
      ledger.visit(thread, 2, PAGE, 1, 1, 1, 1);
    }
    assertEquals(Sharing.PRIVATE, record().sharing());
  }

  @Test
  void halfAndHalfIsMixed() {
    for (int i = 0; i < 10; i++) {
      write(0, 1);
      write(1, i % 2 == 0 ? 1 : 2);
    }
    assertEquals(Sharing.MIXED, record().sharing());
  }

  @Test
  void aReadFaultAndItsUpgradeAreOneEpoch() {
    for (int i = 0; i < 10; i++) {
      for (int node = 0; node < 2; node++) {
        ledger.fault(node, node, PAGE, false, 60, 0);
        ledger.fault(node, node, PAGE, true, 40, 0);
        ledger.visit(node, node, PAGE, 1, 1, 1L << node, 1L << node);
      }
    }
    PageRecord record = record();
    assertEquals(18, record.vainEpochs());
    assertEquals(1800, record.vainNanos());
    assertEquals(40, record.faults());
  }

  @Test
  void aPageThatNeverFaultedOnOneNodeIsLeftOut() {
    ledger.visit(0, 0, PAGE, 1, 1, 1, 1);
    assertTrue(ledger.finish().isEmpty());
  }

  /** A fault, where lines are none, or a visit. */
  record Step(int node, boolean write, long lines, boolean faults) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 5).map(line -> 1L << line),
            Arbitraries.of(true, true, false))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  /** The definition of the epochs, evaluated from the whole history. */
  @Property
  void agreesWithTheDefinition(@ForAll("steps") List<Step> steps) {
    PageLedger fresh = new PageLedger(); // one instance of this class serves all tries
    for (Step step : steps) {
      if (step.faults) {
        fresh.fault(step.node, step.node, PAGE, step.write, 100, 0);
      }
      fresh.visit(
          step.node,
          step.node,
          PAGE,
          1,
          1,
          step.write ? 0 : step.lines,
          step.write ? step.lines : 0);
    }
    long needed = 0;
    long vain = 0;
    for (int i = 0; i < steps.size(); i++) {
      Step fault = steps.get(i);
      List<Step> before = new ArrayList<>();
      int previous = i - 1;
      while (previous >= 0
          && !(steps.get(previous).node == fault.node && steps.get(previous).faults)) {
        before.add(steps.get(previous--));
      }
      boolean hadCopy = steps.subList(0, i).stream().anyMatch(s -> s.node == fault.node);
      if (!fault.faults || !hadCopy) {
        continue;
      }
      long written = 0;
      long read = 0;
      for (Step step : before) {
        if (step.node != fault.node) {
          written |= step.write ? step.lines : 0;
          read |= step.write ? 0 : step.lines;
        }
      }
      boolean hit = false;
      boolean wrote = false;
      for (int j = i; j < steps.size(); j++) {
        Step step = steps.get(j);
        if (step.node == fault.node) {
          if (j > i && step.faults) {
            break;
          }
          hit |= (step.lines & written) != 0 || (step.write && (step.lines & read) != 0);
          wrote |= step.write;
        }
      }
      if (hit) {
        needed++;
      } else if (written != 0 || (wrote && read != 0)) {
        vain++;
      }
    }
    List<PageRecord> records = fresh.finish();
    assertEquals(needed, records.stream().mapToLong(PageRecord::neededEpochs).sum());
    assertEquals(vain, records.stream().mapToLong(PageRecord::vainEpochs).sum());
  }
}
