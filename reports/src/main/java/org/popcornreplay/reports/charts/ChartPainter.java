package org.popcornreplay.reports.charts;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.popcornreplay.traces.cli.CommandException;

/** Turns charts into PNG files. */
public final class ChartPainter {
  /** Device pixels for one CSS pixel: sharp on the screens of phones and newer laptops. */
  public static final int PIXELS_PER_PIXEL = 2;

  private ChartPainter() {}

  /**
   * A chart as PNG.
   *
   * @throws CommandException where the machine has no fonts
   */
  public static byte[] png(Chart chart, Look look) {
    int width = look.frame().widthPixels();
    int height = chart.heightPixels(look.frame());
    BufferedImage image =
        new BufferedImage(
            width * PIXELS_PER_PIXEL, height * PIXELS_PER_PIXEL, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
      graphics.scale(PIXELS_PER_PIXEL, PIXELS_PER_PIXEL);
      chart.drawn(look).draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    } finally {
      graphics.dispose();
    }
    return encoded(image);
  }

  /**
   * Draws one letter, so that a machine without fonts is found out before any work.
   *
   * @throws CommandException where the machine has no fonts
   */
  public static void needFonts() {
    try {
      Graphics2D graphics = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB).createGraphics();
      graphics.setFont(new Look(Theme.LIGHT, Frame.WIDE).font());
      graphics.getFontMetrics().stringWidth("m");
      graphics.drawString("m", 0, 8);
      graphics.dispose();
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw CommandException.badInput(
          "fonts: found=none, expected fontconfig and a font"
              + " (Debian: apt-get install fontconfig fonts-dejavu-core)",
          e);
    }
  }

  private static byte[] encoded(BufferedImage image) {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("png");
    ImageWriter writer = writers.next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam how = writer.getDefaultWriteParam();
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), how);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
