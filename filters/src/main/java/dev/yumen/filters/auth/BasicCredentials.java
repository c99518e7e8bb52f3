package dev.yumen.filters.auth;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Headers;
import dev.yumen.api.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A user name and a password as a request shows them by the scheme Basic (RFC 7617).
 *
 * @param password as it came; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record BasicCredentials(String user, byte[] password) {
  private static final String SCHEME = "Basic ";

  /** Whether there are any, well-formed or not. */
  static boolean areShown(Headers headers) {
    String authorization = headers.first("authorization");
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }

  /** The bytes of both with a colon between; null when they are malformed, or there are two. */
  static byte @Nullable [] of(Headers headers) {
    String authorization = headers.first("authorization");
    if (authorization == null || headers.all("authorization").size() != 1) {
      return null;
    }
    try {
      return Base64.getDecoder().decode(authorization.substring(SCHEME.length()).strip());
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  /** Parts what {@link #of} gives at its first colon. */
  static BasicCredentials parse(byte[] both) {
    int colon = 0;
    while (colon < both.length && both[colon] != ':') {
      colon++;
    }
    int rest = Math.min(colon + 1, both.length);
    return new BasicCredentials(
        new String(both, 0, colon, StandardCharsets.UTF_8),
        Arrays.copyOfRange(both, rest, both.length));
  }

  /** The refusal of a request that shows none. */
  static Verdict missing(String realm) {
    return refuse(FailureCode.AUTH_MISSING, "no Authorization of scheme Basic", realm);
  }

  /** The refusal of a request that shows wrong ones. */
  static Verdict invalid(String realm) {
    return refuse(FailureCode.AUTH_INVALID, "an unknown user or password", realm);
  }

  private static Verdict refuse(FailureCode code, String detail, String realm) {
    String challenge = "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
    return Verdict.fail(Failure.of(code, detail).header("www-authenticate", challenge));
  }

  @Override
  public String toString() {
    return "basic " + user;
  }
}
