package org.popcornreplay.reports.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The whole page in one file. It has no script at all, and its content security policy forbids
 * scripts and every request, should something ever slip through.
 */
public final class HtmlPage {
  private static final String POLICY =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

  private HtmlPage() {}

  /** The page's text. */
  public static String text(String title, Html headline, List<Section> sections, Html footer) {
    Html html =
        new Html()
            .markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .markup("<meta http-equiv=\"Content-Security-Policy\" content=\"" + POLICY + "\">\n")
            .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .markup("<meta name=\"color-scheme\" content=\"light dark\">\n")
            .element("title", title)
            .markup("\n<style>\n" + style() + "</style>\n</head>\n<body>\n<header>\n")
            .element("h1", title)
            .markup("\n")
            .add(headline)
            .markup("</header>\n<nav aria-label=\"Sections\"><ul>\n");
    for (Section section : sections) {
      html.markup("<li><a href=\"#" + section.id() + "\">")
          .add(Html.text(section.title()))
          .markup("</a></li>\n");
    }
    html.markup("</ul></nav>\n<main>\n");
    for (Section section : sections) {
      html.markup("<section id=\"" + section.id() + "\">\n")
          .element("h2", section.title())
          .markup("\n")
          .add(section.body())
          .markup("</section>\n");
    }
    return html.markup("</main>\n<footer>\n")
        .add(footer)
        .markup("</footer>\n</body>\n</html>\n")
        .toString();
  }

  private static String style() {
    try (InputStream in =
        HtmlPage.class.getResourceAsStream("/org/popcornreplay/reports/page.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
