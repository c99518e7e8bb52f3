package dev.yumen.dataplane.exchange;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.observe.LineLimit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for every failure that an operator can do something about: the gateway's and the
 * upstreams'. Bounded by a {@link LineLimit}. Any thread.
 */
public final class FailureLog {
  private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);

  private final LineLimit limit;

  public FailureLog(LongSupplier nanoClock) {
    this.limit = new LineLimit(LOG, nanoClock);
  }

  void log(Exchange exchange, Failure failure) {
    boolean client = failure.code().source() == FailureCode.Source.CLIENT;
    if (client ? !LOG.isDebugEnabled() : !limit.admitted()) {
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
}
