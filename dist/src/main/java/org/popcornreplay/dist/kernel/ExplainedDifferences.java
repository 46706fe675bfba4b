package org.popcornreplay.dist.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Differences from the kernel whose reason is known, from {@code explained-differences.yaml}: for a
 * row, which messages may differ and what shows why.
 */
final class ExplainedDifferences {
  private static final String FILE = "explained-differences.yaml";

  private record Entry(Set<String> messages, String because) {}

  private final Map<String, Entry> entries = new HashMap<>();

  /** Those that the project knows. */
  static ExplainedDifferences load() {
    ExplainedDifferences all = new ExplainedDifferences();
    try (InputStream file = ExplainedDifferences.class.getResourceAsStream(FILE)) {
      for (JsonNode entry : new YAMLMapper().readTree(file)) {
        Set<String> messages = new HashSet<>();
        entry.required("messages").forEach(key -> messages.add(key.asText()));
        String because = entry.required("because").asText().trim();
        all.entries.put(entry.required("row").asText(), new Entry(messages, because));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  /** Why this row differs, where every difference of it is among those that are explained. */
  Optional<String> reason(Verdict verdict) {
    Entry entry = entries.get(verdict.row().file().replace(".json", ""));
    boolean covers = entry != null && entry.messages().containsAll(verdict.differingMessages());
    return covers ? Optional.of(entry.because()) : Optional.empty();
  }
}
