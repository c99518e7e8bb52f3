package dev.yumen.app;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response.Field;
import dev.yumen.app.Main.BadInput;
import dev.yumen.dataplane.explain.ExplainRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The request that a command is asked about: a URL with options, a line of curl, or an archive. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RequestOptions {
  private static final int TWO = 2;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

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

  @Parameters(
      arity = "0..*",
      paramLabel = "URL",
      description = "The URL, or a line of curl behind two dashes.")
  private List<String> words = List.of();

  /** Whether one is given at all. */
  boolean isGiven() {
    return har != null || !words.isEmpty();
  }

  /** The request. */
  ExplainRequest request() {
    CurlLine.Asked asked = asked();
    try {
      ExplainRequest request = ExplainRequest.of(asked.method(), asked.url(), asked.fields());
      request = client == null ? request : request.from(client);
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

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException _) {
      throw new BadInput("--time " + text + " (expected: a time such as 2026-01-31T08:00:00Z)");
    }
  }

  /** The same as the admin API takes it. */
  Map<String, Object> json() {
    ExplainRequest checked = request();
    CurlLine.Asked asked = asked();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("method", checked.method());
    json.put("url", asked.url());
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (Field field : asked.fields()) {
      fields.computeIfAbsent(field.name(), _ -> new ArrayList<>()).add(field.value());
    }
    json.put("headers", fields);
    putIfGiven(json, "client", client);
    putIfGiven(json, "time", time);
    putIfGiven(json, "listener", listener);
    putIfGiven(json, "sni", serverName);
    return json;
  }

  private static void putIfGiven(Map<String, Object> json, String key, @Nullable String value) {
    if (value != null) {
      json.put(key, value);
    }
  }

  static BadInput bad(InvalidValue e) {
    return new BadInput(e.component() + ": " + e.value() + " (expected: " + e.expected() + ")");
  }
}
