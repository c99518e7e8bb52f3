package dev.yumen.dataplane.loop;

import dev.yumen.dataplane.observe.LoopMetrics;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** One event loop with everything that belongs to it. */
public final class Loop {
  /** A tick is 2^25 nanoseconds, about 34 ms. */
  private static final int TICK_SHIFT = 25;

  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

  private final int index;
  private final EventLoop eventLoop;
  private final LoopMetrics metrics;
  private final LongSupplier nanoClock;
  private final DeadlineWheel deadlines;
  private final SendQueue sends;
  private long dateSecond = Long.MIN_VALUE;
  private String date = "";
  private long idHigh = ThreadLocalRandom.current().nextLong();
  private long idLow = ThreadLocalRandom.current().nextLong();

  public Loop(int index, EventLoop eventLoop, LoopMetrics metrics, LongSupplier nanoClock) {
    this.index = index;
    this.eventLoop = eventLoop;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.deadlines = new DeadlineWheel(TICK_SHIFT, nanoClock.getAsLong());
    this.sends = new SendQueue(eventLoop);
  }

  /**
   * Runs something on the loop's thread, soon. Nothing comes of it once the loop has ended: its
   * connections are closed by then. Any thread.
   */
  public void execute(Runnable task) {
    try {
      eventLoop.execute(task);
    } catch (RejectedExecutionException e) {
      if (!eventLoop.isShuttingDown()) {
        throw e;
      }
    }
  }

  /** Starts the ticking; it ends with the event loop. */
  public void start() {
    var _ =
        eventLoop.scheduleAtFixedRate(
            () -> deadlines.advance(nanoTime()),
            1L << TICK_SHIFT,
            1L << TICK_SHIFT,
            TimeUnit.NANOSECONDS);
  }

  /** 0 to the number of loops less one. */
  public int index() {
    return index;
  }

  public EventLoop eventLoop() {
    return eventLoop;
  }

  public LoopMetrics metrics() {
    return metrics;
  }

  public DeadlineWheel deadlines() {
    return deadlines;
  }

  /** What is sent at the end of this turn. */
  public SendQueue sends() {
    return sends;
  }

  /** Monotonic nanoseconds of the injected clock. */
  public long nanoTime() {
    return nanoClock.getAsLong();
  }

  /** The next of a sequence that starts at random: unique ids, not secrets. */
  public String nextId() {
    idLow += 0x9e3779b97f4a7c15L;
    if (idLow == 0) {
      idHigh++;
    }
    byte[] digits = new byte[32];
    hex(mix(idHigh ^ idLow), digits, 0);
    hex(mix(idLow), digits, 16);
    return new String(digits, StandardCharsets.ISO_8859_1);
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }

  /** The time as HTTP writes it (RFC 9110 §5.6.7); made once a second. */
  public String httpDate(long wallMillis) {
    long second = wallMillis / 1000;
    if (second != dateSecond) {
      dateSecond = second;
      date = DATE.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
    }
    return date;
  }

  private static void hex(long value, byte[] into, int at) {
    for (int i = 0; i < 16; i++) {
      into[at + i] = DIGITS[(int) (value >>> (60 - 4 * i)) & 15];
    }
  }
}
