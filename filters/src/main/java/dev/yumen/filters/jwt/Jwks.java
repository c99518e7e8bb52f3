package dev.yumen.filters.jwt;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import dev.yumen.filters.fetch.Bounds;
import dev.yumen.filters.fetch.Fetcher;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a JWK set is, and how it is fetched. */
@Shorthand("url")
@Describe("A JWK set: where it is fetched, or the set itself.")
public record Jwks(
    @Describe(
            "Address of the set; by default the one that the issuer names in its"
                + " /.well-known/openid-configuration.")
        @Nullable String url,
    @Describe("The set itself, or one JWK, as JSON; secrets (kty oct) may stand here only.") @Secret
        @Nullable String keys,
    @Describe("Whether addresses may be http. For tests: anybody in between can replace the keys.")
        @Default("false")
        boolean allowHttp,
    @Describe("PEM certificates of authorities to trust instead of those of the JDK.")
        @Nullable InputFile ca,
    @Describe("Longest time to fetch a document, from the connection to its last byte.")
        @Default("5s")
        Duration timeout,
    @Describe("Largest document.") @Default("64KiB") DataSize maxSize,
    @Describe(
            "How often keys are fetched when the provider does not say how long they stay right"
                + " (Cache-Control: max-age, taken from 1m to 1d).")
        @Default("10m")
        Duration refresh,
    @Describe("Least time between two fetches because a token names a key that is not known.")
        @Default("10s")
        Duration refetch,
    @Describe(
            "How long keys go on counting that were to be fetched again and could not be; for ever"
                + " by default.")
        @Nullable Duration keep) {
  private static final Duration SECOND = Duration.ofSeconds(1);

  public Jwks {
    if (url != null && keys != null) {
      throw InvalidValue.found("", "both", "url or keys");
    }
    if (url != null) {
      uri("url", url, allowHttp);
    }
    Bounds.check("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
    Bounds.check("refresh", refresh, SECOND, Duration.ofDays(1));
    Bounds.check("refetch", refetch, Duration.ofMillis(100), Duration.ofHours(1));
    if (keep != null) {
      Bounds.check("keep", keep, SECOND, Duration.ofDays(30));
    }
    if (maxSize.bytes() < 1 || maxSize.bytes() > 1 << 20) {
      throw new InvalidValue("max-size", maxSize.toString(), "up to 1MiB");
    }
  }

  /** An address that may be fetched. */
  public static URI uri(String setting, String text, boolean allowHttp) {
    return Fetcher.address(setting, text, allowHttp, "jwks.allow-http");
  }
}
