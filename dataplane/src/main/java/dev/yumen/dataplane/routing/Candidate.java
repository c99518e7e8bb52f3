package dev.yumen.dataplane.routing;

/**
 * A rule that was held against a request, and what came of it.
 *
 * @param id of the rule
 */
public record Candidate(String id, Standing standing) {

  /** What came of it. */
  public sealed interface Standing {}

  /** It takes the request. */
  public record Takes() implements Standing {}

  /**
   * It would take the request, were it not for another rule.
   *
   * @param by id of that one
   */
  public record Outranked(String by, Rank why) implements Standing {}

  /**
   * It does not take the request.
   *
   * @param setting within {@code match}, such as {@code headers.x-user}
   * @param expected as a person writes it, such as {@code header x-user is "7"}
   */
  public record Misses(Part part, String setting, String expected) implements Standing {}

  /** Where a rule and a request part. */
  public enum Part {
    HOST,
    PATH,
    METHOD,
    /** A header, the time, a share … */
    CONDITION
  }

  /** What puts one rule before another, the most important first. */
  public enum Rank {
    PRIORITY,
    HOST,
    PATH_KIND,
    /** A longer prefix, or more characters before a regular expression begins. */
    LONGER,
    /** A literal segment where the other has a variable. */
    LITERAL,
    MORE_CONDITIONS
  }
}
