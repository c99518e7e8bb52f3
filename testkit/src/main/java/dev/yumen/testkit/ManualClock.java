package dev.yumen.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is moved. Safe for use by several threads. */
public final class ManualClock implements InstantSource {
  private final Instant start;
  private final AtomicLong nanos = new AtomicLong();

  /** Starts at noon of 2026-01-01, UTC. */
  public ManualClock() {
    this(Instant.parse("2026-01-01T12:00:00Z"));
  }

  public ManualClock(Instant start) {
    this.start = start;
  }

  /** Moves the clock; a negative duration moves it back. */
  public void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
  }

  @Override
  public Instant instant() {
    return start.plusNanos(nanos.get());
  }

  /** As {@link System#nanoTime}: starts at 0. */
  public long nanoTime() {
    return nanos.get();
  }
}
