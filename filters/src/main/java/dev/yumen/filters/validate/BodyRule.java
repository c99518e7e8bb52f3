package dev.yumen.filters.validate;

import dev.yumen.filters.body.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a request or of an answer may be.
 *
 * @param required whether there must be one
 * @param kinds by media range, the most specific first; empty when everything may be
 */
record BodyRule(boolean required, List<Kind> kinds) {

  /**
   * A kind of body.
   *
   * @param range such as {@code application/json}, {@code text/*} or {@code *}{@code /*}
   * @param check of its JSON; null when any will do
   */
  record Kind(String range, @Nullable Check check) {

    /** Takes JSON of every kind. */
    static final String ANY_JSON = "json";

    private boolean takes(MediaType media) {
      if (range.equals(ANY_JSON)) {
        return media.isJson();
      }
      if (range.equals("*/*")) {
        return true;
      }
      return range.endsWith("/*")
          ? media.name().startsWith(range.substring(0, range.length() - 1))
          : media.name().equals(range);
    }

    /** Exact ranges before those with a star. */
    int stars() {
      return range.equals("*/*") ? 2 : range.endsWith("/*") ? 1 : 0;
    }
  }

  /** The kind that a body of this media type is, or null. */
  @Nullable Kind kind(MediaType media) {
    for (Kind kind : kinds) {
      if (kind.takes(media)) {
        return kind;
      }
    }
    return null;
  }
}
