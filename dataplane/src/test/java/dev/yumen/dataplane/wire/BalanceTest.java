package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Which endpoint and which upstream a request goes to. */
class BalanceTest {
  private static final ScriptedUpstream A = ScriptedUpstream.start(respond(200, "a"));
  private static final ScriptedUpstream B = ScriptedUpstream.start(respond(200, "b"));
  private static final ScriptedUpstream C = ScriptedUpstream.start(respond(200, "c"));
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          runtime: {loops: 1}
          upstreams:
            robin: {endpoints: [{address: "%1$s", weight: 1}, {address: "%2$s", weight: 2}, {address: "%3$s", weight: 4}]}
            even: {endpoints: ["%1$s", "%2$s", "%3$s"]}
            zero: {endpoints: ["%1$s", {address: "%2$s", weight: 0}]}
            random: {balance: random, endpoints: [{address: "%1$s", weight: 1}, {address: "%2$s", weight: 3}]}
            least: {balance: least-request, endpoints: ["%1$s", "%2$s"]}
            ewma: {balance: peak-ewma, endpoints: ["%1$s", "%2$s"]}
            a: {endpoints: "%1$s"}
            b: {endpoints: "%2$s"}
          routes:
            - {id: robin, match: {path: /robin}, to: robin}
            - {id: even, match: {path: /even}, to: even}
            - {id: zero, match: {path: /zero}, to: zero}
            - {id: random, match: {path: /random}, to: random}
            - {id: least, match: {path: /least}, to: least}
            - {id: ewma, match: {path: /ewma}, to: ewma}
            - {id: split, match: {path: /split}, to: [{upstream: a, weight: 80}, {upstream: b, weight: 20}]}
            - {id: all, match: {path: /all}, to: [{upstream: a, weight: 1}, {upstream: b, weight: 0}]}
          """
              .formatted(A.address(), B.address(), C.address()));

  @AfterAll
  static void close() {
    GATEWAY.close();
    A.close();
    B.close();
    C.close();
  }

  private static List<String> answers(String path, int count) {
    List<String> answers = new ArrayList<>();
    try (RawClient client = GATEWAY.connect()) {
      for (int i = 0; i < count; i++) {
        answers.add(client.get(path).text());
      }
    }
    return answers;
  }

  private static Map<String, Integer> shares(String path, int count) {
    Map<String, Integer> shares = new TreeMap<>();
    answers(path, count).forEach(answer -> shares.merge(answer, 1, Integer::sum));
    return shares;
  }

  @Test
  void weightedRoundRobinIsExactAndSmooth() {
    List<String> twice = answers("/robin", 14);
    // The sequence of nginx for weights 1, 2 and 4.
    assertEquals(List.of("c", "b", "c", "a", "c", "b", "c"), twice.subList(0, 7));
    assertEquals(twice.subList(0, 7), twice.subList(7, 14));
  }

  @Test
  void evenRoundRobinTakesTurns() {
    assertEquals(Map.of("a", 10, "b", 10, "c", 10), shares("/even", 30));
  }

  @Test
  void weightZeroGetsNothing() {
    assertEquals(Map.of("a", 20), shares("/zero", 20));
    assertEquals(Map.of("a", 20), shares("/all", 20));
  }

  @Test
  void randomFollowsTheWeights() {
    int b = shares("/random", 800).getOrDefault("b", 0);
    // 600 expected, deviation 12: ten deviations either way.
    assertTrue(b > 480 && b < 720, () -> "b got " + b);
  }

  @Test
  void peakEwmaAvoidsTheOneThatWasSlow() {
    A.next(
        request -> {
          LockSupport.parkNanos(3_000_000_000L); // longer than a machine stands still
          respond(200, "a").serve(request);
        });
    shares("/ewma", 4); // both are asked, as nothing is known of either
    int slow = shares("/ewma", 50).getOrDefault("a", 0);
    assertTrue(slow <= 5, () -> "the slow one got " + slow);
  }

  @Test
  void targetsFollowTheirWeights() {
    int a = shares("/split", 800).getOrDefault("a", 0);
    // 640 expected, deviation 11.
    assertTrue(a > 530 && a < 750, () -> "a got " + a);
  }

  @Test
  void leastRequestAvoidsTheBusyOne() {
    CountDownLatch release = new CountDownLatch(1);
    List<RawClient> waiting = new ArrayList<>();
    int before = A.requests().size();
    for (int i = 0; i < 3; i++) {
      A.next(await(release).then(respond(200, "a")));
    }
    try {
      while (A.requests().size() < before + 1) {
        int came = A.requests().size() + B.requests().size();
        waiting.add(GATEWAY.connect().send("GET /least HTTP/1.1\r\nHost: h\r\n\r\n"));
        Eventually.within(
            Duration.ofSeconds(5), () -> A.requests().size() + B.requests().size() > came);
      }
      assertEquals(Map.of("b", 50), shares("/least", 50));
    } finally {
      release.countDown();
      waiting.forEach(RawClient::close);
    }
    A.dropQueued();
    Map<String, Integer> rested = shares("/least", 50);
    assertEquals(2, rested.size());
  }
}
