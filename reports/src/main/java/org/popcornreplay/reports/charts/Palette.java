package org.popcornreplay.reports.charts;

import java.awt.Color;
import java.util.Locale;
import java.util.Map;

/**
 * Which colour means what, the same on every chart. The hues are those of Okabe and Ito ("Color
 * Universal Design", 2008), which people with any common kind of colour blindness can tell apart.
 */
public final class Palette {
  private static final int BLUE = 0x0072B2;
  private static final int SKY = 0x56B4E9;
  private static final int GREEN = 0x009E73;
  private static final int YELLOW = 0xF0E442;
  private static final int ORANGE = 0xE69F00;
  private static final int VERMILION = 0xD55E00;
  private static final int PURPLE = 0xCC79A7;
  private static final int GREY = 0x8A939B;

  private static final int[] NODES = {
    BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, 0x8C7A00, GREY,
  };

  private static final Map<String, Integer> STATES =
      Map.of(
          "compute", GREEN,
          "fault", VERMILION,
          "futex", PURPLE,
          "vma", ORANGE,
          "migration", SKY,
          "run-queue", YELLOW,
          "syscall", BLUE,
          "idle", 0xC3CBD2);

  private static final Map<String, Integer> FAULTS =
      Map.of("read", BLUE, "write", VERMILION, "upgrade", ORANGE, "told to retry", PURPLE);

  private static final Map<String, Integer> MESSAGES =
      Map.ofEntries(
          Map.entry("REMOTE_PAGE_REQUEST", SKY),
          Map.entry("REMOTE_PAGE_RESPONSE", BLUE),
          Map.entry("REMOTE_PAGE_RESPONSE_SHORT", 0x9CCBE8),
          Map.entry("PAGE_INVALIDATE_REQUEST", VERMILION),
          Map.entry("PAGE_INVALIDATE_RESPONSE", 0xF0A877),
          Map.entry("VMA_INFO_REQUEST", 0x8FD0BC),
          Map.entry("VMA_INFO_RESPONSE", GREEN),
          Map.entry("VMA_OP_REQUEST", 0x4E7F2E),
          Map.entry("VMA_OP_RESPONSE", 0xB4CF9F),
          Map.entry("FUTEX_REQUEST", PURPLE),
          Map.entry("FUTEX_RESPONSE", 0xE6BDD3),
          Map.entry("TASK_MIGRATE", ORANGE),
          Map.entry("TASK_MIGRATE_BACK", 0xF3CF80),
          Map.entry("TASK_PAIRING", 0x8C7A00),
          Map.entry("TASK_EXIT_ORIGIN", 0x6B4A9B),
          Map.entry("TASK_EXIT_REMOTE", 0xA993C9));

  private Palette() {}

  /** Colour of a thread state, such as {@code compute}. */
  public static Color state(String state) {
    return new Color(STATES.getOrDefault(state, GREY));
  }

  /** Colour of a fault kind, such as {@code read}. */
  public static Color fault(String kind) {
    return new Color(FAULTS.getOrDefault(kind, GREY));
  }

  /** Colour of a message type, named as in the kernel without its prefix. */
  public static Color message(String type) {
    return new Color(MESSAGES.getOrDefault(type, GREY));
  }

  /** Colour of a node; they repeat after eight. */
  public static Color node(long node) {
    return new Color(NODES[(int) Math.floorMod(node, (long) NODES.length)]);
  }

  /** Colour of the n-th of several lines that have no colour of their own. */
  public static Color series(int index) {
    return node(index);
  }

  /** A colour for CSS and SVG. */
  public static String css(Color colour) {
    return String.format(Locale.ROOT, "#%06x", colour.getRGB() & 0xFFFFFF);
  }
}
