package dev.yumen.app;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen history at}: which configuration was live at a time. */
@Command(name = "at", description = "Prints which configuration was live at a time.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class HistoryAtCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOption admin;
  @Mixin private OutputOption output;

  @Parameters(
      paramLabel = "TIME",
      description =
          "2026-01-31T14:03:00Z, or 2026-01-31T14:03 and 14:03 by this machine's clock, the latter"
              + " of the last 24 hours.")
  private String time;

  @Override
  public Integer call() {
    LogSetup.quiet();
    Instant asked = instant(time, Clock.system(ZoneId.systemDefault()));
    if (asked == null) {
      throw new ParameterException(
          spec.commandLine(), time + " (expected: such as 2026-01-31T14:03:00Z or 14:03)");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (AdminClient client = admin.open()) {
      JsonNode version = client.having("/hash", client.get("/versions/at?time=" + time(asked)));
      out.println(output.isJson() ? OutputOption.json(version) : HistoryCommand.row(version));
      out.flush();
    }
    return 0;
  }

  /** With the plus sign of a year beyond 9999 as a query has it. */
  private static String time(Instant asked) {
    return URLEncoder.encode(asked.toString(), StandardCharsets.UTF_8);
  }

  /** Null when it is none of the forms. */
  static @Nullable Instant instant(String text, Clock clock) {
    LocalDateTime now = LocalDateTime.now(clock);
    Stream<Function<String, Instant>> forms =
        Stream.of(
            t -> OffsetDateTime.parse(t).toInstant(),
            t -> LocalDateTime.parse(t).atZone(clock.getZone()).toInstant(),
            t -> {
              LocalDateTime today = now.with(LocalTime.parse(t));
              LocalDateTime last = today.isAfter(now) ? today.minusDays(1) : today;
              return last.atZone(clock.getZone()).toInstant();
            });
    return forms.map(form -> tried(form, text)).filter(t -> t != null).findFirst().orElse(null);
  }

  private static @Nullable Instant tried(Function<String, Instant> form, String text) {
    try {
      return form.apply(text);
    } catch (DateTimeException _) {
      return null;
    }
  }
}
