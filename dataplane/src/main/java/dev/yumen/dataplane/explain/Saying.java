package dev.yumen.dataplane.explain;

import dev.yumen.api.Remark;
import java.util.List;

/**
 * Something to tell people, in no language yet.
 *
 * @param key a constant of {@link Phrase}, or of another closed set that {@link Wording} has texts
 *     of
 * @param details what stands in the gaps of its text
 */
public record Saying(Enum<?> key, List<String> details) {
  public Saying {
    details = List.copyOf(details);
  }

  public static Saying of(Phrase phrase, String... details) {
    return new Saying(phrase, List.of(details));
  }

  public static Saying of(Remark remark) {
    return new Saying(remark.about(), remark.details());
  }
}
