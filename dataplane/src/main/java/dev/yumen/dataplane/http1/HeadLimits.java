package dev.yumen.dataplane.http1;

import dev.yumen.config.LimitsConfig;

/**
 * How much of a head or of a chunk line is read before it is refused, in bytes without line ends.
 *
 * @param requestLine longest request or status line
 * @param headerLine longest field line
 * @param headerBytes most bytes of all field lines together, their line ends counted
 * @param headerCount most field lines
 * @param chunkLine longest chunk-size line with its extensions
 */
public record HeadLimits(
    int requestLine, int headerLine, int headerBytes, int headerCount, int chunkLine) {

  public static HeadLimits of(LimitsConfig limits) {
    return new HeadLimits(
        limits.requestLine().toInt(),
        limits.headerLine().toInt(),
        limits.headerBytes().toInt(),
        limits.headerCount(),
        limits.chunkLine().toInt());
  }
}
