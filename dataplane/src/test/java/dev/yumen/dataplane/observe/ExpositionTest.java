package dev.yumen.dataplane.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FailureCode;
import dev.yumen.api.Priority;
import dev.yumen.api.RedisFailure;
import dev.yumen.config.MetricsConfig;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ExpositionTest {
  private final Metrics metrics =
      new Metrics(new MetricsConfig(true, 10_000, true), PooledByteBufAllocator.DEFAULT);

  @Test
  void textIsWellFormedWithEveryMetricInUse() {
    useEverything();

    Map<String, Double> samples = TextFormat.parse(text());

    assertTrue(samples.size() > 60, samples::toString);
  }

  @Test
  void everyFamilyIsWrittenUnderItsNameAndType() {
    useEverything();
    Map<String, String> expected = new TreeMap<>();
    for (Family family : Family.values()) {
      expected.put(family.metricName(), family.kind().name().toLowerCase(Locale.ROOT));
    }
    expected.put("gateway_seen_total", "counter");
    expected.put("api_gateway_requests_total", "counter");
    expected.put("api_gateway_request_duration_seconds", "histogram");

    assertEquals(expected, new TreeMap<>(TextFormat.types(text())));
  }

  @Test
  void emptyMetricsAreWellFormedToo() {
    TextFormat.parse(text());
  }

  @Test
  void aScrapeBesideAWritingLoopSeesCountsThatOnlyGoUp()
      throws ExecutionException, InterruptedException {
    int rounds = 200;
    int paths = 300;
    CountDownLatch started = new CountDownLatch(1);
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      Future<?> written =
          writer.submit(
              () -> {
                LoopMetrics loop = metrics.forLoop(0);
                started.countDown();
                for (int i = 0; i < rounds * paths; i++) {
                  int path = metrics.pathSlot("/" + i % paths);
                  loop.request(path, Metrics.NONE, "GET", 200 + i % 5, i);
                }
              });
      started.await();
      double last = 0;
      while (!written.isDone()) {
        double total = total();
        assertTrue(total >= last, total + " after " + last);
        last = total;
      }
      written.get();
    }

    assertEquals(rounds * paths, total());
    assertEquals(
        rounds * paths,
        TextFormat.parse(text()).get("gateway_request_duration_seconds_count{upstream=\"none\"}"));
  }

  private double total() {
    return TextFormat.parse(text()).entrySet().stream()
        .filter(sample -> sample.getKey().startsWith("gateway_requests_total{"))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  private void useEverything() {
    metrics.configSource("etcd", true);
    metrics.canary().weights(Map.of("shop", 0.2));
    metrics.canary().decided("shop", "promoted");
    metrics.certificates(
        List.of(new CertificateExpiry("listener", "https", "site.pem", Instant.EPOCH)));
    int users = metrics.upstreamSlot("users");
    int http = metrics.listenerSlot("http");
    LoopMetrics loop = metrics.forLoop(0);
    loop.connectionOpened(http);
    loop.requestStarted();
    loop.request(metrics.pathSlot("/a\\\"\n{id}"), users, "GET", 200, 700_000);
    loop.request(metrics.pathSlot("/路径/**"), users, "POST", 201, 20_000_000_000L);
    loop.request(Metrics.NONE, Metrics.NONE, "GET", 404, 10);
    loop.rejected(metrics.rejectionSlot("bare-lf"));
    loop.connectionRefused(metrics.refusalSlot("http", "proxy_header_missing"));
    loop.bytesReceived(http, 10);
    loop.bytesSent(http, 20);
    loop.failed(FailureCode.NO_ROUTE);
    loop.received(10);
    loop.sent(20);
    loop.grpcCall(users, 0);
    loop.upstreamAnswered(users, 200, 5_000_000);
    loop.upstreamFailed(users, FailureCode.UPSTREAM_RESET);
    loop.upstreamConnected(users);
    loop.upstreamActive(users, 1);
    loop.upstreamRetried(users);
    metrics.acme().ended("default", AcmeMetrics.Outcome.ISSUED);
    metrics.acme().domain("default", "a.example.com", Instant.EPOCH, Instant.EPOCH);
    metrics.redis().of("main").up(true);
    metrics.redis().of("main").answered(700_000);
    metrics.redis().of("main").failed(RedisFailure.Reason.TIMEOUT);
    metrics.overload().shed(Priority.LOW);
    metrics.overload().measured(new OverloadMetrics.Measured(0.25, 0.95, 0.07));
    metrics.admin().refused("FORBIDDEN");
    metrics.audit().lost(3);
    metrics.audit().written(17);
    metrics.endpoints(users, this, 2);
    metrics.ejected(users, "consecutive");
    metrics.healthChecked(users, true);
    metrics.retryRefused(users);
    metrics.configApplied(1, Instant.ofEpochSecond(1_700_000_000));
    metrics.counter("gateway_seen", "Seen by a filter.", List.of("place", "a\"b\\c\nd")).add(3);
  }

  private String text() {
    return new String(metrics.scrape(null, null).body(), UTF_8);
  }
}
