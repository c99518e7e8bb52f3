package dev.yumen.filters.jwt;

import dev.yumen.filters.jwt.JwtFilter.Unknown;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What settings say of a token and of whom it lets in, however the token is proven. */
interface TokenRules {
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

  /** Header names by claims. */
  Map<String, String> claimsToHeaders();

  String consumerClaim();

  String groupsClaim();

  Unknown unknown();

  String realm();
}
