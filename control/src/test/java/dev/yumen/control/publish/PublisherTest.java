package dev.yumen.control.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.MetricsConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.Problem.Severity;
import dev.yumen.control.publish.ReloadStatus.Origin;
import dev.yumen.dataplane.PreparedConfig;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.testkit.ManualClock;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

class PublisherTest {
  private static final String ONE = "routes: [{id: one, match: {path: /1}, respond: {}}]";
  private static final String TWO = "routes: [{id: two, match: {path: /2}, respond: {}}]";
  private static final String BROKEN = "routes: [{id: x, match: {path: x}, respond: {}}]";

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final Metrics metrics =
      new Metrics(new MetricsConfig(true, 100, false), PooledByteBufAllocator.DEFAULT);
  private final List<LoadedConfig> taken = new ArrayList<>();
  private final List<LoadedConfig> kept = new ArrayList<>();
  private final List<String> acts = new ArrayList<>();
  private List<Problem> answer = List.of();
  private final Publisher publisher =
      new Publisher(
          loaded -> {
            taken.add(loaded);
            return new Compiled(answer);
          },
          metrics,
          clock,
          (loaded, live, by) -> kept.add(loaded),
          (kind, what) -> acts.add(kind + " " + what));

  @Test
  void aGoodConfigurationBecomesLive() {
    publisher.started(read(ONE));
    clock.advance(Duration.ofSeconds(5));
    LoadedConfig two = read(TWO);

    assertEquals(
        new ApplyResult.Applied(2, List.of()), publisher.apply(two, Cause.of("file-change")));
    assertEquals(List.of(two), taken);
    assertEquals(
        new ReloadStatus(
            new ReloadStatus.Live(
                2, two.hash(), Instant.parse("2026-01-01T12:00:05Z"), Origin.FILES),
            null),
        publisher.status());
    assertTrue(metricsText().contains("gateway_config_version 2.0"));
    assertTrue(metricsText().contains("gateway_config_reloads_total{result=\"applied\"} 2.0"));
  }

