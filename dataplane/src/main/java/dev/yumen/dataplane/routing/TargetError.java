package dev.yumen.dataplane.routing;

/** Why a request target is refused with 400, whatever the routes allow. */
public enum TargetError {
  /** Neither a path from the root nor {@code *}. */
  NOT_A_PATH("the target is neither a path nor *"),
  /** A raw control character, space or {@code #}: no URI holds these (RFC 3986 §2). */
  BAD_CHARACTER("the target holds a character that no URI can hold"),
  /** A percent sign without two hexadecimal digits after it (RFC 3986 §2.1). */
  BAD_PERCENT("a percent sign in the path is not followed by two hexadecimal digits"),
  /** {@code %00}. */
  NUL("the path holds %00"),
  /** {@code %01} to {@code %1f} and {@code %7f}. */
  CONTROL("the path holds an encoded control character"),
  /** Octets above 7f in the path that are not UTF-8: overlong forms, surrogates, loose octets. */
  BAD_UTF8("the path is not valid UTF-8"),
  /** {@code ..} that would climb above the root. */
  ABOVE_ROOT("the path climbs above the root");

  private final String sentence;

  TargetError(String sentence) {
    this.sentence = sentence;
  }

  /** For people: lower case, without a full stop. */
  public String sentence() {
    return sentence;
  }
}
