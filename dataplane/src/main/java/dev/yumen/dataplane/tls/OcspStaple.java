package dev.yumen.dataplane.tls;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's word that a certificate is not revoked, fetched ahead of the clients that get it
 * (RFC 6066 §8). The first client is what starts it, so that a configuration which is only checked
 * asks nobody; clients get none until the first answer is there, and none when it is too old. Asked
 * on a virtual thread of its own.
 */
final class OcspStaple {
  private static final Logger LOG = LoggerFactory.getLogger(OcspStaple.class);
  private static final Duration AGAIN = Duration.ofMinutes(5);
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(1);

  private final String source;
  private final OcspQuery query;
  private final InstantSource clock;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile OcspQuery.@Nullable Answer answer;
  private volatile @Nullable Thread worker;
  private volatile boolean closed;

  OcspStaple(String source, OcspQuery query, InstantSource clock) {
    this.source = source;
    this.query = query;
    this.clock = clock;
  }

  /** What to send along now; null when there is nothing good. Any thread; does not wait. */
  byte @Nullable [] current() {
    if (!started.get() && started.compareAndSet(false, true)) {
      worker = Thread.ofVirtual().name("ocsp").start(this::run);
    }
    OcspQuery.Answer last = answer;
    return last != null && clock.instant().isBefore(last.until()) ? last.response() : null;
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(fetch().toNanos());
    }
  }

  /** How long to rest. */
  private Duration fetch() {
    try {
      OcspQuery.Answer fetched = query.ask(clock.instant());
      answer = fetched;
      LOG.debug("OCSP: {} is good until {}", source, fetched.until());
      return rest(clock.instant(), fetched.until());
    } catch (OcspQuery.Revoked e) {
      answer = null;
      LOG.error("OCSP: the certificate {} is revoked; clients will refuse it", source);
      return AGAIN;
    } catch (IOException | RuntimeException e) {
      LOG.warn("OCSP: no answer for {} from {}: {}", source, query.responder(), e.toString());
      return AGAIN;
    }
  }

  /** Half of the time that is left: what fails then can be tried many times more. */
  private static Duration rest(Instant now, Instant until) {
    Duration half = Duration.between(now, until).dividedBy(2);
    if (half.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return half.compareTo(LONGEST) > 0 ? LONGEST : half;
  }

  void close() {
    closed = true;
    Thread running = worker;
    if (running != null) {
      LockSupport.unpark(running);
    }
  }
}
