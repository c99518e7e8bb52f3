package dev.yumen.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.yumen.config.LogConfig;
import dev.yumen.control.admin.LogLevel;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Where the program's own log goes and from which level on. Found by Logback as a service; done in
 * code because reading an XML file would cost a fifth of the time to start.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
  private static final String VARIABLE = "LOG_LEVEL";
  private static final String ROOT = "root";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n");
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(console);
    root.setLevel(level(System.getenv(VARIABLE), Level.INFO));
    libraries(context, root.getLevel());
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Takes over the configured level, unless the environment names one. */
  static void apply(LogConfig config) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Level level = level(System.getenv(VARIABLE), Level.toLevel(config.level().name()));
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
    libraries(context, level);
  }

  /** Levels that are set, by logger. */
  static Map<String, LogLevel> levels() {
    Map<String, LogLevel> levels = new TreeMap<>();
    for (Logger logger : ((LoggerContext) LoggerFactory.getILoggerFactory()).getLoggerList()) {
      if (logger.getLevel() != null) {
        levels.put(shownName(logger), shown(logger.getLevel()));
      }
    }
    return levels;
  }

  private static LogLevel shown(Level level) {
    return level.isGreaterOrEqual(Level.TRACE)
        ? LogLevel.valueOf(level.toString())
        : LogLevel.TRACE;
  }

  private static String shownName(Logger logger) {
    return logger.getName().equals(Logger.ROOT_LOGGER_NAME) ? ROOT : logger.getName();
  }

  /** Sets one; null takes it away, so that it is that of the logger above. */
  static void level(String logger, @Nullable LogLevel level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    String name = logger.equals(ROOT) ? Logger.ROOT_LOGGER_NAME : logger;
    context.getLogger(name).setLevel(level == null ? null : Level.toLevel(level.name()));
  }

  private static void libraries(LoggerContext context, Level level) {
    // Netty's debug lines about its own start are of no use below trace.
    context.getLogger("io.netty").setLevel(quieter(level));
    // What it warns of we say ourselves, and not once for each try to connect.
    context.getLogger("io.lettuce").setLevel(level == Level.TRACE ? level : Level.ERROR);
    context.getLogger("reactor").setLevel(quieter(level));
  }

  /** Only the log's errors, for commands whose output is data. */
  static void quiet() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
  }

  private static Level level(@Nullable String name, Level otherwise) {
    return Level.toLevel(name, otherwise);
  }

  private static Level quieter(Level level) {
    return level == Level.DEBUG ? Level.INFO : level;
  }
}
