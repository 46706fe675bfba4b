package org.popcornreplay.reports.page;

import java.util.List;

/** The top of a page: a few sentences set apart, and a few numbers. */
public final class Verdict {
  private Verdict() {}

  /**
   * A number with its name.
   *
   * @param name what it is
   * @param value the number as text, with unit
   */
  public record Fact(String name, String value) {}

  /** Sentences that stand out. */
  public static Html sentences(Html sentences) {
    return new Html().markup("<div class=\"verdict\">\n").add(sentences).markup("</div>\n");
  }

  /** Numbers side by side. */
  public static Html facts(List<Fact> facts) {
    Html html = new Html().markup("<dl class=\"facts\">\n");
    for (Fact fact : facts) {
      html.markup("<div>")
          .element("dt", fact.name())
          .element("dd", fact.value())
          .markup("</div>\n");
    }
    return html.markup("</dl>\n");
  }
}
