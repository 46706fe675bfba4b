package org.popcornreplay.replay.litmus;

/**
 * {@code thread NAME [on NID] [tid PAGE]}.
 *
 * @param number its number in the model, in the order of the file
 * @param node where it runs before the run
 * @param tid the page of its {@code clear_child_tid} word, or null
 */
record ThreadLine(int line, int number, String name, int node, PageRange tid) {}
