package dev.yumen.api;

/** What a {@link BodyFilter} wants of one body. */
public sealed interface BodyTreatment {

  /** Nothing: the bytes pass by. */
  record Pass() implements BodyTreatment {
    private static final Pass INSTANCE = new Pass();
  }

  /** Every chunk as it arrives. The length on the wire becomes unknown, so chunked is used. */
  record Stream(BodyTransform transform) implements BodyTreatment {}

  /** Every chunk as it arrives, only to look at: the length on the wire stays as it is. */
  record Inspect(BodyTransform transform) implements BodyTreatment {}

  /**
   * As {@link Inspect}, and a request is not forwarded before the first bytes of its body, or its
   * end without any, have passed: for a filter that may fail by them.
   */
  record Beginning(BodyTransform transform) implements BodyTreatment {}

  /**
   * The whole body as one chunk, empty if there is none. A longer one is 413 for requests, 502 for
   * responses.
   *
   * @param maxBytes the most that is held in memory, at least 1
   */
  record Whole(int maxBytes, BodyTransform transform) implements BodyTreatment {
    public Whole {
      if (maxBytes < 1) {
        throw new InvalidValue("max-bytes", maxBytes, ">= 1");
      }
    }
  }

  static BodyTreatment pass() {
    return Pass.INSTANCE;
  }
}
