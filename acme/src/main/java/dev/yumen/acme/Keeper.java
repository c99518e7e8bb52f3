package dev.yumen.acme;

import dev.yumen.acme.CertificateStore.Stored;
import dev.yumen.config.AcmeDomain;
import dev.yumen.dataplane.observe.AcmeMetrics;
import dev.yumen.dataplane.observe.AcmeMetrics.Outcome;
import dev.yumen.dataplane.tls.IssuedCertificate;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sees to it that one domain has a certificate: looks at what is stored, orders when it is time,
 * and stores what it gets. A certificate that is there stays there whatever fails. One virtual
 * thread of its own, on which everything but {@link #wake} and {@link #stop} happens.
 */
final class Keeper {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  /** Another gateway may order, and somebody may take the file away. */
  private static final Duration LOOK_AGAIN = Duration.ofHours(1);

  private static final Duration LOOK_AGAIN_WHILE_ANOTHER_ORDERS = Duration.ofSeconds(15);

  /** The clock may jump while it is waited, as after a sleep of the machine. */
  private static final long LONGEST_WAIT_MILLIS = 60_000;

  private final AcmeDomain domain;
  private final Surroundings around;
  private final Plan plan;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopped;

  // Of the keeper's own thread.
  private final Renewal renewal;
  private Instant lastSuccess = Instant.EPOCH;
  private boolean announced;

  /**
   * What a keeper needs.
   *
   * @param name of the authority, for the log
   * @param slots how many orders of this authority may be under way
   */
  record Surroundings(
      String name,
      Authority authority,
      CertificateStore store,
      Semaphore slots,
      AcmeMetrics metrics,
      InstantSource clock) {}

  Keeper(AcmeDomain domain, Surroundings around, Plan plan) {
    this.domain = domain;
    this.around = around;
    this.plan = plan;
    this.renewal = new Renewal(plan, around.authority());
    this.thread = Thread.ofVirtual().name("acme " + domain.domain()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Looks at the storage soon, as when something changed in it. Any thread. */
  void wake() {
    wake.release();
  }

  /** Gives up what is under way; does not wait. Any thread. */
  void stop() {
    stopped = true;
    thread.interrupt();
  }

  /** Waits for its end, which comes soon after {@link #stop}. */
  void join(Duration most) throws InterruptedException {
    thread.join(most);
  }

  private void run() {
    try {
      while (!stopped) {
        await(step());
      }
    } catch (InterruptedException _) {
      // The end.
    } catch (RuntimeException e) {
      LOG.error("the certificate of {} is no longer looked after", domain, e); // a bug
    } finally {
      around.metrics().gone(domain.issuer(), domain.domain());
    }
  }

  private void await(Instant until) throws InterruptedException {
    while (!stopped) {
      long left = Duration.between(around.clock().instant(), until).toMillis();
      if (left <= 0
          || wake.tryAcquire(Math.min(left, LONGEST_WAIT_MILLIS), TimeUnit.MILLISECONDS)) {
        wake.drainPermits();
        return;
      }
    }
  }

  /**
   * Does what there is to do now.
   *
   * @return when to look again
   */
  Instant step() throws InterruptedException {
    Instant now = around.clock().instant();
    IssuedCertificate current = null;
    try {
      current = current(now);
      Instant due = due(current, now);
      around.metrics().domain(domain.issuer(), domain.domain(), due, lastSuccess);
      return due.isAfter(now) ? earlier(due, now.plus(LOOK_AGAIN)) : order(current, now);
    } catch (OrderFailed e) {
      return failed(e, current);
    } catch (IOException e) {
      return failed(AcmeFailures.of(e), current);
    }
  }

  /** What can be used of what is stored; a damaged file is put out of the way. */
  private @Nullable IssuedCertificate current(Instant now) throws IOException {
    return switch (around.store().read(domain.domain())) {
      case Stored.Absent() -> null;
      case Stored.Good(IssuedCertificate certificate) -> certificate;
      case Stored.Damaged(String reason) -> {
        LOG.error(
            "{}; it is kept as {}, and a new certificate is ordered",
            reason,
            around.store().keepAside(domain.domain(), now));
        yield null;
      }
    };
  }

  private Instant due(@Nullable IssuedCertificate current, Instant now)
      throws InterruptedException {
    Instant due = current == null ? now : renewal.of(current, now);
    return due.isAfter(plan.earliest()) ? due : plan.earliest();
  }

  private Instant order(@Nullable IssuedCertificate before, Instant now)
      throws OrderFailed, IOException, InterruptedException {
    try (CertificateStore.Lock lock = around.store().lock(domain.domain())) {
      if (lock == null) {
        LOG.debug("another gateway orders the certificate of {}", domain);
        return now.plus(LOOK_AGAIN_WHILE_ANOTHER_ORDERS);
      }
      IssuedCertificate current = current(now); // another one may just have given up the lock
      if (current != null && renewal.of(current, now).isAfter(now)) {
        return now;
      }
      announce(before);
      around.slots().acquire();
      try {
        Authority.Given given = around.authority().order(domain.domain());
        around.store().write(domain.domain(), given);
      } finally {
        around.slots().release();
      }
    }
    succeeded();
    return around.clock().instant();
  }

  private void announce(@Nullable IssuedCertificate before) {
    if (before == null && !announced) {
      announced = true;
      LOG.info(
          "there is no certificate for {} yet: one is ordered from {}, and clients get a"
              + " self-signed one until it is there",
          domain,
          around.name());
    }
  }

  private void succeeded() throws IOException {
    Instant now = around.clock().instant();
    lastSuccess = now;
    plan.succeeded();
    renewal.succeeded(now);
    around.metrics().ended(domain.issuer(), Outcome.ISSUED);
    LOG.info(
        "got a certificate for {} from {}, kept in {}",
        domain,
        around.name(),
        around.store().folder());
  }

  private Instant failed(OrderFailed failure, @Nullable IssuedCertificate current) {
    Instant now = around.clock().instant();
    if (stopped) {
      return now;
    }
    plan.failed(failure, now);
    around.metrics().ended(domain.issuer(), failure.outcome());
    around.metrics().domain(domain.issuer(), domain.domain(), plan.earliest(), lastSuccess);
    Instant next = plan.earliest().truncatedTo(ChronoUnit.SECONDS);
    String message = String.valueOf(failure.getMessage());
    if (current == null) {
      LOG.error(
          "no certificate for {} from {}: {}; clients get a self-signed one; next try at {}",
          domain,
          around.name(),
          message,
          next);
    } else {
      boolean expired = now.isAfter(current.notAfter());
      LOG.atLevel(expired ? Level.ERROR : Level.WARN)
          .log(
              "the certificate for {} could not be renewed by {}: {}; the one that {} at {} is"
                  + " still used; next try at {}",
              domain,
              around.name(),
              message,
              expired ? "expired" : "expires",
              current.notAfter(),
              next);
    }
    return earlier(plan.earliest(), now.plus(LOOK_AGAIN));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
