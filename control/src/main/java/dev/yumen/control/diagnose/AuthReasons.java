package dev.yumen.control.diagnose;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which check of the tree a filter's refusal belongs to, by the reason that the filter gives to
 * operators. A reason that is not known here belongs where its code says; every reason of {@code
 * docs/troubleshooting-auth.md} is known, and a test looks after that.
 */
final class AuthReasons {
  /** A check and what was seen there. */
  record Refusal(Check check, Sign sign) {}

  private record Row(Pattern reason, Refusal refusal) {}

  private static final List<Row> ROWS =
      List.of(
          row(Check.HEADER, Sign.SEVERAL_CREDENTIALS, "more than one token", "twice"),
          row(
              Check.HEADER,
              Sign.NOT_READABLE,
              "not three parts",
              "not canonical base64url",
              "longer than max-size",
              "characters that no token has",
              "a token inside of the token",
              "not one signature with its input",
              "^(the )?header has"),
          row(Check.SIGNATURE, Sign.NOT_SIGNED_SO, "not signed by", "^no signature$"),
          row(Check.SIGNATURE, Sign.NO_SUCH_KEY, "^no key for it"),
          row(Check.SIGNATURE, Sign.OTHER_ALGORITHM, "algorithm"),
          row(
              Check.SIGNATURE,
              Sign.UNKNOWN_CREDENTIAL,
              "a key that no consumer has",
              "an unknown (user|key)"),
          row(
              Check.SIGNATURE,
              Sign.NOT_COVERED,
              "does not cover",
              "without a signed digest",
              "another body",
              "no body, but",
              "no nonce"),
          row(Check.EXPIRY, Sign.EXPIRED, "(^|: )expired", "not active", "took too long"),
          row(Check.EXPIRY, Sign.NOT_YET_VALID, "not valid yet"),
          row(Check.EXPIRY, Sign.NO_EXPIRY, "no exp$", "no created", "is not a time"),
          row(Check.EXPIRY, Sign.CLOCKS, "(created|made) at "),
          row(Check.EXPIRY, Sign.USED_BEFORE, "used before"),
          row(Check.CLAIMS, Sign.OTHER_AUDIENCE, "aud is another"),
          row(Check.CLAIMS, Sign.OTHER_ISSUER, "iss is another", "of another issuer"),
          row(Check.CLAIMS, Sign.OTHER_TYPE, "typ is not"),
          row(Check.CLAIMS, Sign.CLAIM_MISSING, "no claim ", "names nobody"),
          row(
              Check.CLAIMS,
              Sign.NO_CONSUMER,
              "subject is no consumer",
              "no consumer has the certificate",
              "a consumer that it is not",
              "is called like a consumer"),
          row(Check.RULE, Sign.SCOPE_MISSING, "a scope is missing"),
          row(Check.RULE, Sign.WRONG_ORIGIN, "CORS preflight"),
          row(
              Check.RULE,
              Sign.CROSS_SITE,
              "^csrf: ",
              "Sec-Fetch-Site",
              "^Origin: ",
              "the tokens in cookie and header",
              "the token is not of this session",
              "page of others"),
          row(Check.HEADER, Sign.NO_CREDENTIAL, "showed no certificate"),
          row(Check.SIGNATURE, Sign.TOO_MANY_CHECKS, "too many (tokens|passwords) wait"));

  private AuthReasons() {}

  private static Row row(Check check, Sign sign, String... reasons) {
    return new Row(Pattern.compile(String.join("|", reasons)), new Refusal(check, sign));
  }

  /**
   * Where a refusal belongs.
   *
   * @param code of the failure
   * @param reason one line as the log has it
   */
  static Refusal of(String code, String reason) {
    if (code.equals("AUTH_MISSING")) {
      return new Refusal(Check.HEADER, Sign.NO_CREDENTIAL);
    }
    if (code.equals("AUTH_UNAVAILABLE")) {
      return new Refusal(Check.SIGNATURE, Sign.CANNOT_CHECK);
    }
    for (Row row : ROWS) {
      if (row.reason.matcher(reason).find()) {
        return row.refusal;
      }
    }
    return switch (code) {
      case "AUTH_INVALID" -> new Refusal(Check.SIGNATURE, Sign.UNKNOWN_CREDENTIAL);
      case "FORBIDDEN" -> new Refusal(Check.RULE, Sign.NOT_ALLOWED);
      default -> new Refusal(Check.RULE, Sign.REFUSED_OTHERWISE);
    };
  }

  /** Whether a reason has a row of its own, and is not placed by its code alone. */
  static boolean isKnown(String reason) {
    return ROWS.stream().anyMatch(row -> row.reason.matcher(reason).find());
  }
}
