package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.FilterType;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.GatewaySurroundings;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Leaks;
import dev.yumen.testkit.RawClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/**
 * A gateway in this process, as a user's configuration makes it. Closing it proves that it gave
 * everything back: no buffer lost, no state held, no line in the log that only a bug writes.
 */
final class GatewayFixture implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PORTS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      """;
  private static final String MANAGEMENT =
      """
      management: {address: "127.0.0.1:0"}
      """;

  static {
    Leaks.install();
  }

  /** One of the ways in which a gateway starts. */
  @FunctionalInterface
  private interface Starting {
    Gateway start(LoadedConfig loaded) throws StartFailure;
  }

  private final LogWatch log = LogWatch.begin();
  private final Map<String, FilterType<?>> filters = new LinkedHashMap<>();
  private final Gateway gateway;

  private GatewayFixture(String yaml, List<FilterType<?>> filters, Starting starting) {
    filters.forEach(type -> this.filters.put(type.name(), type));
    try {
      gateway = starting.start(load(yaml));
    } catch (StartFailure e) {
      log.end();
      throw new AssertionError(e);
    }
  }

  /**
   * Starts a gateway. Listeners and management get free ports of 127.0.0.1 where the text does not
   * name any.
   */
  static GatewayFixture start(String yaml, FilterType<?>... filters) {
    return new GatewayFixture(
        yaml, List.of(filters), loaded -> Gateway.start(loaded, GatewaySurroundings.OF_PROCESS));
  }

  /** The same, with what is taken for the share of the processors that it uses. */
  static GatewayFixture startWithCpu(String yaml, DoubleSupplier cpu, FilterType<?>... filters) {
    return new GatewayFixture(
        yaml,
        List.of(filters),
        loaded -> Gateway.start(loaded, GatewaySurroundings.OF_PROCESS.withCpu(() -> cpu)));
  }

  /** A configuration without errors, from text as for {@link #start}. */
  LoadedConfig load(String yaml) {
    LoadedConfig loaded = read(yaml);
    if (loaded.config() == null) {
      throw new AssertionError("configuration with errors: " + loaded.problems());
    }
    return loaded;
  }

  /** A configuration, perhaps with errors. */
  LoadedConfig read(String yaml) {
    String text = yaml;
    text = text.contains("listeners:") ? text : PORTS + text;
    text = text.contains("management:") ? text : MANAGEMENT + text;
    return new ConfigReader(filters, Map.of()).readText("test.yaml", text, Path.of("."));
  }

  /** Makes another configuration live. */
  List<Problem> apply(String yaml) {
    return gateway.apply(load(yaml));
  }

  Gateway gateway() {
    return gateway;
  }

  /** The port of the listener {@code http}. */
  int port() {
    return port("http");
  }

  int port(String listener) {
    return Objects.requireNonNull(gateway.addresses().get(listener), listener).getPort();
  }

  RawClient connect() {
    return RawClient.connect(port());
  }

  /** The value of a series, written such as {@code name{label="a"}}; 0 when there is none. */
  long metric(String series) {
    return lines(series).mapToLong(GatewayFixture::value).sum();
  }

  private Stream<String> lines(String series) {
    Set<String> wanted = parts(series);
    return page()
        .filter(line -> !line.startsWith("#") && !line.isEmpty())
        .filter(line -> parts(line.substring(0, line.lastIndexOf(' '))).equals(wanted));
  }

  /** The value of a gauge; not a number when there is none. */
  double gauge(String name) {
    return lines(name)
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Name and labels; their order says nothing. */
  private static Set<String> parts(String series) {
    return Set.of(series.replace("}", "").split("[{,]", -1));
  }

  private Stream<String> page() {
    return new String(gateway.metrics().scrape(null, null).body(), UTF_8).lines();
  }

  private static long value(String line) {
    return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  long rejected(String reason) {
    return metric("gateway_rejected_total{reason=\"" + reason + "\"}");
  }

  long failed(String code) {
    return page()
        .filter(line -> line.startsWith("gateway_failures_total{code=\"" + code + "\""))
        .mapToLong(GatewayFixture::value)
        .sum();
  }

  /** Waits until the series has this value. */
  void awaitMetric(String series, long value) {
    if (!Eventually.holdsWithin(PATIENCE, () -> metric(series) == value)) {
      throw new AssertionError(series + " is " + metric(series) + ", not " + value);
    }
  }

  /** Waits until nothing is under way any more. */
  void awaitIdle() {
    awaitMetric("gateway_requests_in_flight", 0);
  }

  /** The series of the connections to an upstream that are {@code active} or {@code idle}. */
  static String connectionsTo(String upstream, String state) {
    return "gateway_upstream_connections{upstream=\"" + upstream + "\",state=\"" + state + "\"}";
  }

  /** Waits until nothing is under way any more, and no connection to these upstreams is open. */
  void awaitUnconnected(String... upstreams) {
    awaitIdle();
    for (String upstream : upstreams) {
      awaitMetric(connectionsTo(upstream, "active"), 0);
      awaitMetric(connectionsTo(upstream, "idle"), 0);
    }
  }

  /** Takes lines with this text out of what counts as a bug: the test provoked them. */
  void forgetLog(String text) {
    log.forget(text);
  }

  @Override
  public void close() {
    gateway.close();
    boolean released = Eventually.holdsWithin(PATIENCE, () -> gateway.heldStates() == 0);
    List<String> bugs = log.end();
    if (!bugs.isEmpty()) {
      throw new AssertionError("the log speaks of bugs: " + bugs);
    }
    if (!released) {
      throw new AssertionError(gateway.heldStates() + " states held after the end");
    }
    Leaks.assertNone();
  }
}
