package dev.yumen.redis;

import dev.yumen.api.UrlPasswords;
import dev.yumen.dataplane.observe.RedisMetrics;
import dev.yumen.dataplane.redis.RedisOpener;
import dev.yumen.dataplane.tls.UpstreamTls;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the log and the metrics get to know of one Redis: at most one line a second. Any thread. */
final class LinkEvents {
  private static final Logger LOG = LoggerFactory.getLogger(LettuceRedis.class);
  private static final long PAUSE = Duration.ofSeconds(1).toNanos();

  private final String name;
  private final RedisMetrics.Of metrics;
  private final LongSupplier nanoClock;
  private final AtomicLong nextLine;
  private final AtomicLong leftOut = new AtomicLong();

  LinkEvents(RedisOpener.Surroundings around) {
    name = around.name();
    metrics = around.metrics().of(name);
    nanoClock = around.nanoClock();
    nextLine = new AtomicLong(nanoClock.getAsLong());
  }

  RedisMetrics.Of metrics() {
    return metrics;
  }

  void connected(String to) {
    metrics.up(true);
    LOG.info("redis {}: connected to {}", name, to);
  }

  void lost() {
    metrics.up(false);
    warn("the connection was lost");
  }

  void closed() {
    metrics.up(false);
  }

  void notConnected(Throwable failure) {
    warn("can not connect: " + words(failure));
  }

  void warn(String what) {
    long now = nanoClock.getAsLong();
    long next = nextLine.get();
    if (now - next < 0 || !nextLine.compareAndSet(next, now + PAUSE)) {
      leftOut.incrementAndGet();
      return;
    }
    long before = leftOut.getAndSet(0);
    String shown = UrlPasswords.hiddenInText(what);
    LOG.warn("redis {}: {}{}", name, shown, before == 0 ? "" : " (" + before + " lines left out)");
  }

  /** The innermost cause says what happened; those around it, that it did. */
  static String words(Throwable failure) {
    Throwable innermost = failure;
    while (innermost.getCause() != null) {
      if (innermost instanceof SSLException) {
        return UpstreamTls.reason(innermost);
      }
      innermost = innermost.getCause();
    }
    if (innermost instanceof SSLException) {
      return UpstreamTls.reason(innermost);
    }
    String message = innermost.getMessage();
    return message == null || message.isBlank() ? innermost.toString() : message;
  }
}
