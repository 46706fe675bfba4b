package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultTableTest {
  private static final int MANY = 20;

  private final FaultTable table = new FaultTable();

  private List<FaultHandle> addMany() {
    List<FaultHandle> handles = new ArrayList<>();
    for (int page = MANY; page > 0; page--) {
      FaultHandle handle = new FaultHandle(1000 + page, page, 0, true, false);
      handles.add(handle);
      table.add(handle);
    }
    return handles;
  }

  @Test
  void findsEachOfManyHandlesAndTellsThemByPage() {
    List<FaultHandle> handles = addMany();
    for (FaultHandle handle : handles) {
      assertSame(handle, table.get(handle.pageIndex));
    }
    assertNull(table.get(0));
    assertEquals(MANY, table.size());
    assertEquals(
        IntStream.rangeClosed(1, MANY).boxed().toList(),
        table.all().stream().map(handle -> handle.pageIndex).toList());
  }

  @Test
  void forgetsOnlyTheHandleThatIsRemovedWhereverItLies() {
    List<FaultHandle> handles = addMany();
    while (!handles.isEmpty()) {
      FaultHandle gone = handles.remove(handles.size() / 2);
      table.remove(gone);
      assertNull(table.get(gone.pageIndex));
      for (FaultHandle left : handles) {
        assertSame(left, table.get(left.pageIndex));
      }
      assertEquals(handles.size(), table.size());
    }
    assertTrue(table.isEmpty());
  }
}
