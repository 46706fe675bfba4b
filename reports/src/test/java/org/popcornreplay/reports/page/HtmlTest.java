package org.popcornreplay.reports.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class HtmlTest {
  @Property(tries = 500)
  void textNeverHoldsMarkup(@ForAll String text) {
    String html = Html.text(text).toString();
    assertTrue(html.chars().noneMatch(c -> "<>\"'".indexOf(c) >= 0), html);
    assertEquals(html, new String(html.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
  }

  @Property(tries = 500)
  void shortenedTextFitsAndKeepsItsCharactersWhole(@ForAll String text) {
    String brief = Html.shortened(text, 10);
    assertTrue(brief.codePointCount(0, brief.length()) <= 10);
    assertTrue(brief.equals(text) || brief.endsWith("…"));
  }

  @Test
  void sentencesEscapeWhatTheyTakeUnlessItIsHtml() {
    assertEquals(
        "1 &lt; <code>a&amp;b</code>", Html.sentence("{} < {}", 1, Html.code("a&b")).toString());
  }

  @Test
  void sentencesNeedAsManyArgumentsAsPlaces() {
    assertThrows(IllegalArgumentException.class, () -> Html.sentence("{} {}", 1));
    assertThrows(IllegalArgumentException.class, () -> Html.sentence("{}", 1, 2));
  }
}
