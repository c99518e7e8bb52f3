package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import java.time.Duration;

/** Bounds on what one HTTP/2 connection of a client may use. */
@Describe("Bounds on what one HTTP/2 connection of a client may use.")
public record Http2Limits(
    @Describe("Most requests of one connection at the same time.") @Default("128") int streams,
    @Describe("Bytes of a request body that a client may send before some of it went on.")
        @Default("256KiB")
        DataSize streamWindow,
    @Describe("The same for all request bodies of a connection together.") @Default("1MiB")
        DataSize connectionWindow,
    @Describe(
            "Requests that a client may cancel, or break so that they are reset, within 30 s"
                + " (CVE-2023-44487, CVE-2025-8671); then the connection is closed.")
        @Default("200")
        int resets,
    @Describe(
            "PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty and unknown frames that a client may"
                + " send within 10 s beyond a few for each useful frame; then the connection is"
                + " closed.")
        @Default("1000")
        int controlFrames,
    @Describe("Silence after which a connection with open requests is asked by a PING.")
        @Default("30s")
        Duration pingAfter,
    @Describe("Time for the answer to that PING; then the connection is closed.") @Default("20s")
        Duration pingTimeout) {

  public Http2Limits {
    Check.range("streams", streams, 1, 100_000);
    Check.range("stream-window", streamWindow, 16 << 10, 1 << 30);
    Check.range("connection-window", connectionWindow, 64 << 10, 1 << 30);
    Check.range("resets", resets, 1, 1_000_000);
    Check.range("control-frames", controlFrames, 10, 10_000_000);
    Check.positive("ping-after", pingAfter);
    Check.positive("ping-timeout", pingTimeout);
  }
}
