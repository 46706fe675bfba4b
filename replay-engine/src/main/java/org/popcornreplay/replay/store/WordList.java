package org.popcornreplay.replay.store;

import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.ArrayList;
import java.util.List;

/** The distinct strings of one column, numbered in the order in which they came. */
final class WordList {
  /** Words that are tried before the table is asked: those that come all the time. */
  private static final int FIRST = 4;

  private final Object2IntOpenHashMap<String> numbers = new Object2IntOpenHashMap<>();
  private final List<String> words = new ArrayList<>();
  private final String[] first = new String[FIRST];

  WordList() {
    numbers.defaultReturnValue(-1);
  }

  @SuppressWarnings("ReferenceEquality") // callers hand the same constants again and again
  int numberOf(String word) {
    for (int i = 0; i < FIRST; i++) {
      if (word == first[i] && word != null) {
        return i;
      }
    }
    String known = word == null ? "" : word;
    int number = numbers.getInt(known);
    if (number < 0) {
      number = words.size();
      words.add(known);
      numbers.put(known, number);
    }
    if (number < FIRST) {
      first[number] = word;
    }
    return number;
  }

  List<String> words() {
    return words;
  }
}
