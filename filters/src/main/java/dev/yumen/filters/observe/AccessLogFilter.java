package dev.yumen.filters.observe;

import dev.yumen.api.Consumer;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Priority;
import dev.yumen.api.RequestHead;
import dev.yumen.api.Verdict;
import dev.yumen.filters.mask.Masking;
import dev.yumen.filters.mask.Sensitive;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for every exchange when it is over. What the client asked for is kept when this
 * filter has its turn, before later ones rewrite it; a line costs the event loop its bytes and one
 * place in a queue.
 */
public final class AccessLogFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("access-log", Config.class, AccessLogFilter::new);

  /** How a line is written. */
  public enum Format {
    /** One JSON object. */
    JSON,
    /** Pairs {@code name=value}. */
    TEXT
  }

  /** What a line can tell. */
  public enum Field {
    TIME,
    ID,
    TRACE_ID,
    CLIENT,
    PEER,
    CONSUMER,
    PRIORITY,
    SCHEME,
    METHOD,
    HOST,
    PATH,
    QUERY,
    ROUTE,
    STATUS,
    CODE,
    REASON,
    GRPC_STATUS,
    UPSTREAM,
    ATTEMPTS,
    DURATION_MS,
    UPSTREAM_MS,
    REQUEST_BYTES,
    RESPONSE_BYTES,
    USER_AGENT,
    REFERER,
    CONFIG_VERSION
  }

  /** What is written, and where to. */
  @Describe("Writes a line for every request when its answer is complete.")
  public record Config(
      @Describe("JSON objects, or text of name=value pairs.") @Default("json") Format format,
      @Describe("File, relative to the configuration; without it standard output.")
          @Nullable Path file,
      @Describe("Size at which the file is set aside; 0 is never.") @Default("100MiB")
          DataSize maxSize,
      @Describe("Most files set aside; the oldest is deleted first.") @Default("5") int maxFiles,
      @Describe("Percent of the exchanges that are written; failures and 5xx always are.")
          @Default("100")
          double sample,
      @Describe("What a line tells; what an exchange has not is left out.")
          @Default(
              "[time, id, trace-id, client, consumer, priority, method, host, path, query, route,"
                  + " status, grpc-status, code, reason, upstream, duration-ms, upstream-ms,"
                  + " request-bytes, response-bytes, user-agent]")
          List<Field> fields,
      @Describe("Request headers that a line tells too, as header.NAME.") List<String> headers,
      @Describe("Query parameters, and headers, whose values are written as ***.")
          @Default(
              "[access_token, api_key, apikey, code, id_token, key, password, refresh_token,"
                  + " secret, sig, signature, token]")
          List<String> redact,
      @Describe("Personal data that is hidden in what a line repeats of a request.")
          List<Sensitive> mask,
      @Describe("Most bytes of lines that wait for the disk; more are dropped and counted.")
          @Default("4MiB")
          DataSize buffer) {

    private static final Set<String> SECRET =
        Set.of("authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key");

    public Config {
      fields = List.copyOf(fields);
      headers = List.copyOf(headers);
      redact = List.copyOf(redact);
      mask = List.copyOf(mask);
      if (!(sample >= 0 && sample <= 100)) {
        throw new InvalidValue("sample", sample, "0 to 100");
      }
      if (maxFiles < 0 || maxFiles > 1000) {
        throw new InvalidValue("max-files", maxFiles, "0 to 1000");
      }
      for (String name : headers) {
        HeaderName.readable("headers", name);
        if (SECRET.contains(name.toLowerCase(Locale.ROOT))) {
          throw new InvalidValue("headers", name, "a header that holds no secret");
        }
      }
    }
  }

  /** What the client asked for, before other filters change it. */
  private record Asked(
      String host,
      String path,
      @Nullable String query,
      @Nullable String userAgent,
      @Nullable String referer,
      List<String> headers) {}

  /** A field with its name as it is written. */
  private record Column(Field field, LogLine.Name name) {
    static Column of(Field field) {
      return new Column(
          field, new LogLine.Name(field.name().toLowerCase(Locale.ROOT).replace('_', '-')));
    }
  }

  /** Characters of a reason; some repeat what the client or the service sent. */
  private static final int MOST_REASON = 300;

  private static final ThreadLocal<LogLine> LINE = ThreadLocal.withInitial(LogLine::new);

  private final Key<Asked> asked = Key.of("access-log");
  private final LogLine.Form form;
  private final Column[] columns;
  private final Set<Field> has;
  private final String[] headers;
  private final LogLine.Name[] headerKeys;
  private final QueryRedaction redaction;
  private final Masking masking;
  private final double sample;
  private final LogSink sink;
  private final InstantSource clock;

  private AccessLogFilter(Config config, FilterContext context) {
    form = config.format == Format.JSON ? LogLine.Form.JSON : LogLine.Form.TEXT;
    columns = config.fields.stream().map(Column::of).toArray(Column[]::new);
    has = EnumSet.noneOf(Field.class);
    has.addAll(config.fields);
    headers = config.headers.toArray(String[]::new);
    headerKeys =
        config.headers.stream()
            .map(name -> new LogLine.Name("header." + name.toLowerCase(Locale.ROOT)))
            .toArray(LogLine.Name[]::new);
    redaction = new QueryRedaction(config.redact);
    masking = Masking.of(config.mask);
    sample = config.sample;
    clock = context.clock();
    Path file = config.file == null ? null : context.folder().resolve(config.file).toAbsolutePath();
    LogSink.Settings settings =
        new LogSink.Settings(file, config.maxSize, config.maxFiles, config.buffer);
    FilterContext.Counter dropped =
        context.counter(
            "gateway_access_log_dropped", "Access log lines that were not written.", List.of());
    sink =
        context.state(
            LogSink.class,
            "access-log " + settings,
            () -> LogSink.open(settings, dropped, context::nanoTime));
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    RequestHead request = exchange.request();
    exchange.put(
        asked,
        new Asked(
            request.authority(),
            request.path(),
            request.query(),
            has.contains(Field.USER_AGENT) ? request.headers().first("user-agent") : null,
            has.contains(Field.REFERER) ? request.headers().first("referer") : null,
            headerValues(request)));
    return Verdict.proceed();
  }

  /** The values of the configured headers; empty ones for those that were not sent. */
  private List<String> headerValues(RequestHead request) {
    if (headers.length == 0) {
      return List.of();
    }
    List<String> values = new ArrayList<>(headers.length);
    for (String header : headers) {
      String value = request.headers().first(header);
      values.add(value == null ? "" : shown(header, value));
    }
    return values;
  }

  private String shown(String header, String value) {
    if (redaction.hides(header)) {
      return QueryRedaction.HIDDEN;
    }
    return header.equalsIgnoreCase("referer") ? redaction.ofAddress(value) : value;
  }

  @Override
  public void onEnd(Exchange exchange, Ending ending) {
    Asked request = exchange.get(asked);
    if (request == null || !isChosen(ending)) {
      return;
    }
    LogLine line = LINE.get().start(form);
    for (Column column : columns) {
      write(line, column, exchange, request, ending);
    }
    for (int i = 0; i < headerKeys.length; i++) {
      masked(line, headerKeys[i], request.headers.get(i));
    }
    sink.offer(line.end());
  }

  private boolean isChosen(Ending ending) {
    return sample >= 100
        || ending.failure() != null
        || ending.status() >= 500
        || ThreadLocalRandom.current().nextDouble(100) < sample;
  }

  private void write(LogLine line, Column column, Exchange exchange, Asked request, Ending ending) {
    LogLine.Name name = column.name;
    switch (column.field) {
      case TIME -> line.time(name, clock.millis());
      case ID -> line.field(name, exchange.id());
      case TRACE_ID -> line.field(name, exchange.traceId());
      case CLIENT -> line.field(name, exchange.clientAddress().getHostAddress());
      case PEER -> line.field(name, exchange.peerAddress().getHostAddress());
      case CONSUMER -> {
        Consumer consumer = exchange.consumer();
        text(line, name, consumer == null ? null : consumer.name());
      }
      case PRIORITY -> {
        if (exchange.priority() != Priority.NORMAL) {
          line.field(name, exchange.priority().name().toLowerCase(Locale.ROOT));
        }
      }
      case SCHEME -> line.field(name, exchange.scheme());
      case METHOD -> line.field(name, exchange.request().method());
      case HOST -> text(line, name, request.host);
      case PATH -> line.field(name, masking.encoded(request.path));
      case QUERY -> {
        String query = redaction.apply(request.query);
        text(line, name, query == null ? null : masking.encoded(query));
      }
      case ROUTE -> text(line, name, exchange.routeId());
      case STATUS -> line.field(name, ending.status());
      case GRPC_STATUS -> {
        if (ending.grpcStatus() >= 0) {
          line.field(name, ending.grpcStatus());
        }
      }
      case CODE -> text(line, name, codeOf(ending));
      case REASON -> masked(line, name, reasonOf(ending));
      case UPSTREAM -> text(line, name, ending.endpoint());
      case ATTEMPTS -> line.field(name, ending.attempts());
      case DURATION_MS -> line.millis(name, ending.durationNanos());
      case UPSTREAM_MS -> {
        if (ending.upstreamNanos() >= 0) {
          line.millis(name, ending.upstreamNanos());
        }
      }
      case REQUEST_BYTES -> line.field(name, ending.requestBytes());
      case RESPONSE_BYTES -> line.field(name, ending.responseBytes());
      case CONFIG_VERSION -> line.field(name, exchange.configVersion());
      case USER_AGENT -> masked(line, name, request.userAgent);
      case REFERER -> {
        String referer = request.referer;
        text(line, name, referer == null ? null : masking.encoded(redaction.ofAddress(referer)));
      }
    }
  }

  private static @Nullable String codeOf(Ending ending) {
    return ending.failure() == null ? null : ending.failure().code().name();
  }

  private static @Nullable String reasonOf(Ending ending) {
    if (ending.failure() == null) {
      return null;
    }
    String detail = ending.failure().detail();
    return detail.length() <= MOST_REASON ? detail : detail.substring(0, MOST_REASON) + "…";
  }

  private void masked(LogLine line, LogLine.Name name, @Nullable String value) {
    text(line, name, value == null ? null : masking.text(value));
  }

  private static void text(LogLine line, LogLine.Name name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      line.field(name, value);
    }
  }
}
