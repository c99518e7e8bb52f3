package dev.yumen.filters.jwt;

import dev.yumen.api.DataSize;
import dev.yumen.api.FilterContext;
import dev.yumen.filters.jwt.JwtFilter.Unknown;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of one issuer that the gateway itself was given, such as ID tokens: checked as those that
 * clients show are, with the same keys.
 */
public final class IssuerTokens {
  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final DataSize LARGEST = new DataSize(1 << 16);

  private final TokenPolicy policy;
  private final KeySource source;
  private final InstantSource clock;

  /** What a check comes to. */
  public sealed interface Outcome {}

  /** A good one. */
  public record Good(Map<String, Object> claims) implements Outcome {}

  /**
   * One that is not.
   *
   * @param detail one line without anything of the token
   */
  public record Bad(String detail) implements Outcome {}

  /** Nobody can say: there are no keys yet. */
  public record Unknowable() implements Outcome {}

  private IssuerTokens(TokenPolicy policy, KeySource source, InstantSource clock) {
    this.policy = policy;
    this.source = source;
    this.clock = clock;
  }

  /**
   * Those of this issuer for this audience.
   *
   * @param subjectClaim the claim that has to say whom a token is about
   * @param fetching how keys are fetched; their address is found by the issuer
   */
  public static IssuerTokens of(
      FilterContext context, String issuer, String audience, String subjectClaim, Jwks fetching) {
    return of(context, rules(issuer, audience, List.of("sub"), subjectClaim, fetching));
  }

  /**
   * Logout tokens, which need not name a subject (OpenID Connect Back-Channel Logout 1.0 §2.4).
   * What they say of a logout is for the caller to look at.
   */
  public static IssuerTokens ofLogouts(
      FilterContext context, String issuer, String audience, Jwks fetching) {
    return of(context, rules(issuer, audience, List.of("iat", "jti", "events"), "iss", fetching));
  }

  private static IssuerTokens of(FilterContext context, JwtFilter.Config rules) {
    String issuer = Objects.requireNonNull(rules.issuer());
    FetchedKeys keys = FetchedKeys.of(context, issuer, rules.jwks(), Set.of());
    return new IssuerTokens(new TokenPolicy(rules), keys, context.clock());
  }

  private static JwtFilter.Config rules(
      String issuer, String audience, List<String> required, String subjectClaim, Jwks fetching) {
    return new JwtFilter.Config(
        issuer,
        List.of(audience),
        List.of(),
        null,
        null,
        fetching,
        List.of(),
        required,
        null,
        SKEW,
        true,
        null,
        null,
        true,
        Map.of(),
        subjectClaim,
        "groups",
        Unknown.ACCEPT,
        LARGEST,
        0,
        "yumen");
  }

  /** Checks one; blocks while keys are fetched, so not on an event loop. */
  public Outcome verify(String token) {
    return switch (CompactJws.parse(token)) {
      case Refusal refusal -> new Bad(refusal.detail());
      case CompactJws jws -> {
        Refusal refusal = policy.check(jws, clock.millis());
        yield refusal == null ? verify(jws) : new Bad(refusal.detail());
      }
    };
  }

  private Outcome verify(CompactJws jws) {
    Keys keys = source.current();
    if (keys == null) {
      keys = settled(source.first());
      keys = keys == null ? source.current() : keys;
    }
    if (keys != null && keys.candidates(jws).isEmpty()) {
      Keys newer = settled(source.refetch());
      Keys latest = newer == null ? source.current() : newer; // others may have fetched them
      keys = latest == null ? keys : latest;
    }
    if (keys == null) {
      return new Unknowable();
    }
    return keys.candidates(jws).stream().anyMatch(key -> key.verifies(jws))
        ? new Good(jws.claims())
        : new Bad("not signed by a key of the issuer");
  }

  private static @Nullable Keys settled(@Nullable CompletionStage<@Nullable Keys> coming) {
    return coming == null ? null : coming.toCompletableFuture().join();
  }

  /**
   * The claims of a token that {@link #verify} has found good before.
   *
   * @return null when it is none
   */
  public static @Nullable Map<String, Object> claims(String token) {
    return CompactJws.parse(token) instanceof CompactJws jws ? jws.claims() : null;
  }
}
