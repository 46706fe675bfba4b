package org.popcornreplay.dist;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of docs/ARCHITECTURE.md point one way. */
@AnalyzeClasses(packages = "org.popcornreplay", importOptions = DoNotIncludeTests.class)
final class HouseTest {
  private static final String OURS = "org.popcornreplay..";
  private static final String PROTOCOL = "org.popcornreplay.protocol..";
  private static final String TRACES = "org.popcornreplay.traces..";
  private static final String COMMAND_FRAME = "org.popcornreplay.traces.cli..";
  private static final String TRACER = "org.popcornreplay.tracer..";
  private static final String REPLAY = "org.popcornreplay.replay..";
  private static final String STORE = "org.popcornreplay.replay.store..";
  private static final String ANALYSIS = "org.popcornreplay.analysis..";
  private static final String REPORTS = "org.popcornreplay.reports..";

  @ArchTest static final ArchRule protocolUsesNothingOfOurs = usesOnly(PROTOCOL, PROTOCOL);

  @ArchTest static final ArchRule tracesUseNothingOfOurs = usesOnly(TRACES, TRACES);

  @ArchTest static final ArchRule tracerUsesTraces = usesOnly(TRACER, TRACER, TRACES);

  @ArchTest
  static final ArchRule engineUsesTracesAndProtocol = usesOnly(REPLAY, REPLAY, TRACES, PROTOCOL);

  @ArchTest
  static final ArchRule analysisUsesTheRunStore =
      usesOnly(ANALYSIS, ANALYSIS, STORE, COMMAND_FRAME);

  @ArchTest
  static final ArchRule reportsUseAnalysis =
      usesOnly(REPORTS, REPORTS, ANALYSIS, STORE, COMMAND_FRAME);

  /** The protocol model is sans I/O: no clock, threads, random source, files. */
  @ArchTest
  static final ArchRule protocolIsWithoutInputOutputAndTime =
      noClasses()
          .that()
          .resideInAPackage(PROTOCOL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.nio..",
              "java.net..",
              "java.time..",
              "java.util.concurrent..",
              "java.sql..")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.util\\.(Random|SplittableRandom|Timer)|java\\.lang\\.(Thread|System)|java\\.security\\.SecureRandom");

  private static ArchRule usesOnly(String from, String... to) {
    String[] allowed = java.util.Arrays.copyOf(to, to.length);
    return noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.and(
                com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage(OURS),
                com.tngtech.archunit.base.DescribedPredicate.not(
                    com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage(
                        allowed))));
  }

  /** Names that say nothing are not names. */
  @ArchTest
  static final ArchRule namesAreNounsOfTheField =
      classes().should().haveNameNotMatching(".*(Util|Utils|Helper|Manager)$");
}
