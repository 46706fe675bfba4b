package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.popcornreplay.traces.cli.CommandException;

/** Names programs that cannot be captured before they are started. */
public final class ProgramFile {
  private static final int ELF_MAGIC = 0x7F454C46;
  private static final int CLASS_64 = 2;
  private static final int MACHINE_X86_64 = 62;
  private static final int HEADER_BYTES = 20;
  private static final int SET_IDS = 06000;

  private ProgramFile() {}

  /** Refuses a program for another processor and one that runs as another user. */
  public static void check(Path program) throws IOException {
    byte[] header;
    try (InputStream file = Files.newInputStream(program)) {
      header = file.readNBytes(HEADER_BYTES);
    }
    if (header.length == HEADER_BYTES && magic(header) == ELF_MAGIC) {
      int machine = (header[18] & 0xff) | ((header[19] & 0xff) << 8);
      if (header[4] != CLASS_64 || machine != MACHINE_X86_64) {
        throw CommandException.badInput(
            "program: path="
                + program
                + " is a "
                + (header[4] == CLASS_64 ? "64" : "32")
                + "-bit program for machine "
                + machine
                + ", expected x86-64: compile it for x86-64 (gcc -m64)");
      }
    }
    int mode = (int) Files.getAttribute(program, "unix:mode");
    if ((mode & SET_IDS) != 0) {
      throw CommandException.badInput(
          "program: path="
              + program
              + " is setuid or setgid, expected a plain program: record a copy (cp makes one without"
              + " the bit)");
    }
  }

  private static int magic(byte[] header) {
    return ByteBuffer.wrap(header).getInt();
  }
}
