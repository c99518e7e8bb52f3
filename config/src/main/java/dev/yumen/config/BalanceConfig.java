package dev.yumen.config;

import dev.yumen.api.Attribute;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How one endpoint of several is chosen. */
@Describe("How one endpoint is chosen: the name of a way, or one that needs settings.")
@Shorthand("way")
public record BalanceConfig(
    @Describe(
            "round-robin: in turn, by weight. least-request: of two drawn at random the one with"
                + " fewer requests under way. random: drawn by weight. peak-ewma: of two drawn at"
                + " random the one that is likely to answer first.")
        @Default("round-robin")
        Way way,
    @Describe("Requests with the same key go to the same endpoint.")
        @Nullable ConsistentHash consistentHash,
    @Describe(
            "A client that was given a cookie comes back to the endpoint that it was at before, while"
                + " that is well.")
        @Nullable StickyCookie stickyCookie) {

  /** The way as a person names it: {@code least-request}, or {@code consistent-hash}. */
  public String name() {
    return consistentHash == null
        ? way.name().toLowerCase(Locale.ROOT).replace('_', '-')
        : "consistent-hash";
  }

  /** Ways that need no settings. */
  public enum Way {
    ROUND_ROBIN,
    LEAST_REQUEST,
    RANDOM,
    PEAK_EWMA
  }

  /** Ways to hash. */
  public enum Algorithm {
    MAGLEV,
    RING
  }

  /** What becomes of a request without the key. */
  public enum MissingKey {
    ALLOW,
    REJECT,
    ADDRESS
  }

  /** A client comes back to its endpoint by a cookie. */
  @Describe("A client comes back to its endpoint by a cookie.")
  @Shorthand("secret")
  public record StickyCookie(
      @Describe(
              "What cookies are signed with, at least 16 characters. Gateways with the same secret"
                  + " know each other's cookies.")
          @Secret
          String secret,
      @Describe("Name of the cookie.") @Default("gateway-endpoint") String name,
      @Describe("How long the browser keeps it; 0s until it is closed.") @Default("0s")
          Duration maxAge) {
    public StickyCookie {
      if (secret.length() < 16) {
        throw InvalidValue.found(
            "secret", secret.length() + " characters", "at least 16 characters");
      }
      if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
        throw new InvalidValue("name", name, "a name of a cookie (RFC 6265)");
      }
      Check.notNegative("max-age", maxAge);
    }
  }

  /** Requests with the same key go to the same endpoint. */
  @Describe("Requests with the same key go to the same endpoint.")
  public record ConsistentHash(
      @Describe("What of a request is the key.") @Default("client") Attribute key,
      @Describe(
              "maglev: even shares, and a few keys of others move when an endpoint leaves. ring: no"
                  + " key of others moves, shares are less even.")
          @Default("maglev")
          Algorithm algorithm,
      @Describe(
              "An endpoint with more than this many times its share of the requests under way is"
                  + " passed over, such as 1.25; 0 is unlimited.")
          @Default("0")
          double boundedLoad,
      @Describe(
              "What becomes of a request without the key: allow sends it to any endpoint, reject is"
                  + " 400, address takes the client's address for the key.")
          @Default("allow")
          MissingKey missingKey) {
    public ConsistentHash {
      if (boundedLoad != 0 && (boundedLoad <= 1 || boundedLoad > 100)) {
        throw new InvalidValue("bounded-load", boundedLoad, "0, or more than 1 and at most 100");
      }
    }
  }
}
