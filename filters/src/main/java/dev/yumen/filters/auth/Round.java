package dev.yumen.filters.auth;

import dev.yumen.api.Verdict;
import org.jspecify.annotations.Nullable;

/** What comes of asking several filters about one request, one after the other. */
sealed interface Round permits FirstYes, EveryYes {

  /** The next filter is about to be asked. */
  void asking();

  /**
   * It has said this.
   *
   * @param name what the filter is called
   * @return the verdict of all of them; null when the next is to be asked
   */
  @Nullable Verdict heard(String name, Verdict verdict);

  /** The verdict when there is no other to ask. */
  Verdict end();
}
