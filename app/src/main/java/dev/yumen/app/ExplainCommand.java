package dev.yumen.app;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response.Field;
import dev.yumen.app.Main.BadInput;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.ExplanationData;
import dev.yumen.dataplane.explain.Wording;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code yumen explain}: what becomes of a request, and why, without sending it. */
@Command(
    name = "explain",
    description = "Says what becomes of a request, and why, without sending it.",
    footer = {
      "",
      "A line of curl can be pasted behind two dashes:",
      "  yumen explain --config yumen.yaml -- curl -H 'X-A: 1' http://localhost:8080/a"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExplainCommand implements Callable<Integer> {
  private static final int TWO = 2;

  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE|FOLDER",
      description = "The configuration: a YAML or JSON file, or a folder of such files.")
  private Path config;

  @Option(names = "-X", paramLabel = "METHOD", description = "The method; GET unless given.")
  private @Nullable String method;

  @Option(names = "-H", paramLabel = "'NAME: VALUE'", description = "A header field.")
  private List<String> headers = List.of();

  @Option(
      names = "--client",
      paramLabel = "IP",
      description = "Address of the client; this machine's unless given.")
  private @Nullable String client;

  @Option(
      names = "--time",
      paramLabel = "ISO",
      description = "When the request comes, such as 2026-01-31T08:00:00Z; now unless given.")
  private @Nullable String time;

  @Option(
      names = "--listener",
      paramLabel = "NAME",
      description = "The listener it comes by; the one that fits the URL unless given.")
  private @Nullable String listener;

  @Option(
      names = "--sni",
      paramLabel = "HOST",
      description = "The host asked for in TLS; that of the URL unless given.")
  private @Nullable String serverName;

  @Option(
      names = "--har",
      paramLabel = "FILE",
      description = "Takes the request from an HTTP archive.")
  private @Nullable Path har;

  @Option(
      names = "--entry",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Which one of the archive, counted from 1.")
  private int entry;

  @Option(
      names = "--lang",
      paramLabel = "en|zh",
      description = "Language of the texts; that of LANG unless given.")
  private @Nullable String language;

  @Parameters(
      arity = "0..*",
      paramLabel = "URL",
      description = "The URL, or a line of curl behind two dashes.")
  private List<String> words = List.of();

  @Override
  public Integer call() {
    LogSetup.quiet();
    ExplainRequest request = request();
    Wording wording = Wording.of(language());
    LoadedConfig loaded = Wiring.reader(System.getenv()).read(config);
    if (loaded.config() == null) {
      return bad(loaded.problems());
    }
    Instant then = request.time();
    InstantSource clock = then == null ? InstantSource.system() : InstantSource.fixed(then);
    try (OfflineGateway offline = Gateway.offline(loaded, clock)) {
      print(offline.explain(request), wording);
      return 0;
    } catch (StartFailure e) {
      return bad(e.problems());
    } catch (InvalidValue e) {
      throw bad(e);
    }
  }

  private int bad(List<Problem> problems) {
    problems.forEach(spec.commandLine().getErr()::println);
    return Main.BAD_INPUT;
  }

  private static BadInput bad(InvalidValue e) {
    return new BadInput(e.component() + ": " + e.value() + " (expected: " + e.expected() + ")");
  }

  private void print(Explanation told, Wording wording) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(ExplanationData.of(told, wording)));
      return;
    }
    Charset charset = System.out.charset();
    boolean arrows = charset.newEncoder().canEncode('→');
    ExplainText.of(told, wording)
        .forEach(line -> out.println(arrows ? line : line.replace("→", "->")));
  }

  // ---- what is asked ----

  private ExplainRequest request() {
    CurlLine.Asked asked = asked();
    try {
      ExplainRequest request = ExplainRequest.of(asked.method(), asked.url(), asked.fields());
      request = client == null ? request : request.from(address(client));
      return request.at(time == null ? null : instant(time)).by(listener, serverName);
    } catch (InvalidValue e) {
      throw bad(e);
    }
  }

  private CurlLine.Asked asked() {
    if (har != null && words.isEmpty()) {
      return with(HarFile.entry(har, entry));
    }
    boolean curl = !words.isEmpty() && words.getFirst().equals("curl");
    if (har != null || words.isEmpty() || (!curl && words.size() >= TWO)) {
      throw new ParameterException(
          spec.commandLine(), "One URL is expected, or one line of curl, or --har.");
    }
    return with(
        curl
            ? CurlLine.read(words.subList(1, words.size()))
            : new CurlLine.Asked("GET", words.getFirst(), List.of()));
  }

  /** With what the command's own options say. */
  private CurlLine.Asked with(CurlLine.Asked asked) {
    List<Field> fields = new ArrayList<>(asked.fields());
    headers.stream().map(CurlLine::field).forEach(fields::add);
    return new CurlLine.Asked(method == null ? asked.method() : method, asked.url(), fields);
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException _) {
      throw new BadInput("--client " + text + " (expected: an IP address)");
    }
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException _) {
      throw new BadInput("--time " + text + " (expected: a time such as 2026-01-31T08:00:00Z)");
    }
  }

  private @Nullable String language() {
    if (language != null) {
      if (!Wording.LANGUAGES.contains(language)) {
        throw new ParameterException(
            spec.commandLine(), "--lang " + language + " (expected: en or zh)");
      }
      return language;
    }
    Map<String, String> environment = System.getenv();
    return Stream.of("LC_ALL", "LC_MESSAGES", "LANG")
        .map(environment::get)
        .filter(value -> value != null && !value.isEmpty())
        .findFirst()
        .orElse(null);
  }
}
