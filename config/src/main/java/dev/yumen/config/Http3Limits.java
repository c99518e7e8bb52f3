package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import java.time.Duration;

/** Bounds on HTTP/3 where those of HTTP/2, which hold as well, do not fit. */
@Describe(
    "Bounds on HTTP/3. Streams, windows and resets are those of limits.http2; these and the windows"
        + " are read when a listener's UDP port is opened.")
public record Http3Limits(
    @Describe(
            "Silence after which a connection is given up, even with open requests; a client that"
                + " waits for longer has to send PINGs.")
        @Default("5m")
        Duration idle,
    @Describe(
            "Handshakes under way at a listener beyond which a client must prove its address first"
                + " (Retry, RFC 9000 §8.1.2), which costs it a round trip. 0 asks every client.")
        @Default("100")
        int handshakes) {

  public Http3Limits {
    Check.positive("idle", idle);
    Check.range("handshakes", handshakes, 0, 1_000_000);
  }
}