  @Test
  void oneOfAKindIsLoggedWithoutAnS() {
    List<String> lines = new ArrayList<>();
    Logger logger = (Logger) LoggerFactory.getLogger(Publisher.class);
    AppenderBase<ILoggingEvent> listener =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
          }
        };
    listener.start();
    logger.addAppender(listener);
    publisher.started(read(ONE));
    publisher.apply(read(BROKEN), Cause.of("file-change"));
    logger.detachAppender(listener);

    assertEquals(
        "configuration 1 is live: 1 route, 0 warnings, hash " + read(ONE).hash(), lines.getFirst());
    assertEquals("configuration rejected: 1 problem; number 1 stays live", lines.getLast());
  }

  @Test
  void aConfigurationWithErrorsIsRefusedBeforeTheDataPlaneSeesIt() {
    publisher.started(read(ONE));
    LoadedConfig broken = read(BROKEN);

    assertEquals(
        new ApplyResult.Rejected(broken.problems()),
        publisher.apply(broken, Cause.of("file-change")));
    assertEquals(List.of(), taken);
    assertEquals(1, live().number());
    assertEquals(
        new ReloadStatus.Rejection(broken.hash(), clock.instant(), broken.problems()),
        publisher.status().rejected());
    assertTrue(metricsText().contains("gateway_config_reloads_total{result=\"rejected\"} 1.0"));
    assertTrue(metricsText().contains("gateway_config_version 1.0"));
  }

  @Test
  void aConfigurationThatDoesNotCompileIsRefused() {
    publisher.started(read(ONE));
    answer = List.of(new Problem(Severity.ERROR, null, "routes[0]", "conflicts with itself"));

    assertEquals(
        new ApplyResult.Rejected(answer), publisher.apply(read(TWO), Cause.of("file-change")));
    assertEquals(1, live().number());
    assertEquals(1, kept.size());
  }

  @Test
  void warningsDoNotRefuse() {
    publisher.started(read(ONE));
    answer = List.of(new Problem(Severity.WARNING, null, "routes[0]", "never matches"));

    assertEquals(
        new ApplyResult.Applied(2, answer), publisher.apply(read(TWO), Cause.of("file-change")));
  }

  @Test
  void whatBecameLiveAndWhatWasRefusedIsAudited() {
    LoadedConfig one = read(ONE);
    LoadedConfig broken = read(BROKEN);
    publisher.started(one);
    publisher.apply(broken, Cause.of("signal"));

    assertEquals(
        List.of(
            "config-applied {by=start, number=1, config="
                + one.hash()
                + ", origin=files, routes=1}",
            "config-refused {by=signal, config="
                + broken.hash()
                + ", count=1, problems="
                + broken.problems()
                + "}"),
        acts);
  }

  @Test
  void anEmptyFileDoesNotReplaceWhatIsLive() {
    publisher.started(read(ONE));

    assertInstanceOf(
        ApplyResult.Rejected.class, publisher.apply(read("# nothing\n"), Cause.of("file-change")));
    assertEquals(List.of(), taken);
    assertEquals(1, kept.size());
  }

  static List<Throwable> mistakes() {
    return List.of(
        new IllegalStateException("on purpose"),
        new NoClassDefFoundError("a class that is not there"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeOfTheDataPlaneRefusesToo(Throwable mistake) {
    Publisher failing =
        new Publisher(
            loaded -> {
              if (mistake instanceof Error error) {
                throw error;
              }
              throw (RuntimeException) mistake;
            },
            metrics,
            clock,
            (loaded, live, by) -> kept.add(loaded),
            (kind, what) -> acts.add(kind + " " + what));
    failing.started(read(ONE));

    assertInstanceOf(ApplyResult.Rejected.class, failing.apply(read(TWO), Cause.of("file-change")));
    assertNotNull(failing.status().live());
    assertEquals(1, failing.status().live().number());
  }

  @Test
  void anUnchangedConfigurationIsNotAppliedAgain() {
    publisher.started(read(ONE));

    assertEquals(new ApplyResult.Unchanged(1), publisher.apply(read(ONE), Cause.of("file-change")));
    assertEquals(List.of(), taken);
  }

  @Test
  void aChangedVariableIsAChange() {
    String text = ONE.replace("/1", "\"${ADDRESS}\"");
    publisher.started(read(text, Map.of("ADDRESS", "/a")));

    assertEquals(
        new ApplyResult.Applied(2, List.of()),
        publisher.apply(read(text, Map.of("ADDRESS", "/b")), Cause.of("file-change")));
  }

  @Test
  void aRejectionIsForgottenWithTheNextGoodOne() {
    publisher.started(read(ONE));
    publisher.apply(read(BROKEN), Cause.of("file-change"));
    publisher.apply(read(TWO), Cause.of("file-change"));

    assertNull(publisher.status().rejected());
  }

  @Test
  void aRejectionIsForgottenWhenTheFilesAreAsTheyWere() {
    publisher.started(read(ONE));
    publisher.apply(read(BROKEN), Cause.of("file-change"));
    publisher.apply(read(ONE), Cause.of("file-change"));

    assertNull(publisher.status().rejected());
  }

  @Test
  void everyLiveConfigurationOfTheNamedFilesIsKept() {
    LoadedConfig one = read(ONE);
    LoadedConfig two = read(TWO);
    publisher.started(one);
    publisher.apply(two, Cause.of("file-change"));
    publisher.apply(read(BROKEN), Cause.of("file-change"));

    assertEquals(List.of(one, two), kept);
  }

  @Test
  void aStartWithTheLastGoodShowsWhyAndIsReplacedByARepair() {
    LoadedConfig broken = read(BROKEN);
    publisher.startedWithLastGood(read(ONE), broken, broken.problems());

    assertEquals(Origin.LAST_GOOD, live().origin());
    assertNotNull(publisher.status().rejected());
    assertEquals(List.of(), kept);

    assertInstanceOf(
        ApplyResult.Applied.class, publisher.apply(read(ONE), Cause.of("file-change")));
    assertEquals(Origin.FILES, live().origin());
    assertNull(publisher.status().rejected());
  }

  @Test
  void theStatusIsOneJsonObject() {
    publisher.started(read(ONE));
    publisher.apply(read(BROKEN), Cause.of("file-change"));

    String json = publisher.status().json();
    assertTrue(
        json.startsWith("{\"live\":{\"number\":1,\"hash\":\"" + live().hash() + "\","), json);
    assertTrue(json.contains("\"since\":\"2026-01-01T12:00:00Z\",\"origin\":\"files\"}"), json);
    assertTrue(json.contains("\"count\":1,\"problems\":[\"test.yaml:1:"), json);
    assertEquals("{}", new ReloadStatus(null, null).json());
  }

  private ReloadStatus.Live live() {
    ReloadStatus.Live live = publisher.status().live();
    assertNotNull(live);
    return live;
  }

  private LoadedConfig read(String text) {
    return read(text, Map.of());
  }

  private LoadedConfig read(String text, Map<String, String> environment) {
    return new ConfigReader(Map.of(), environment).readText("test.yaml", text, folder);
  }

  private String metricsText() {
    return new String(metrics.scrape(null, null).body(), UTF_8);
  }

  /** What a data plane made of a configuration. */
  private record Compiled(List<Problem> problems) implements PreparedConfig {
    @Override
    public List<Problem> publish() {
      return problems;
    }

    @Override
    public void close() {}
  }
}
