package org.popcornreplay.reports;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.HtmlPage;
import org.popcornreplay.reports.page.PictureBook;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.query.ReportStore;
import org.popcornreplay.reports.query.Run;
import org.popcornreplay.reports.query.Selection;
import org.popcornreplay.reports.sections.Story;
import org.popcornreplay.reports.sections.Subject;

/**
 * A report: its files by name, the page and the pictures. The same store gives the same bytes; no
 * clock but that of the store goes into it.
 */
final class Report {
  private Report() {}

  static SortedMap<String, byte[]> of(ReportStore store, Selection selection) {
    PictureBook pictures = new PictureBook();
    Subject subject = new Subject(store, selection, pictures);
    Run run = selection.focus();
    Html headline = Story.headline(subject);
    List<Section> sections = new ArrayList<>(Story.sections(subject));
    String name = Html.shortened(run.programName(), 60);
    String title =
        (name.isBlank() ? "A program" : name) + " on " + Amounts.count(run.nodes(), "node");
    String page = HtmlPage.text(title, headline, sections, Story.footer(subject));
    SortedMap<String, byte[]> files = new TreeMap<>(pictures.files());
    files.put("index.html", page.getBytes(StandardCharsets.UTF_8));
    return files;
  }
}
