package dev.yumen.dataplane.wire;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * Listens to the log for lines that only a bug writes: errors of the gateway, and warnings of Netty
 * about listeners, tasks and handlers that threw. Threads that die are heard too.
 */
final class LogWatch extends AppenderBase<ILoggingEvent> {
  private final List<String> bugs = new CopyOnWriteArrayList<>();

  static LogWatch begin() {
    LogWatch watch = new LogWatch();
    watch.setName("log-watch");
    watch.start();
    root().addAppender(watch);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> watch.bugs.add(thread.getName() + " died of " + thrown));
    return watch;
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  @Override
  protected void append(ILoggingEvent event) {
    Level threshold = event.getLoggerName().startsWith("dev.yumen") ? Level.ERROR : Level.WARN;
    if (event.getLevel().isGreaterOrEqual(threshold)) {
      IThrowableProxy thrown = event.getThrowableProxy();
      StringBuilder text = new StringBuilder(event.getFormattedMessage());
      for (; thrown != null; thrown = thrown.getCause()) {
        text.append(" <- ").append(thrown.getClassName()).append(": ").append(thrown.getMessage());
        for (int i = 0; i < Math.min(6, thrown.getStackTraceElementProxyArray().length); i++) {
          text.append(' ').append(thrown.getStackTraceElementProxyArray()[i]);
        }
      }
      bugs.add(text.toString());
    }
  }

  void forget(String text) {
    bugs.removeIf(line -> line.contains(text));
  }

  /** Stops listening; returns what was heard. */
  List<String> end() {
    root().detachAppender(this);
    Thread.setDefaultUncaughtExceptionHandler(null);
    stop();
    return List.copyOf(bugs);
  }
}
