package dev.yumen.dataplane.stream;

/**
 * Streams of a client's connection that ended in a reset, by the client or for what it did, within
 * 30 s: each has made work for nothing (CVE-2023-44487, CVE-2025-8671). Only on its loop.
 */
public final class ResetCount {
  private static final long WINDOW = 30_000_000_000L;

  private final int most;
  private int count;
  private long since;

  public ResetCount(int most, long now) {
    this.most = most;
    this.since = now;
  }

  /** Counts one; whether there were too many of them lately. */
  public boolean tooMany(long now) {
    if (now - since >= WINDOW) {
      since = now;
      count = 0;
    }
    return ++count > most;
  }
}
