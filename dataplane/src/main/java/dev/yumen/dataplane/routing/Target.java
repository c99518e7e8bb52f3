package dev.yumen.dataplane.routing;

import dev.yumen.config.RouteConfig.Ambiguous;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request target in normal form: where its path and query lie. Reusable; filled by {@link
 * TargetNormalizer}. The ranges point into the array that was normalised, or into scratch space of
 * this object, so they hold until that array changes or this object is filled again.
 *
 * <p>A path with {@code //} has two normal forms, one with the empty segments removed and one with
 * them; all others have one, and both accessors give it.
 */
public final class Target {
  /** {@code %2f} occurs. */
  public static final int ENCODED_SLASH = 1;

  /** A backslash occurs, raw or as {@code %5c}. */
  public static final int BACKSLASH = 2;

  /**
   * A segment of one or two dots ends where only some servers see an end: {@code ..;}, {@code
   * ..%3b}, or next to {@code %2f} or a backslash.
   */
  public static final int DOT_PARAMETERS = 4;

  /** {@code //} occurs, so that the two normal forms differ. */
  public static final int DOUBLE_SLASH = 8;

  static final byte[] ROOT = {'/'};

  byte[] merged = ROOT;
  int mergedStart;
  int mergedEnd = 1;
  byte[] unmerged = ROOT;
  int unmergedStart;
  int unmergedEnd = 1;
  byte[] query = ROOT;
  int queryStart;
  int queryEnd;
  boolean hasQuery;
  int forms;
  final Utf8Check utf8 = new Utf8Check();

  private byte[] scratch = {};
  private byte[] mergedScratch = {};

  /** The array that holds the path; empty segments removed. */
  public byte[] path() {
    return merged;
  }

  public int pathStart() {
    return mergedStart;
  }

  public int pathEnd() {
    return mergedEnd;
  }

  /** The array that holds the path with its empty segments. */
  public byte[] unmergedPath() {
    return unmerged;
  }

  public int unmergedPathStart() {
    return unmergedStart;
  }

  public int unmergedPathEnd() {
    return unmergedEnd;
  }

  /** Whether there is a query, be it empty. */
  public boolean hasQuery() {
    return hasQuery;
  }

  /** The array that holds the query, which is as it was sent, without its question mark. */
  public byte[] query() {
    return query;
  }

  public int queryStart() {
    return queryStart;
  }

  public int queryEnd() {
    return queryEnd;
  }

  /** The forms found: {@link #ENCODED_SLASH} and the others, added up. */
  public int forms() {
    return forms;
  }

  /** Whether this is {@code *}, as in {@code OPTIONS *}. */
  public boolean isAsterisk() {
    return merged[mergedStart] == '*';
  }

  /** The path with its empty segments removed. */
  public String pathText() {
    return new String(merged, mergedStart, mergedEnd - mergedStart, StandardCharsets.ISO_8859_1);
  }

  /** The path with its empty segments. */
  public String unmergedPathText() {
    return new String(
        unmerged, unmergedStart, unmergedEnd - unmergedStart, StandardCharsets.ISO_8859_1);
  }

  /** The query as it was sent, one character for each octet; null when there is none. */
  public @Nullable String queryText() {
    return hasQuery
        ? new String(query, queryStart, queryEnd - queryStart, StandardCharsets.ISO_8859_1)
        : null;
  }

  /** The first ambiguous form found that is not allowed, or null when nothing stands against it. */
  public @Nullable Ambiguous refused(Set<Ambiguous> allowed) {
    return forms == 0 ? null : refused(forms, allowed);
  }

  static @Nullable Ambiguous refused(int forms, Set<Ambiguous> allowed) {
    if ((forms & ENCODED_SLASH) != 0 && !allowed.contains(Ambiguous.ENCODED_SLASH)) {
      return Ambiguous.ENCODED_SLASH;
    }
    if ((forms & BACKSLASH) != 0 && !allowed.contains(Ambiguous.BACKSLASH)) {
      return Ambiguous.BACKSLASH;
    }
    if ((forms & DOT_PARAMETERS) != 0 && !allowed.contains(Ambiguous.DOT_PARAMETERS)) {
      return Ambiguous.DOT_PARAMETERS;
    }
    return null;
  }

  void clear() {
    path(ROOT, 0, 1);
    query = ROOT;
    queryStart = 0;
    queryEnd = 0;
    hasQuery = false;
    forms = 0;
  }

  void path(byte[] bytes, int start, int end) {
    merged = bytes;
    mergedStart = start;
    mergedEnd = end;
    unmerged = bytes;
    unmergedStart = start;
    unmergedEnd = end;
  }

  byte[] scratch(int length) {
    if (scratch.length < length) {
      scratch = new byte[Math.max(length, 256)];
    }
    return scratch;
  }

  byte[] mergedScratch(int length) {
    if (mergedScratch.length < length) {
      mergedScratch = new byte[Math.max(length, 256)];
    }
    return mergedScratch;
  }

  @Override
  public String toString() {
    return hasQuery ? pathText() + "?" + queryText() : pathText();
  }
}
