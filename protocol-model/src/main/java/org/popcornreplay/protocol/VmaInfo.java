package org.popcornreplay.protocol;

/** VMA_INFO_REQUEST and its reply. */
public final class VmaInfo extends Message {
  /** 0 or a negative errno, in the reply. */
  public final int result;

  /** The VMA, in a reply without error; else null. */
  public final Vma vma;

  VmaInfo(
      MessageType type, int from, int to, int bytes, int thread, long page, int result, Vma vma) {
    super(type, from, to, bytes, thread, page);
    this.result = result;
    this.vma = vma;
  }

  @Override
  void digestPayload(Digest digest) {
    digest.add(result);
    digest
        .add(vma == null ? 0 : vma.start())
        .add(vma == null ? 0 : vma.end() * 8 + vma.protection());
  }

  @Override
  public String detail() {
    return vma == null ? (result == 0 ? "" : Outcome.name(result)) : vma.toString();
  }
}
