package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.onRequest;
import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FilterType;
import dev.yumen.api.Priority;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gateway that has, as it is told, too much to do. */
@Timeout(60)
class OverloadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String SETTINGS = "overload: {cpu: 0.5}\n";
  private static final String PRESSURE = "gateway_overload_pressure";
  private static final String ROUTES =
      """
      runtime: {loops: 2}
      upstreams: {service: {endpoints: ['%s']}}
      routes:
        - {id: low, match: {path: /low}, filters: [low], to: service}
        - {id: normal, match: {path: /normal}, to: service}
        - {id: high, match: {path: /high}, filters: [high], to: service}
        - {id: critical, match: {path: /critical}, filters: [critical], to: service}
        - {id: own, match: {path: /own}, filters: [low], respond: {status: 200, body: own}}
      """;

  private final ScriptedUpstream service = ScriptedUpstream.start(echo());
  private volatile double upTo;
  private volatile double reached;

  @AfterEach
  void closeService() {
    service.close();
  }

  /** All processors are in use until the pressure is where it is wanted; then it stays there. */
  private double cpu(GatewayFixture gateway) {
    reached = gateway.gauge(PRESSURE);
    return reached >= upTo ? 0.49 : 1;
  }

  private static FilterType<?>[] levels() {
    return Arrays.stream(Priority.values())
        .map(
            priority ->
                onRequest(
                    priority.name().toLowerCase(Locale.ROOT),
                    exchange -> {
                      exchange.priority(priority);
                      return Verdict.proceed();
                    }))
        .toArray(FilterType<?>[]::new);
  }

  /** A gateway under at least this pressure, and at most 0.2 more. */
  private GatewayFixture pressed(double pressure) {
    upTo = pressure;
    GatewayFixture[] started = new GatewayFixture[1];
    GatewayFixture gateway =
        GatewayFixture.startWithCpu(
            SETTINGS + ROUTES.formatted(service.address()),
            () -> started[0] == null ? 0 : cpu(started[0]),
            levels());
    started[0] = gateway;
    Eventually.within(PATIENCE, "pressure " + pressure, () -> reached >= pressure);
    return gateway;
  }

  private static int status(GatewayFixture gateway, String path) {
    try (RawClient client = gateway.connect()) {
      return client.get(path).status();
    }
  }

  private static boolean isWatched() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("overload"));
  }

  @Test
  void lowIsShedBeforeHigh() {
    try (GatewayFixture gateway = pressed(0.35)) {
      for (int i = 0; i < 20; i++) {
        assertEquals(503, status(gateway, "/low"));
        assertEquals(200, status(gateway, "/high"));
        assertEquals(200, status(gateway, "/critical"));
      }
      assertEquals(20, gateway.metric("gateway_shed_total{priority=\"low\"}"));
      assertEquals(0, gateway.metric("gateway_shed_total{priority=\"high\"}"));
      assertEquals(40, service.requests().size());
    }
  }

  @Test
  void criticalIsNeverShed() {
    try (GatewayFixture gateway = pressed(1)) {
      assertEquals(503, status(gateway, "/low"));
      assertEquals(503, status(gateway, "/normal"));
      assertEquals(503, status(gateway, "/high"));
      assertEquals(200, status(gateway, "/critical"));
    }
  }

  @Test
  void clientsAreToldToComeBackLater() {
    try (GatewayFixture gateway = pressed(0.7);
        RawClient client = gateway.connect()) {
      for (int i = 0; i < 20; i++) {
        client.send("POST /low HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
        RawResponse answer = client.readResponse();
        assertEquals(503, answer.status());
        assertTrue(answer.text().contains("\"code\":\"OVERLOADED\""), answer.text());
        String seconds = answer.header("retry-after");
        assertNotNull(seconds);
        assertTrue(seconds.matches("[1-9]|10"), seconds);
      }
      try (Http2Client http2 = Http2Client.connect(gateway.port())) {
        assertEquals(503, http2.answer(http2.get("/low")).status());
        assertEquals(200, http2.answer(http2.get("/critical")).status());
      }
      assertEquals(1, service.requests().size());
    }
  }

  @Test
  void whatTheGatewayAnswersItselfIsNotShed() {
    try (GatewayFixture gateway = pressed(0.35)) {
      assertEquals(200, status(gateway, "/own"));
      assertEquals(200, status(gateway, "/health"));
      assertEquals(404, status(gateway, "/nowhere"));
    }
  }

  @Test
  void thePressureSurvivesAReload() {
    try (GatewayFixture gateway = pressed(0.35)) {
      String routes = ROUTES.formatted(service.address());
      gateway.apply(SETTINGS + routes.replace("/high", "/higher"));
      assertEquals(503, status(gateway, "/low"));
      gateway.apply("overload: {cpu: 0.6}\n" + routes);
      assertEquals(503, status(gateway, "/low"));
    }
  }

  @Test
  void withoutTheSectionNothingIsMeasuredOrShed() {
    try (GatewayFixture gateway = pressed(0.35)) {
      assertTrue(isWatched());
      gateway.apply(ROUTES.formatted(service.address()));
      assertEquals(200, status(gateway, "/low"));
      assertEquals(Double.NaN, gateway.gauge(PRESSURE));
      assertFalse(isWatched());
      gateway.apply(SETTINGS + ROUTES.formatted(service.address()));
      assertTrue(isWatched());
    }
    assertFalse(isWatched());
  }

  @Test
  void aLoopThatStandsStillIsSeen() {
    FilterType<?> stalls =
        onRequest(
            "stalls",
            _ -> {
              LockSupport.parkNanos(Duration.ofMillis(700).toNanos());
              return Verdict.proceed();
            });
    String settings =
        """
        overload: {loop-delay: 20ms}
        runtime: {loops: 2}
        routes: [{id: a, match: {path: /a}, filters: [stalls], respond: {status: 204}}]
        """;
    try (GatewayFixture gateway = GatewayFixture.start(settings, stalls);
        RawClient client = gateway.connect()) {
      client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
      Eventually.within(PATIENCE, () -> gateway.gauge("gateway_overload_loop_delay_seconds") > 0.3);
      assertEquals(204, client.readResponse().status());
    }
  }
}
