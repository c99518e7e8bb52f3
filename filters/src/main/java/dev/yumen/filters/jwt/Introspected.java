package dev.yumen.filters.jwt;

/** What became of asking about a token. */
sealed interface Introspected {

  /**
   * It counts.
   *
   * @param fresh until when nobody needs to be asked again, in milliseconds since 1970
   */
  record Active(Decision decision, long fresh) implements Introspected {}

  /** It does not count, or not here. */
  record Refused(Refusal refusal) implements Introspected {}

  /**
   * The service did not say.
   *
   * @param why one line for the log
   */
  record Unsaid(String why) implements Introspected {}
}
