package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import java.time.Duration;

/** How clients of a listener learn that it speaks HTTP/3 too. */
@Describe("How clients of a listener learn that it speaks HTTP/3 too.")
public record Http3Config(
    @Describe(
            "Whether answers over HTTP/1.1 and HTTP/2 say so, by the field Alt-Svc (RFC 7838). One"
                + " that a service has set stays as it is.")
        @Default("true")
        boolean advertise,
    @Describe(
            "UDP port that clients reach it at, where something in front maps ports. 0 is the port"
                + " that they have connected to.")
        @Default("0")
        int port,
    @Describe("How long a client may remember it.") @Default("1d") Duration maxAge) {

  static final Http3Config USUAL = new Http3Config(true, 0, Duration.ofDays(1));

  public Http3Config {
    Check.range("port", port, 0, 65_535);
    Check.positive("max-age", maxAge);
  }
}
