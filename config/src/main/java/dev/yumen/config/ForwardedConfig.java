package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import org.jspecify.annotations.Nullable;

/** How header fields about the way of a request are written. */
@Describe("How header fields about the way of a request are written.")
public record ForwardedConfig(
    @Describe("Set X-Forwarded-For, -Proto, -Host and -Port towards upstreams.") @Default("true")
        boolean xForwarded,
    @Describe("Set Forwarded (RFC 7239) towards upstreams.") @Default("false") boolean forwarded,
    @Describe("Name written in Via both ways; not written when absent.") @Nullable String via,
    @Describe(
            "Write X-Config-Version in answers: number and hash of the configuration that the"
                + " request was judged by.")
        @Default("false")
        boolean configVersion) {

  public ForwardedConfig {
    if (via != null && !via.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
      throw new InvalidValue("via", via, "a token such as yumen");
    }
  }
}
