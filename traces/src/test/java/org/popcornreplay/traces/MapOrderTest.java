package org.popcornreplay.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapOrderTest {
  @TempDir Path scratch;

  @Test
  void rowsAreSortedBySequenceAndStayInOrderWithinOne() throws IOException {
    Path directory = scratch.resolve("t");
    try (TraceWriter writer = TraceWriter.create(directory, new Manifest())) {
      long[] sequences = {-1, 7, 3, 7, -1};
      for (int i = 0; i < sequences.length; i++) {
        writer.map(sequences[i], 0, "mmap", i, 1, 3, 2, 0, "f" + i);
      }
      writer.finish();
    }
    try (TraceReader reader = TraceReader.open(directory)) {
      List<String> files = new ArrayList<>();
      for (int row = 0; row < reader.maps().size(); row++) {
        files.add(reader.maps().sequence(row) + " " + reader.maps().file(row));
        assertEquals("f" + reader.maps().start(row), reader.maps().file(row));
      }
      assertEquals(List.of("-1 f0", "-1 f4", "3 f2", "7 f1", "7 f3"), files);
    }
  }
}
