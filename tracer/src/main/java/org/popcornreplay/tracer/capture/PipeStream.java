package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;

/** A stream that is read by way of a pipe, and is open as long as that is. */
abstract class PipeStream implements ReadableByteChannel {
  final ReadableByteChannel pipe;

  PipeStream(ReadableByteChannel pipe) {
    this.pipe = pipe;
  }

  @Override
  public final boolean isOpen() {
    return pipe.isOpen();
  }

  @Override
  public final void close() throws IOException {
    pipe.close();
  }
}
