package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A name that stands for one upstream, and by a reload for another. */
@Timeout(60)
class SwitchOverTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

  private final ScriptedUpstream blue = ScriptedUpstream.start(respond(200, "blue"));
  private final ScriptedUpstream green = ScriptedUpstream.start(respond(200, "green"));

  @AfterEach
  void closeServices() {
    blue.close();
    green.close();
  }

  private String uses(String one) {
    return """
        upstreams:
          service: {use: chosen}
          chosen: {use: service-%s}
          service-blue: {endpoints: "%s"}
          service-green: {endpoints: "%s"}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
        .formatted(one, blue.address(), green.address());
  }

  private static RawResponse get(GatewayFixture gateway) {
    try (RawClient client = gateway.connect()) {
      return client.get("/");
    }
  }

  @Test
  void oneSettingMovesAllRequests() {
    try (GatewayFixture gateway = GatewayFixture.start(uses("blue"))) {
      assertEquals("blue", get(gateway).text());
      assertEquals(List.of(), gateway.apply(uses("green")));
      assertEquals("green", get(gateway).text());
      assertEquals(1, requests(gateway, "service-blue"));
      assertEquals(1, requests(gateway, "service-green"));
      assertEquals(0, requests(gateway, "service"));
    }
  }

  private static long requests(GatewayFixture gateway, String upstream) {
    return gateway.metric(
        "gateway_upstream_requests_total{upstream=\"" + upstream + "\",result=\"2xx\"}");
  }

  @Test
  void aRequestUnderWayEndsWhereItBegan() {
    CountDownLatch switched = new CountDownLatch(1);
    blue.next(await(switched).then(respond(200, "late blue")));
    try (GatewayFixture gateway = GatewayFixture.start(uses("blue"));
        RawClient client = gateway.connect()) {
      client.send(GET);
      blue.awaitRequest(1);
      gateway.apply(uses("green"));
      assertEquals("green", get(gateway).text());
      switched.countDown();
      assertEquals("late blue", client.readResponse().text());
    }
  }

  @Test
  void connectionsAreKeptForTheWayBack() {
    try (GatewayFixture gateway = GatewayFixture.start("runtime: {loops: 1}\n" + uses("blue"))) {
      for (int i = 0; i < 4; i++) {
        String one = i % 2 == 0 ? "blue" : "green";
        gateway.apply("runtime: {loops: 1}\n" + uses(one));
        assertEquals(one, get(gateway).text());
      }
      assertEquals(1, blue.connections());
      assertEquals(1, green.connections());
    }
  }

  @Test
  void switchingUnderLoadLosesNoRequest() throws InterruptedException, ExecutionException {
    AtomicBoolean over = new AtomicBoolean();
    try (GatewayFixture gateway = GatewayFixture.start(uses("blue"));
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> loads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        loads.add(clients.submit(() -> load(gateway, over)));
      }
      for (int i = 0; i < 50; i++) {
        gateway.apply(uses(i % 2 == 0 ? "green" : "blue"));
      }
      over.set(true);
      int sent = 0;
      for (Future<Integer> load : loads) {
        sent += load.get();
      }
      assertEquals(sent, blue.requests().size() + green.requests().size());
      assertTrue(!green.requests().isEmpty());
    }
  }

  /** Sends requests until it is over; all have to be answered. */
  private static int load(GatewayFixture gateway, AtomicBoolean over) {
    int sent = 0;
    try (RawClient client = gateway.connect()) {
      while (!over.get()) {
        assertEquals(200, client.get("/").status());
        sent++;
      }
    }
    return sent;
  }
}
