package dev.yumen.dataplane.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FailureCode;
import dev.yumen.config.MetricsConfig;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics =
      new Metrics(new MetricsConfig(true, 10, false), PooledByteBufAllocator.DEFAULT);
  private final LoopMetrics loop = metrics.forLoop(0);

  @Test
  void loopsAreAddedUp() {
    int users = metrics.pathSlot("/api/user/**");
    loop.request(users, Metrics.NONE, "GET", 200, 1);
    loop.request(users, Metrics.NONE, "GET", 200, 1);
    metrics.forLoop(1).request(users, Metrics.NONE, "GET", 200, 1);

    assertEquals(
        3, value("gateway_requests_total{method=\"GET\",path=\"/api/user/**\",status=\"200\"}"));
  }

  @Test
  void certificatesTellTheirEndOnceForEachFile() {
    metrics.certificates(
        List.of(
            new CertificateExpiry("listener", "https", "site.pem", Instant.ofEpochSecond(2000)),
            new CertificateExpiry("listener", "https", "site.pem", Instant.ofEpochSecond(1000))));
    assertEquals(
        1000,
        value(
            "gateway_tls_certificate_expiry_timestamp_seconds{"
                + "certificate=\"site.pem\",name=\"https\",side=\"listener\"}"));
  }

  @Test
  void sameIndexGivesSameLoop() {
    assertSame(loop, metrics.forLoop(0));
    assertNotEquals(loop, metrics.forLoop(3));
  }

  @Test
  void slotsAreStable() {
    int first = metrics.pathSlot("/a");
    int second = metrics.pathSlot("/b");

    assertNotEquals(first, second);
    assertEquals(first, metrics.pathSlot("/a"));
    assertNotEquals(metrics.upstreamSlot("a"), metrics.upstreamSlot("b"));
    assertEquals(metrics.rejectionSlot("bare-lf"), metrics.rejectionSlot("bare-lf"));
  }

  @Test
  void patternsAboveTheCapCountAsOther() {
    for (int i = 0; i < 10; i++) {
      loop.request(metrics.pathSlot("/" + i), Metrics.NONE, "GET", 200, 1);
    }
    loop.request(metrics.pathSlot("/late"), Metrics.NONE, "GET", 200, 1);

    assertEquals(1, value("gateway_requests_total{method=\"GET\",path=\"other\",status=\"200\"}"));
    assertFalse(text().contains("/late"));
  }

  @Test
  void statusesAboveTheCapCountUnderThePathOther() {
    int path = metrics.pathSlot("/a");
    for (int status = 200; status < 300; status++) {
      loop.request(path, Metrics.NONE, "GET", status, 1);
      metrics.forLoop(1).request(path, Metrics.NONE, "GET", status, 1);
    }

    assertEquals(10, count("gateway_requests_total{method=\"GET\",path=\"/a\""));
    assertEquals(2, value("gateway_requests_total{method=\"GET\",path=\"/a\",status=\"209\"}"));
    assertEquals(2, value("gateway_requests_total{method=\"GET\",path=\"other\",status=\"210\"}"));
  }

  @Test
  void oddMethodsAndStatusesCountAsOther() {
    loop.request(Metrics.NONE, Metrics.NONE, "BREW", 1234, 1);

    assertEquals(
        1, value("gateway_requests_total{method=\"other\",path=\"none\",status=\"other\"}"));
  }

  @Test
  void durationsFallIntoTheirBuckets() {
    int users = metrics.upstreamSlot("users");
    loop.request(Metrics.NONE, users, "GET", 200, 500_000);
    loop.request(Metrics.NONE, users, "GET", 200, 500_001);
    loop.request(Metrics.NONE, users, "GET", 200, 60_000_000_000L);

    String name = "gateway_request_duration_seconds";
    assertEquals(1, value(name + "_bucket{upstream=\"users\",le=\"5.0E-4\"}"));
    assertEquals(2, value(name + "_bucket{upstream=\"users\",le=\"0.001\"}"));
    assertEquals(2, value(name + "_bucket{upstream=\"users\",le=\"10.0\"}"));
    assertEquals(3, value(name + "_bucket{upstream=\"users\",le=\"+Inf\"}"));
    assertEquals(3, value(name + "_count{upstream=\"users\"}"));
    assertEquals(60.001000001, value(name + "_sum{upstream=\"users\"}"), 1e-9);
  }

  @Test
  void labelValuesAreEscaped() {
    loop.request(metrics.pathSlot("/\"\\\n"), Metrics.NONE, "GET", 200, 1);

    assertTrue(text().contains("path=\"/\\\"\\\\\\n\""), this::text);
  }

  @Test
  void switchedOffCountsNoRequests() {
    metrics.configure(new MetricsConfig(false, 10, false));
    loop.request(Metrics.NONE, Metrics.NONE, "GET", 200, 1);

    assertFalse(text().contains("gateway_requests_total{"));
  }

  @Test
  void longNamesAreWrittenBesideTheShortOnes() {
    loop.request(Metrics.NONE, Metrics.NONE, "GET", 200, 1);
    assertFalse(text().contains("api_gateway_"));
    metrics.configure(new MetricsConfig(true, 10, true));

    assertEquals(
        1, value("api_gateway_requests_total{method=\"GET\",path=\"none\",status=\"200\"}"));
    assertEquals(1, value("api_gateway_request_duration_seconds_count{upstream=\"none\"}"));
  }

  @Test
  void gaugesGoUpAndDown() {
    int http = metrics.listenerSlot("http");
    int users = metrics.upstreamSlot("users");
    loop.connectionOpened(http);
    loop.connectionOpened(http);
    loop.connectionClosed(http);
    loop.requestStarted();
    loop.upstreamActive(users, 1);
    loop.upstreamIdle(users, 2);
    loop.upstreamIdle(users, -1);

    assertEquals(1, value("gateway_connections{listener=\"http\"}"));
    assertEquals(2, value("gateway_connections_accepted_total{listener=\"http\"}"));
    assertEquals(1, value("gateway_requests_in_flight"));
    assertEquals(1, value("gateway_upstream_connections{state=\"active\",upstream=\"users\"}"));
    assertEquals(1, value("gateway_upstream_connections{state=\"idle\",upstream=\"users\"}"));
  }

  @Test
  void failuresNameWhoFailed() {
    loop.failed(FailureCode.UPSTREAM_RESET);

    assertEquals(1, value("gateway_failures_total{code=\"UPSTREAM_RESET\",source=\"upstream\"}"));
    assertEquals(0, value("gateway_failures_total{code=\"NO_ROUTE\",source=\"client\"}"));
  }

  @Test
  void rejectionsShowBeforeTheFirstOne() {
    int reason = metrics.rejectionSlot("bare-lf");
    assertEquals(0, value("gateway_rejected_total{reason=\"bare-lf\"}"));
    loop.rejected(reason);

    assertEquals(1, value("gateway_rejected_total{reason=\"bare-lf\"}"));
  }

  @Test
  void attemptsCountByResult() {
    int users = metrics.upstreamSlot("users");
    loop.upstreamAnswered(users, 204, 1);
    loop.upstreamFailed(users, FailureCode.UPSTREAM_TIMEOUT);
    loop.upstreamConnectFailed(users);
    loop.upstreamRetried(users);

    assertEquals(1, value("gateway_upstream_requests_total{result=\"2xx\",upstream=\"users\"}"));
    assertEquals(
        1,
        value("gateway_upstream_requests_total{result=\"UPSTREAM_TIMEOUT\",upstream=\"users\"}"));
    assertEquals(1, value("gateway_upstream_connects_total{result=\"failed\",upstream=\"users\"}"));
    assertEquals(1, value("gateway_upstream_retries_total{upstream=\"users\"}"));
  }

  @Test
  void endpointsOfARemovedUpstreamDisappear() {
    int users = metrics.upstreamSlot("users");
    metrics.endpoints(users, this, 3);
    assertEquals(3, value("gateway_upstream_endpoints{upstream=\"users\"}"));
    metrics.endpointsGone(users, this);

    assertFalse(text().contains("gateway_upstream_endpoints{"));
  }

  @Test
  void endpointsOfAReplacedUpstreamStay() {
    int users = metrics.upstreamSlot("users");
    metrics.endpoints(users, "old", 3);
    metrics.endpoints(users, "new", 2);
    metrics.endpointsGone(users, "old");

    assertEquals(2, value("gateway_upstream_endpoints{upstream=\"users\"}"));
  }

  @Test
  void reloadsCountByResult() {
    metrics.configApplied(4, Instant.ofEpochSecond(1_700_000_000));
    metrics.configRejected();

    assertEquals(1, value("gateway_config_reloads_total{result=\"applied\"}"));
    assertEquals(1, value("gateway_config_reloads_total{result=\"rejected\"}"));
    assertEquals(4, value("gateway_config_version"));
    assertEquals(
        1_700_000_000, value("gateway_config_last_reload_success_timestamp_seconds"), 0.001);
  }

  @Test
  void filterCountersWithTheSameLabelsAreOne() {
    metrics.counter("gateway_rate_limited", "Limited.", List.of("route", "a")).add(2);
    metrics.counter("gateway_rate_limited", "Limited.", List.of("route", "a")).add(1);
    metrics.counter("gateway_rate_limited", "Limited.", List.of("route", "b")).add(1);

    assertEquals(3, value("gateway_rate_limited_total{route=\"a\"}"));
    assertEquals(1, value("gateway_rate_limited_total{route=\"b\"}"));
  }

  @Test
  void filterCountersHaveTheCapToo() {
    for (int i = 0; i < 20; i++) {
      metrics.counter("gateway_x", "X.", List.of("n", "v" + i)).add(1);
    }

    assertEquals(11, count("gateway_x_total{"));
    assertEquals(10, value("gateway_x_total{n=\"other\"}"));
  }

  @Test
  void filterCountersWithBadNamesAreRefused() {
    for (String name : List.of("a-b", "gateway_x_total", "", "gateway_requests")) {
      assertThrows(
          IllegalArgumentException.class, () -> metrics.counter(name, "X.", List.of()), name);
    }
    assertThrows(IllegalArgumentException.class, () -> metrics.counter("x", "X.", List.of("odd")));
    assertThrows(
        IllegalArgumentException.class, () -> metrics.counter("x", "X.", List.of("a-b", "v")));
  }

  @Test
  void openMetricsIsWrittenOnRequest() {
    Scrape scrape =
        metrics.scrape("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", null);

    assertTrue(scrape.contentType().startsWith("application/openmetrics-text"));
    assertTrue(new String(scrape.body(), UTF_8).endsWith("# EOF\n"));
  }

  @Test
  void plainTextIsTheDefault() {
    Scrape scrape = metrics.scrape(null, null);

    assertTrue(scrape.contentType().startsWith("text/plain; version=0.0.4"));
    assertNull(scrape.contentEncoding());
  }

  @Test
  void gzipIsUsedWhenAllowed() throws IOException {
    Scrape scrape = metrics.scrape(null, "br, gzip;q=0.8");

    assertEquals("gzip", scrape.contentEncoding());
    byte[] text = new GZIPInputStream(new ByteArrayInputStream(scrape.body())).readAllBytes();
    assertTrue(new String(text, UTF_8).contains("gateway_config_version"));
    assertNull(metrics.scrape(null, "br, gzip;q=0").contentEncoding());
  }

  private String text() {
    return new String(metrics.scrape(null, null).body(), UTF_8);
  }

  private double value(String series) {
    return text()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + series + " in\n" + text()));
  }

  private long count(String start) {
    return text().lines().filter(line -> line.startsWith(start)).count();
  }
}
