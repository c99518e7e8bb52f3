package dev.yumen.control.admin;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.Durations;
import dev.yumen.dataplane.audit.AuditTrail;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the admin API tells the program around the gateway: how much to log, and to stop. */
public final class ProgramResources implements Resources {
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final int MOST_FOR_A_WHILE = 100;
  private static final String LOGGER = "root|[A-Za-z_$][\\w$]*(\\.[A-Za-z_$][\\w$]*){0,15}";

  private final Supplier<@Nullable Program> program;
  private final AuditTrail audit;

  /** What goes back by itself, by logger. Guarded by this. */
  private final Map<String, ForAWhile> back = new LinkedHashMap<>();

  /**
   * A level that goes back.
   *
   * @param before null when there was none of its own
   */
  private record ForAWhile(Instant until, @Nullable LogLevel before) {}

  /** What is asked for; null until {@code for} is over. */
  private record Wanted(LogLevel level, @Nullable Duration time) {}

  /**
   * @param program null as long as there is none
   */
  public ProgramResources(Supplier<@Nullable Program> program, AuditTrail audit) {
    this.program = program;
    this.audit = audit;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        new Resource(
            "GET",
            "/log-levels",
            Role.OPERATOR,
            Reach.NONE,
            "Levels of the program's log, by logger.",
            Map.of(),
            call -> levels()),
        new Resource(
                "PUT",
                "/log-levels/{logger}",
                Role.OPERATOR,
                Reach.NONE,
                "Sets the level of a logger, or of root, for a while if one is named.",
                Map.of(),
                this::set)
            .taking(Example.json("{\"level\": \"debug\", \"for\": \"10m\"}").at("logger", "root")),
        new Resource(
            "POST",
            "/drain",
            Role.OPERATOR,
            Reach.NONE,
            "Stops the gateway as SIGTERM does, without losing a request.",
            Map.of(),
            this::drain));
  }

  private Program program() throws Refused {
    Program found = program.get();
    if (found == null) {
      throw new Refused(AdminError.UNAVAILABLE, "the program is not told by this API");
    }
    return found;
  }

  // ---- log levels ----

  private synchronized Response levels() throws Refused {
    Map<String, Object> loggers = new LinkedHashMap<>();
    program().logLevels().forEach((logger, level) -> loggers.put(logger, shown(logger, level)));
    return Answers.json(Map.of("loggers", loggers));
  }

  private Map<String, Object> shown(String logger, @Nullable LogLevel level) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("level", level == null ? null : level.text());
    ForAWhile lent = back.get(logger);
    if (lent != null) {
      shown.put("until", lent.until().toString());
      shown.put("then", lent.before() == null ? null : lent.before().text());
    }
    return shown;
  }

  private synchronized Response set(Call call) throws Refused {
    Program target = program();
    String logger = call.variable("logger");
    if (!logger.matches(LOGGER) || logger.length() > 200) {
      throw new Refused(
          AdminError.INVALID, "logger: " + logger + " (expected: root, or such as dev.yumen)");
    }
    Wanted wanted = wanted(call);
    ForAWhile pending = back.get(logger);
    if (wanted.time() != null && pending == null && back.size() >= MOST_FOR_A_WHILE) {
      throw new Refused(
          AdminError.UNAVAILABLE, MOST_FOR_A_WHILE + " levels are set for a while already");
    }
    LogLevel before = pending == null ? target.logLevels().get(logger) : pending.before();
    target.logLevel(logger, wanted.level());
    back.remove(logger);
    if (wanted.time() != null) {
      goBackLater(target, logger, before, wanted.time());
    }
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("by", call.caller().name());
    what.put("logger", logger);
    what.put("level", wanted.level().text());
    what.put("for", wanted.time() == null ? "" : Durations.text(wanted.time()));
    audit.record("log-level", what);
    return Answers.json(shown(logger, wanted.level()));
  }

  private void goBackLater(
      Program target, String logger, @Nullable LogLevel before, Duration time) {
    ForAWhile lent = new ForAWhile(Instant.now().plus(time), before);
    back.put(logger, lent);
    Executor later = CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS);
    later.execute(() -> goBack(target, logger, lent));
  }

  /** Unless the level was set again in the meantime. */
  private synchronized void goBack(Program target, String logger, ForAWhile lent) {
    if (back.remove(logger, lent)) {
      target.logLevel(logger, lent.before());
    }
  }

  private static Wanted wanted(Call call) throws Refused {
    JsonNode body = AskedRequest.object(call, Set.of("level", "for"));
    LogLevel level = LogLevel.of(body.path("level").asString(""));
    if (level == null) {
      throw new Refused(
          AdminError.INVALID,
          "level: " + body.path("level") + " (expected: trace, debug, info, warn, error or off)");
    }
    return new Wanted(level, body.has("for") ? time(body.path("for").asString("")) : null);
  }

  private static Duration time(String text) throws Refused {
    try {
      Duration time = Durations.parse(text);
      if (time.isPositive() && time.compareTo(LONGEST) <= 0) {
        return time;
      }
    } catch (InvalidValue _) {
      // said below
    }
    throw new Refused(AdminError.INVALID, "for: " + text + " (expected: 1ms to 1d, such as 10m)");
  }

  // ---- stop ----

  private Response drain(Call call) throws Refused {
    Program target = program();
    audit.record("drain", Map.of("by", call.caller().name()));
    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(target::stop);
    return Answers.accepted(Map.of("drain", "begun"));
  }
}
