package org.popcornreplay.replay.store;

import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.ArrayList;
import java.util.List;

/** The distinct strings of one column, numbered in the order in which they came. */
final class WordList {
  private final Object2IntOpenHashMap<String> numbers = new Object2IntOpenHashMap<>();
  private final List<String> words = new ArrayList<>();
  private String latest;
  private int latestNumber;

  WordList() {
    numbers.defaultReturnValue(-1);
  }

  @SuppressWarnings("ReferenceEquality") // callers hand the same constants again and again
  int numberOf(String word) {
    if (word == latest && word != null) {
      return latestNumber;
    }
    String known = word == null ? "" : word;
    int number = numbers.getInt(known);
    if (number < 0) {
      number = words.size();
      words.add(known);
      numbers.put(known, number);
    }
    latest = word;
    latestNumber = number;
    return number;
  }

  List<String> words() {
    return words;
  }
}
