package dev.yumen.app;

import dev.yumen.api.InvalidValue;
import dev.yumen.app.Main.BadInput;
import dev.yumen.app.TopPage.Line;
import dev.yumen.config.Durations;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code yumen top}: what goes through a running gateway, live in the terminal. */
@Command(
    name = "top",
    description = {
      "Shows what goes through a running gateway, second by second, until Ctrl-C.",
      "Prints one look and ends where the output is no terminal. NO_COLOR turns colours off."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TopCommand implements Callable<Integer> {
  private static final Duration LEAST = Duration.ofMillis(500);
  private static final Duration MOST = Duration.ofHours(1);

  @Spec private CommandSpec spec;
  @Mixin private AdminOption admin;
  @Mixin private OutputOption output;

  @Option(
      names = "--interval",
      paramLabel = "DURATION",
      defaultValue = "1s",
      description = "Time between two looks, 500ms to 1h; ${DEFAULT-VALUE} unless given.")
  private String interval;

  @Option(names = "--once", description = "Prints one look and ends.")
  private boolean once;

  @Override
  public Integer call() throws InterruptedException {
    LogSetup.quiet();
    Duration pause = pause();
    PrintWriter out = spec.commandLine().getOut();
    try (AdminClient client = admin.open()) {
      if (output.isJson()) {
        out.println(OutputOption.json(client.having("/interval", client.get("/traffic"))));
      } else if (once || !isTerminal()) {
        page(client, List.of(), TerminalSize.USUAL.columns())
            .forEach(line -> out.println(line.text()));
      } else {
        follow(client, out, pause);
      }
      out.flush();
    }
    return 0;
  }

  private Duration pause() {
    try {
      Duration asked = Durations.parse(interval);
      if (asked.compareTo(LEAST) >= 0 && asked.compareTo(MOST) <= 0) {
        return asked;
      }
    } catch (InvalidValue _) {
      // said below
    }
    throw new ParameterException(
        spec.commandLine(), "--interval " + interval + " (expected: 500ms to 1h)");
  }

  @SuppressWarnings("SystemConsoleNull") // it is null again in JDK 25 where there is no terminal
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private List<Line> page(AdminClient client, List<Double> rates, int width) {
    return TopPage.of(
        admin.address(),
        client.having("/version", client.get("/status")),
        client.get("/traffic"),
        rates,
        width);
  }

  /** Until the process is told to end, which gives the terminal back. */
  private void follow(AdminClient client, PrintWriter out, Duration pause)
      throws InterruptedException {
    client.having(
        "/version",
        client.get("/status")); // what is wrong at the beginning is said on the usual screen
    AtomicReference<TerminalSize> size = new AtomicReference<>(TerminalSize.now());
    Signals.on("WINCH", () -> size.set(TerminalSize.now()));
    CountDownLatch never = new CountDownLatch(1);
    try (TopScreen screen = new TopScreen(out, System.getenv("NO_COLOR") == null)) {
      Runtime.getRuntime().addShutdownHook(new Thread(screen::close, "top-end"));
      do {
        screen.show(look(client, size.get().columns()), size.get().rows());
      } while (!never.await(pause.toMillis(), TimeUnit.MILLISECONDS));
    }
  }

  /** A gateway that is away may come back; until then it is said. */
  private List<Line> look(AdminClient client, int width) {
    try {
      return page(client, before(client), width);
    } catch (BadInput e) {
      String said = String.valueOf(e.getMessage());
      return List.of(
          new Line(said.length() <= width ? said : said.substring(0, width), TopPage.Style.RED));
    }
  }

  private static List<Double> before(AdminClient client) {
    List<Double> rates = new ArrayList<>();
    for (JsonNode item : client.get("/traffic/history").path("items")) {
      rates.add(item.path("requests-per-second").asDouble(0));
    }
    return rates;
  }
}
