package dev.yumen.dataplane.exchange;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for every failure that an operator can do something about: the gateway's and the
 * upstreams'. Bounded to so many lines a second, because an outage makes as many failures as there
 * are requests; what was left out is counted. Any thread.
 */
public final class FailureLog {
  private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
  private static final int LINES_PER_SECOND = 50;
  private static final long SECOND = 1_000_000_000L;

  private final LongSupplier nanoClock;
  private final AtomicLong second = new AtomicLong();
  private final AtomicInteger lines = new AtomicInteger();

  public FailureLog(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  void log(Exchange exchange, Failure failure) {
    boolean client = failure.code().source() == FailureCode.Source.CLIENT;
    if (client ? !LOG.isDebugEnabled() : !LOG.isWarnEnabled() || !admitted()) {
      return;
    }
    String text = "{} route {}: {} {}";
    Object[] values = {exchange.id(), exchange.routeId(), failure.code(), failure.detail()};
    if (client) {
      LOG.debug(text, values);
    } else if (failure.cause() == null) {
      LOG.warn(text, values);
    } else {
      LOG.warn(text, values[0], values[1], values[2], values[3], failure.cause());
    }
  }

  private boolean admitted() {
    long now = nanoClock.getAsLong() / SECOND;
    long current = second.get();
    if (now != current && second.compareAndSet(current, now)) {
      int before = lines.getAndSet(0);
      if (before > LINES_PER_SECOND) {
        LOG.warn("{} more failures were not logged", before - LINES_PER_SECOND);
      }
    }
    return lines.incrementAndGet() <= LINES_PER_SECOND;
  }
}
