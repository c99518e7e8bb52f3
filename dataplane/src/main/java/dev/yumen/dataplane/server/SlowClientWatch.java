package dev.yumen.dataplane.server;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;

/**
 * Watches that a client keeps up: with its head, with its body, with reading what it is sent. Every
 * wait has an end and every transfer a least rate, so a slow client holds a connection for a
 * bounded time and never a thread. Times are read from the loop's coarse clock.
 */
final class SlowClientWatch extends Deadline {
  private enum Phase {
    REST,
    HEAD,
    BODY,
    NOTHING,
    LINGER,
    TUNNEL
  }

  private static final long SECOND = 1_000_000_000L;

  private final Http1ServerConnection connection;
  private final Loop loop;
  private final ListenerLimits limits;
  private Phase phase = Phase.NOTHING;

  private long readUntil = NONE;
  private long bodyStart;
  private long bodyBytes;
  private long pausedAt = NONE;
  private long lastMove;

  private boolean writing;
  private long writeStart;
  private long sentAtStart;
  private long lastSent;
  private long lastSentMove;

  SlowClientWatch(Http1ServerConnection connection, Loop loop, ListenerLimits limits) {
    this.connection = connection;
    this.loop = loop;
    this.limits = limits;
  }

  /** Between two requests; the rest begins when the client has been sent all it asked for. */
  void resting() {
    phase = Phase.REST;
    readUntil = loop.nanoTime() + limits.keepAliveNanos();
    arm(readUntil);
  }

  /** A head, or the rest of one, must be here by {@code until}. */
  void headExpected(long until) {
    phase = Phase.HEAD;
    readUntil = until;
    arm(until);
  }

  void bodyExpected() {
    long now = now();
    phase = Phase.BODY;
    bodyStart = now;
    lastMove = now;
    bodyBytes = 0;
    pausedAt = NONE;
    armBody(now);
  }

  /** The request is complete: the client owes nothing. */
  void nothingExpected() {
    phase = Phase.NOTHING;
    readUntil = NONE;
  }

  void lingering(long until) {
    phase = Phase.LINGER;
    readUntil = until;
    arm(until);
  }

  void tunnel() {
    phase = Phase.TUNNEL;
    lastMove = now();
    arm(lastMove + limits.tunnelIdleNanos());
  }

  void progress(int bytes) {
    lastMove = now();
    bodyBytes += bytes;
  }

  /** We stopped reading ourselves: that time is not the client's. */
  void pause() {
    if (pausedAt == NONE) {
      pausedAt = now();
    }
  }

  void resume() {
    if (pausedAt != NONE) {
      long waited = now() - pausedAt;
      bodyStart += waited;
      lastMove += waited;
      pausedAt = NONE;
      if (phase == Phase.BODY) {
        armBody(now());
      }
    }
  }

  /** The socket was given something; {@code queued} is all that was ever handed to the channel. */
  void sent(long queued) {
    if (phase == Phase.TUNNEL) {
      lastMove = now();
    }
    if (writing) {
      return;
    }
    long unsent = connection.unsent();
    if (unsent > 0) {
      writing = true;
      writeStart = now();
      sentAtStart = queued - unsent;
      lastSent = sentAtStart;
      lastSentMove = writeStart;
      arm(writeStart + Math.min(SECOND, limits.writeNanos()));
    }
  }

  void stop() {
    phase = Phase.NOTHING;
    writing = false;
    loop.deadlines().cancel(this);
  }

  @Override
  protected void onDeadline(long now) {
    if (writing && !writeGoesOn(now)) {
      return;
    }
    switch (phase) {
      case REST -> {
        if (writing) {
          readUntil = now + limits.keepAliveNanos();
        } else if (now >= readUntil) {
          connection.close();
          return;
        }
        arm(readUntil);
      }
      case HEAD -> {
        if (now >= readUntil) {
          connection.failSlow("header_timeout", timeout("request head took too long"));
          return;
        }
        arm(readUntil);
      }
      case BODY -> bodyGoesOn(now);
      case LINGER -> {
        if (now >= readUntil) {
          connection.close();
          return;
        }
        arm(readUntil);
      }
      case TUNNEL -> {
        if (now - lastMove >= limits.tunnelIdleNanos()) {
          lastMove = now;
          connection.endIdleTunnel();
        }
        arm(lastMove + limits.tunnelIdleNanos());
      }
      case NOTHING -> {}
    }
    if (writing) {
      arm(now + Math.min(SECOND, limits.writeNanos()));
    }
  }

  private void bodyGoesOn(long now) {
    if (pausedAt != NONE) {
      return;
    }
    if (now - lastMove >= limits.bodyNanos()) {
      connection.failSlow("body_timeout", timeout("request body stopped"));
    } else if (tooSlow(bodyBytes, now - bodyStart)) {
      connection.failSlow("body_too_slow", timeout("request body came too slowly"));
    } else {
      armBody(now);
    }
  }

  /** False when the connection was closed. */
  private boolean writeGoesOn(long now) {
    long unsent = connection.unsent();
    if (unsent == 0) {
      writing = false;
      return true;
    }
    long sent = connection.queued() - unsent;
    if (sent > lastSent) {
      lastSent = sent;
      lastSentMove = now;
    }
    if (now - lastSentMove >= limits.writeNanos()
        || tooSlow(sent - sentAtStart, now - writeStart)) {
      connection.closeSlowReader();
      return false;
    }
    return true;
  }

  private boolean tooSlow(long bytes, long nanos) {
    return limits.minBytesPerSecond() > 0
        && nanos > limits.minRateGraceNanos()
        && bytes < (double) limits.minBytesPerSecond() * nanos / SECOND;
  }

  private void armBody(long now) {
    readUntil = Math.min(lastMove + limits.bodyNanos(), now + SECOND);
    arm(readUntil);
  }

  /** Every look checks everything, so the earliest wish is enough; a look too early is harmless. */
  private void arm(long at) {
    if (at < at()) {
      loop.deadlines().set(this, at);
    }
  }

  private long now() {
    return loop.nanoTime();
  }

  private static Failure timeout(String detail) {
    return Failure.of(FailureCode.REQUEST_TIMEOUT, detail);
  }
}
