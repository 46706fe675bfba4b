package org.popcornreplay.reports.page;

/**
 * A piece of HTML that is safe by construction: text is escaped when it comes in, markup comes only
 * from constants of this program.
 */
public final class Html {
  private final StringBuilder out = new StringBuilder();

  /** Empty. */
  public Html() {}

  /** Any text, escaped. */
  public static Html text(String text) {
    Html html = new Html();
    escape(text, html.out);
    return html;
  }

  /** A name, path or other piece of code, escaped. A line may break after a slash. */
  public static Html code(String text) {
    Html html = new Html().markup("<code>");
    int from = 0;
    for (int slash = text.indexOf('/', 1); slash >= 0; slash = text.indexOf('/', from)) {
      html.add(text(text.substring(from, slash + 1))).markup("<wbr>");
      from = slash + 1;
    }
    return html.add(text(text.substring(from))).markup("</code>");
  }

  /**
   * A sentence: each {@code {}} takes one argument; an argument that is {@link Html} stays as it
   * is, every other one is escaped.
   */
  public static Html sentence(String template, Object... arguments) {
    Html html = new Html();
    int from = 0;
    for (Object argument : arguments) {
      int place = template.indexOf("{}", from);
      if (place < 0) {
        throw new IllegalArgumentException("more arguments than places: template=" + template);
      }
      escape(template.substring(from, place), html.out);
      html.add(argument instanceof Html h ? h : text(String.valueOf(argument)));
      from = place + 2;
    }
    if (template.indexOf("{}", from) >= 0) {
      throw new IllegalArgumentException("fewer arguments than places: template=" + template);
    }
    escape(template.substring(from), html.out);
    return html;
  }

  /** Markup; only constants and numbers of this program may come here. */
  Html markup(String constant) {
    out.append(constant);
    return this;
  }

  /** Adds another piece. */
  public Html add(Html other) {
    out.append(other.out);
    return this;
  }

  /** An element around an escaped text. */
  public Html element(String name, String text) {
    return element(name, text(text));
  }

  /** An element around a piece. */
  public Html element(String name, Html inside) {
    out.append('<').append(name).append('>').append(inside.out);
    out.append("</").append(name).append('>');
    return this;
  }

  /** A paragraph; {@code {}} as in {@link #sentence}. */
  public Html paragraph(String template, Object... arguments) {
    return element("p", sentence(template, arguments)).markup("\n");
  }

  /** A paragraph that says why something is not here. */
  public Html absent(String template, Object... arguments) {
    return markup("<p class=\"absent\">").add(sentence(template, arguments)).markup("</p>\n");
  }

  /** A text inside the quotes of an attribute. */
  static String attribute(String text) {
    StringBuilder safe = new StringBuilder();
    escape(text, safe);
    return safe.toString();
  }

  /** Shortens to at most {@code most} characters, without cutting one in halves. */
  public static String shortened(String text, int most) {
    if (text.codePointCount(0, text.length()) <= most) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }

  /**
   * Markup characters become entities. Control characters, halves of characters and characters that
   * turn the direction of writing (which could make text look like other text) are replaced.
   */
  private static void escape(String text, StringBuilder out) {
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isHarmless(c) ? c : 0xFFFD);
              }
            });
  }

  private static boolean isHarmless(int c) {
    boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
    boolean half = c >= 0xD800 && c <= 0xDFFF;
    boolean direction =
        (c >= 0x202A && c <= 0x202E)
            || (c >= 0x2066 && c <= 0x2069)
            || c == 0x200E
            || c == 0x200F
            || c == 0x061C;
    return !control && !half && !direction && c != 0xFFFE && c != 0xFFFF;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
