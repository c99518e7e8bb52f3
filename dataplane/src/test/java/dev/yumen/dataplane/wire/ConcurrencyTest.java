package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Upstreams that have to do with so many requests at once and no more. */
@Timeout(60)
class ConcurrencyTest {
  private static final String GET = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final String REFUSED =
      "gateway_concurrency_refused_total{kind=\"upstream\",name=\"service\"}";

  private final CountDownLatch release = new CountDownLatch(1);
  private final ScriptedUpstream service =
      ScriptedUpstream.start(await(release).then(respond(200, "served")));

  @AfterEach
  void closeService() {
    release.countDown();
    service.close();
  }

  private GatewayFixture gateway(String concurrency) {
    return GatewayFixture.start(
        """
        runtime: {loops: 2}
        upstreams: {service: {endpoints: ['%s'], concurrency: %s}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(service.address(), concurrency));
  }

  private RawClient asking(GatewayFixture gateway, int number) {
    RawClient client = gateway.connect().send(GET);
    service.awaitRequest(number);
    return client;
  }

  @Test
  void whatIsBeyondIsRefusedAtOnce() {
    try (GatewayFixture gateway = gateway("2");
        RawClient first = asking(gateway, 1);
        RawClient second = asking(gateway, 2)) {
      RawResponse refused = gateway.connect().get("/a");
      assertEquals(503, refused.status());
      assertEquals("1", refused.header("retry-after"));
      assertTrue(refused.text().contains("\"code\":\"OVERLOADED\""), refused.text());
      assertEquals(1, gateway.metric(REFUSED));
      release.countDown();
      assertEquals("served", first.readResponse().text());
      assertEquals("served", second.readResponse().text());
      gateway.awaitIdle();
      assertEquals("served", gateway.connect().get("/a").text());
    }
  }

  @Test
  void othersWaitForTheirTurn() {
    try (GatewayFixture gateway = gateway("{max: 1, max-pending: 1, pending-timeout: 30s}");
        RawClient first = asking(gateway, 1);
        RawClient second = gateway.connect()) {
      second.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      gateway.awaitMetric("gateway_requests_in_flight", 2);
      assertEquals(503, gateway.connect().get("/a").status());
      assertEquals(1, service.requests().size());
      release.countDown();
      assertEquals("served", first.readResponse().text());
      assertEquals("served", second.readResponse().text());
      assertEquals("body", service.awaitRequest(2).text());
    }
  }

  @Test
  void itIsSeenOnTheManagementPort() {
    try (GatewayFixture gateway = gateway("{max: 3, max-pending: 5}");
        RawClient first = asking(gateway, 1);
        RawClient management = RawClient.connect(gateway.port("management"))) {
      String page = management.get("/upstreams").text();
      assertTrue(page.contains("\"concurrency\":{\"limit\":3,\"active\":1,\"pending\":0}"), page);
      release.countDown();
      assertEquals("served", first.readResponse().text());
    }
  }

  @Test
  void waitingEnds() {
    try (GatewayFixture gateway = gateway("{max: 1, max-pending: 5, pending-timeout: 50ms}");
        RawClient first = asking(gateway, 1)) {
      RawResponse late = gateway.connect().get("/a");
      assertEquals(503, late.status());
      assertTrue(late.text().contains("OVERLOADED"), late.text());
      assertEquals(1, gateway.metric(REFUSED));
      release.countDown();
      assertEquals("served", first.readResponse().text());
      assertEquals(1, service.requests().size());
    }
  }

  @Test
  void whoeverGoesAwayMakesRoom() {
    try (GatewayFixture gateway = gateway("{max: 1, max-pending: 1, pending-timeout: 30s}");
        RawClient first = asking(gateway, 1)) {
      RawClient waiting = gateway.connect().send(GET);
      gateway.awaitMetric("gateway_requests_in_flight", 2);
      waiting.reset();
      gateway.awaitMetric("gateway_requests_in_flight", 1);
      try (RawClient next = gateway.connect().send(GET)) {
        gateway.awaitMetric("gateway_requests_in_flight", 2);
        release.countDown();
        assertEquals("served", next.readResponse().text());
        assertEquals("served", first.readResponse().text());
      }
    }
  }

  @Test
  void clientsThatGoAwayGiveTheirPlaceBack() {
    try (GatewayFixture gateway = gateway("1")) {
      RawClient first = asking(gateway, 1);
      first.reset();
      gateway.awaitIdle();
      release.countDown();
      assertEquals("served", gateway.connect().get("/a").text());
    }
  }
}
