package dev.yumen.config;

import dev.yumen.api.Attribute;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Shorthand;
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
        @Nullable ConsistentHash consistentHash) {

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
