package dev.yumen.filters.jwt;

import dev.yumen.api.Identity;
import dev.yumen.filters.jwt.Refusal.Reason;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a token has to say beside being signed (RFC 7519 §4.1). */
final class TokenPolicy {
  /** The end of the year 9999: what is later was not meant as a time. */
  private static final double LATEST = 253_402_300_799d;

  private final TokenRules rules;
  private final List<Algorithm> algorithms;
  private final @Nullable String type;
  private final double skew;

  TokenPolicy(JwtFilter.Config rules) {
    this(rules, rules.algorithm(), rules.type());
  }

  private TokenPolicy(TokenRules rules, List<Algorithm> algorithms, @Nullable String type) {
    this.rules = rules;
    this.algorithms = algorithms;
    this.type = type;
    skew = rules.clockSkew().toMillis() / 1000d;
  }

  /** For tokens of which only claims are known. */
  static TokenPolicy ofClaims(TokenRules rules) {
    return new TokenPolicy(rules, List.of(), null);
  }

  /** Why it is refused now, or null. Nothing is known of the signature yet. */
  @Nullable Refusal check(CompactJws jws, long millis) {
    if (!algorithms.isEmpty() && !algorithms.contains(jws.algorithm())) {
      return new Refusal(Reason.ALGORITHM, "an algorithm that is not allowed here");
    }
    if (type != null && !type.equalsIgnoreCase(plainType(jws.type()))) {
      return new Refusal(Reason.CLAIMS, "typ is not " + type);
    }
    return check(jws.claims(), millis);
  }

  /** As above, of what is said of a token. */
  @Nullable Refusal check(Map<String, Object> claims, long millis) {
    Refusal refusal = times(claims, millis / 1000d);
    return refusal == null ? parties(claims) : refusal;
  }

  /** {@code application/at+jwt} is {@code at+jwt} (RFC 7515 §4.1.9). */
  private static @Nullable String plainType(@Nullable String type) {
    String prefix = "application/";
    return type != null && type.regionMatches(true, 0, prefix, 0, prefix.length())
        ? type.substring(prefix.length())
        : type;
  }

  private @Nullable Refusal times(Map<String, Object> claims, double now) {
    for (String name : List.of("exp", "nbf", "iat")) {
      Object value = claims.get(name);
      if (value != null && time(value) < 0) {
        return new Refusal(Reason.TIME, name + " is not a time");
      }
    }
    Object exp = claims.get("exp");
    if (exp == null && rules.requireExpiry()) {
      return new Refusal(Reason.TIME, "no exp");
    }
    if (exp != null && now >= time(exp) + skew) {
      return new Refusal(Reason.TIME, "expired");
    }
    Object nbf = claims.get("nbf");
    return nbf != null && now + skew < time(nbf) ? new Refusal(Reason.TIME, "not valid yet") : null;
  }

  /** Seconds since 1970, or -1. */
  private static double time(Object claim) {
    double seconds = claim instanceof Number number ? number.doubleValue() : -1;
    return seconds >= 0 && seconds <= LATEST ? seconds : -1;
  }

  private @Nullable Refusal parties(Map<String, Object> claims) {
    if (rules.issuer() != null && !rules.issuer().equals(claims.get("iss"))) {
      return new Refusal(Reason.CLAIMS, "iss is another one");
    }
    if (!rules.audience().isEmpty() && !isFor(claims.get("aud"))) {
      return new Refusal(Reason.CLAIMS, "aud is another one");
    }
    for (String name : rules.requiredClaims()) {
      if (Identity.claim(claims, name) == null) {
        return new Refusal(Reason.CLAIMS, "no claim " + name);
      }
    }
    return subject(claims) == null
        ? new Refusal(Reason.CLAIMS, rules.consumerClaim() + " names nobody")
        : null;
  }

  private boolean isFor(@Nullable Object audience) {
    return audience instanceof List<?> several
        ? rules.audience().stream().anyMatch(several::contains)
        : audience instanceof String one && rules.audience().contains(one);
  }

  /** Whom the token is about, or null. */
  @Nullable String subject(Map<String, Object> claims) {
    return Identity.claim(claims, rules.consumerClaim()) instanceof String text && !text.isBlank()
        ? text
        : null;
  }

  /** From when on the token is not good any more, in milliseconds since 1970. */
  long end(Map<String, Object> claims) {
    Object exp = claims.get("exp");
    return exp == null ? Long.MAX_VALUE : (long) ((time(exp) + skew) * 1000);
  }
}
