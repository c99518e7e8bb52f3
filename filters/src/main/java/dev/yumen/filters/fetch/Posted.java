package dev.yumen.filters.fetch;

/** What came of sending a form. */
public sealed interface Posted permits Posted.Answer, Fetched.Trouble {

  /**
   * An answer that says something about the form: of status 200, or one that refuses it.
   *
   * @param status 200, or from 400 to 499 except 408 and 429
   */
  record Answer(int status, byte[] body) implements Posted {}
}
