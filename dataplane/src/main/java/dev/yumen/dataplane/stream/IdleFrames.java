package dev.yumen.dataplane.stream;

/**
 * How many frames came of late that ask for nothing: those cost work, and only a broken or hostile
 * peer sends many of them. Frames of use pay for some. One for each connection of HTTP/2 and
 * HTTP/3; only on its loop.
 */
public final class IdleFrames {
  private static final long WINDOW = 10_000_000_000L;

  /** Frames without use that each useful frame, of either side, pays for. */
  private static final int FREE = 4;

  /** Bytes of a body that count as a useful frame; fewer would pay for a dribble of them. */
  private static final int PAYING_BYTES = 1024;

  private int idle;
  private long idleSince;

  public IdleFrames(long now) {
    this.idleSince = now;
  }

  /** A frame came that asks for nothing. */
  public void idle() {
    idle++;
  }

  /**
   * A frame of use came, or a head was sent: the peer may have asked for it, or may answer it, by
   * many frames.
   */
  public void useful() {
    idle = Math.max(0, idle - FREE);
  }

  /** Data was sent: the peer may give back the window for it, in pieces of its own choice. */
  public void sent(int bytes) {
    idle = Math.max(0, idle - FREE * bytes / PAYING_BYTES);
  }

  /**
   * Whether more of them came within 10 s than this, less those that were paid for.
   *
   * @param taken whether the peer takes what is sent to it; while it does not, answers to its
   *     frames pile up, and the 10 s do not end
   */
  public boolean flooded(int most, long now, boolean taken) {
    if (taken && now - idleSince >= WINDOW) {
      idleSince = now;
      idle = 0;
    }
    return idle > most;
  }
}
