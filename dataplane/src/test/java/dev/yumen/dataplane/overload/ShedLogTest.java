package dev.yumen.dataplane.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.yumen.api.Priority;
import dev.yumen.config.MetricsConfig;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.observe.OverloadMetrics;
import dev.yumen.testkit.ManualClock;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ShedLogTest {
  private final ManualClock clock = new ManualClock();
  private final OverloadMetrics metrics =
      new Metrics(new MetricsConfig(true, 100, false), PooledByteBufAllocator.DEFAULT).overload();
  private final ShedLog log = new ShedLog(metrics, clock::nanoTime);
  private final Lines lines = new Lines();

  /** What is written. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final List<String> texts = new ArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      texts.add(event.getLevel() + " " + event.getFormattedMessage());
    }
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(ShedLog.class);
  }

  @BeforeEach
  void listen() {
    lines.start();
    logger().addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger().detachAppender(lines);
  }

  private void after(long millis, double pressure) {
    clock.advance(Duration.ofMillis(millis));
    log.pressure(pressure, "cpu 0.95");
  }

  @Test
  void beginningAndEndAreTold() {
    metrics.shed(Priority.LOW);
    after(250, 0);
    after(250, 0.1);
    metrics.shed(Priority.LOW);
    metrics.shed(Priority.HIGH);
    after(250, 0.2);
    after(4_000, 0);
    after(250, 0);
    assertEquals(
        List.of(
            "WARN load is shed from now on: cpu 0.95",
            "INFO load is shed no more after 4 s; requests that were turned away: 2"),
        lines.texts);
  }

  @Test
  void eachIsToldOnceASecondAtMost() {
    for (int i = 0; i < 100; i++) {
      after(50, i % 2 == 0 ? 0.1 : 0);
    }
    assertEquals(10, lines.texts.size(), lines.texts::toString);
  }
}
