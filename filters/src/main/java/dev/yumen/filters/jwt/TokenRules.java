package dev.yumen.filters.jwt;

import dev.yumen.api.DataSize;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.filters.auth.UpstreamIdentity;
import dev.yumen.filters.fetch.Bounds;
import dev.yumen.filters.jwt.JwtFilter.Unknown;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What settings say of a token and of whom it lets in, however the token is proven; and what they
 * may say.
 */
public interface TokenRules {
  @Nullable String issuer();

  /** Any of; empty for everybody. */
  List<String> audience();

  /** All of. */
  List<String> scopes();

  List<String> requiredClaims();

  Duration clockSkew();

  boolean requireExpiry();

  @Nullable String cookie();

  @Nullable String query();

  /** Whether the upstream does not see it. */
  boolean hideCredentials();

  /** Header names by claims. */
  Map<String, String> claimsToHeaders();

  String consumerClaim();

  String groupsClaim();

  Unknown unknown();

  String realm();

  /**
   * Passes where a token may stand beside Authorization.
   *
   * @throws InvalidValue as all of these checks, for a value that may not be
   */
  static void checkPlaces(@Nullable String cookie, @Nullable String query) {
    if (cookie != null) {
      HeaderName.readable("cookie", cookie);
    }
    if (query != null && query.isBlank()) {
      throw new InvalidValue("query", query, "a parameter name");
    }
  }

  /** Passes what bounds tokens, and how many of them are remembered. */
  static void checkBounds(Duration clockSkew, DataSize maxSize, int cache) {
    Bounds.check("clock-skew", clockSkew, Duration.ZERO, Duration.ofMinutes(10));
    if (maxSize.bytes() < 64 || maxSize.bytes() > 1 << 16) {
      throw new InvalidValue("max-size", maxSize.toString(), "64B to 64KiB");
    }
    if (cache < 0 || cache > 1 << 20) {
      throw new InvalidValue("cache", cache, "0 to " + (1 << 20));
    }
  }

  /** Passes scopes (RFC 6749 §3.3); they stand between quotes in a challenge. */
  static void checkScopes(List<String> scopes) {
    for (String scope : scopes) {
      if (scope.isEmpty() || !scope.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"')) {
        throw new InvalidValue("scopes", scope, "one scope, without spaces and quotes");
      }
    }
  }

  /**
   * Passes headers that nothing else writes, each for one claim.
   *
   * @return the same, in order, unmodifiable
   */
  static Map<String, String> checkedHeaders(Map<String, String> claimsToHeaders) {
    Set<String> taken = new HashSet<>();
    UpstreamIdentity.NAMES.forEach(name -> taken.add(plain(name)));
    for (String header : claimsToHeaders.values()) {
      HeaderName.writableInRequest("claims-to-headers", header);
      if (!taken.add(plain(header))) {
        throw new InvalidValue(
            "claims-to-headers", header, "a header for each claim that nothing else writes");
      }
    }
    return Collections.unmodifiableMap(new LinkedHashMap<>(claimsToHeaders));
  }

  /** Look-alikes are the same header to many services. */
  private static String plain(String header) {
    return header.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
