package dev.yumen.dataplane.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FailureCode;
import dev.yumen.config.MetricsConfig;
import dev.yumen.dataplane.observe.TrafficTable.Row;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficTest {
  private static final long MS = 1_000_000;

  private final Metrics metrics =
      new Metrics(new MetricsConfig(true, 10, false), PooledByteBufAllocator.DEFAULT);
  private final LoopMetrics loop = metrics.forLoop(0);
  private final int users = metrics.upstreamSlot("users");

  @Test
  void totalsAreWhatCameSinceTheLastLookOnAllLoops() {
    request(loop, "a", 200, MS);
    TrafficTotals before = TrafficTotals.of(metrics);
    request(loop, "a", 200, MS);
    request(metrics.forLoop(1), "b", 404, MS);
    request(loop, "b", 1000, MS);
    loop.requestStarted();
    loop.connectionOpened(metrics.listenerSlot("http"));
    loop.connectionOpened(metrics.listenerSlot("admin"));
    loop.failed(FailureCode.NO_ROUTE);
    loop.failed(FailureCode.OVERLOADED);
    loop.failed(FailureCode.UPSTREAM_TIMEOUT);
    loop.upstreamAnswered(users, 503, MS);

    TrafficTotals change = TrafficTotals.of(metrics).since(before);
    assertEquals(3, change.requests());
    assertEquals(1, change.answered(2));
    assertEquals(1, change.answered(4));
    assertEquals(1, change.inFlight());
    assertEquals(1, change.connections());
    assertEquals(new TrafficTotals.Failed(1, 1, 2), change.failed());
  }

  @Test
  void aShareOfDurationsLiesWithinItsBucket() {
    for (int i = 0; i < 90; i++) {
      request(loop, "a", 200, 2 * MS);
    }
    for (int i = 0; i < 10; i++) {
      request(loop, "a", 200, 200 * MS);
    }
    TrafficTotals totals = TrafficTotals.of(metrics);
    assertEquals(1 + 1.5 * 50 / 90, totals.millis(0.5), 1e-9, "of 1 to 2.5 ms");
    assertEquals(2.5, totals.millis(0.9), 1e-9);
    assertEquals(100 + 150 * 0.9, totals.millis(0.99), 1e-9, "of 100 to 250 ms");
  }

  @Test
  void withoutRequestsThereIsNoDuration() {
    assertTrue(Double.isNaN(TrafficTotals.of(metrics).millis(0.5)));
  }

  @Test
  void whatTookLongerThanAnyBoundTookAsLongAsTheLastOne() {
    request(loop, "a", 200, 60_000 * MS);
    assertEquals(10_000, TrafficTotals.of(metrics).millis(0.5), 1e-9);
  }

  @Test
  void busiestRoutesComeFirstAndIdleOnesNotAtAll() {
    request(loop, "idle", 200, MS);
    TrafficTable before = TrafficTable.routes(metrics);
    request(loop, "quiet", 200, MS);
    request(metrics.forLoop(1), "busy", 200, MS);
    request(loop, "busy", 502, 3 * MS);
    request(loop, "middle", 404, MS);
    request(loop, "middle", 404, MS);
    request(loop, "middle", 404, MS);

    List<Row> rows = TrafficTable.routes(metrics).busiest(before, 2);
    assertEquals(List.of("middle", "busy"), rows.stream().map(Row::name).toList());
    assertEquals(3, rows.getFirst().requests());
    assertEquals(0, rows.getFirst().errors(), "a 404 is no error of the route");
    assertEquals(1, rows.getLast().errors());
    assertEquals(5, rows.getLast().millis(1), 1e-9);
    assertEquals(1, TrafficTable.routes(metrics).row(before, "quiet").requests());
    assertEquals(0, TrafficTable.routes(metrics).row(before, "unknown").requests());
  }

  @Test
  void routesBeyondTheLimitAreNotTakenForOthers() {
    TrafficTable before = TrafficTable.routes(metrics);
    for (int i = 0; i < 15; i++) {
      request(loop, "r" + i, 200, MS);
    }
    assertEquals(10, TrafficTable.routes(metrics).busiest(before, 100).size());
  }

  @Test
  void attemptsOfAnUpstreamFailByAnswersAndWithoutThem() {
    TrafficTable before = TrafficTable.upstreams(metrics);
    loop.upstreamAnswered(users, 200, MS);
    loop.upstreamAnswered(users, 500, MS);
    loop.upstreamFailed(users, FailureCode.UPSTREAM_RESET);
    loop.upstreamFailed(users, FailureCode.CLIENT_ABORT);

    Row row = TrafficTable.upstreams(metrics).row(before, "users");
    assertEquals(4, row.requests());
    assertEquals(2, row.errors());
    assertEquals(1, row.millis(0.99), 0.01);
  }

  private void request(LoopMetrics on, String route, int status, long nanos) {
    on.request(metrics.pathSlot("/" + route), users, "GET", status, nanos);
    on.routed(metrics.routeSlot(route), status, nanos);
  }
}
