package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import java.time.Duration;

/** Bounds on what one client or connection may use. */
@Describe("Bounds on what one client or connection may use. Every one has a default.")
public record LimitsConfig(
    @Describe("Longest request line; longer is 414.") @Default("8KiB") DataSize requestLine,
    @Describe("Most bytes of one header field line; longer is 431.") @Default("16KiB")
        DataSize headerLine,
    @Describe("Most bytes of all header fields together, also of trailers; more is 431.")
        @Default("32KiB")
        DataSize headerBytes,
    @Describe("Most header fields, also of trailers; more is 431.") @Default("100") int headerCount,
    @Describe("Most bytes of a request body; more is 413. 0 is unlimited.") @Default("10GiB")
        DataSize body,
    @Describe("Most bytes of one chunk-size line with its extensions.") @Default("256")
        DataSize chunkLine,
    @Describe("Time for a whole request head, from its first byte; then 408.") @Default("10s")
        Duration headerTimeout,
    @Describe("How long a connection may rest between two requests.") @Default("75s")
        Duration keepAlive,
    @Describe("Longest pause within a request body; then 408.") @Default("30s")
        Duration bodyTimeout,
    @Describe("Longest pause of a client that does not read its answer; then it is closed.")
        @Default("30s")
        Duration writeTimeout,
    @Describe(
            "Least bytes a second, averaged, that a client must send or read while it is the one"
                + " being waited for. 0 is unlimited.")
        @Default("240")
        DataSize minRate,
    @Describe("Time before min-rate counts.") @Default("10s") Duration minRateGrace,
    @Describe(
            "How long an exchange goes on after the client closed its sending side; 0s cancels at"
                + " once.")
        @Default("1s")
        Duration halfClose,
    @Describe("Most connections of all clients; more are closed at once.") @Default("50000")
        int connections,
    @Describe("Most connections of one client address; more are closed at once. 0 is unlimited.")
        @Default("4096")
        int connectionsPerClient,
    @Describe("Requests after which a connection is closed. 0 is unlimited.") @Default("0")
        int requestsPerConnection,
    @Describe("Longest time that a filter may take for one step; then 504.") @Default("10s")
        Duration filterTimeout,
    @Describe(
            "Most bytes of an unwanted request body that are read so that the connection lives"
                + " on.")
        @Default("64KiB")
        DataSize drain,
    @Describe("Longest life of a tunnel (Upgrade) in which nothing moves.") @Default("10m")
        Duration tunnelIdle,
    @Describe("Longest life of a tunnel, whatever moves in it. 0s is unlimited.") @Default("0s")
        Duration tunnelLifetime,
    @Describe(
            "Bytes held for a side that does not read fast enough, before the other side is"
                + " paused.")
        @Default("64KiB")
        DataSize buffer,
    @Describe("Bounds on what one HTTP/2 connection may use.") @Default("{}") Http2Limits http2,
    @Describe("Bounds on HTTP/3 where those of HTTP/2 do not fit.") @Default("{}")
        Http3Limits http3) {

  public LimitsConfig {
    Check.range("request-line", requestLine, 64, 1 << 20);
    Check.range("header-line", headerLine, 64, 1 << 20);
    Check.range("header-bytes", headerBytes, 256, 1 << 20);
    Check.range("header-count", headerCount, 8, 10_000);
    Check.range("chunk-line", chunkLine, 16, 1 << 16);
    Check.positive("header-timeout", headerTimeout);
    Check.positive("keep-alive", keepAlive);
    Check.positive("body-timeout", bodyTimeout);
    Check.positive("write-timeout", writeTimeout);
    Check.positive("min-rate-grace", minRateGrace);
    Check.notNegative("half-close", halfClose);
    Check.range("connections", connections, 1, 10_000_000);
    Check.range("connections-per-client", connectionsPerClient, 0, 10_000_000);
    Check.range("requests-per-connection", requestsPerConnection, 0, Integer.MAX_VALUE);
    Check.positive("filter-timeout", filterTimeout);
    Check.positive("tunnel-idle", tunnelIdle);
    Check.notNegative("tunnel-lifetime", tunnelLifetime);
    Check.range("drain", drain, 0, 1 << 30);
    Check.range("buffer", buffer, 4096, 1 << 26);
  }
}
