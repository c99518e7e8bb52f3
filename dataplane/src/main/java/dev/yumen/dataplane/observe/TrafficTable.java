package dev.yumen.dataplane.observe;

import dev.yumen.api.FailureCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What was counted of each route, or of each upstream, until one moment. Some hundred bytes for
 * each, so it is taken while somebody looks and not all the time.
 */
public final class TrafficTable {
  private static final int REQUESTS = Durations.BUCKETS;
  private static final int ERRORS = Durations.BUCKETS + 1;
  private static final int STRIDE = Durations.BUCKETS + 2;
  private static final int ANSWERED_5XX = 4;

  private final List<String> names;
  private final long[] cells;

  /**
   * What came of one between two moments.
   *
   * @param requests of an upstream: attempts
   * @param durations in buckets
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  public record Row(String name, long requests, long errors, long[] durations) {

    /** All of these together. */
    public static Row sum(String name, List<Row> rows) {
      long[] durations = new long[Durations.BUCKETS];
      long requests = 0;
      long errors = 0;
      for (Row row : rows) {
        requests += row.requests;
        errors += row.errors;
        for (int bucket = 0; bucket < durations.length; bucket++) {
          durations[bucket] += row.durations[bucket];
        }
      }
      return new Row(name, requests, errors, durations);
    }

    /** What this share did not take longer than, in milliseconds; NaN when none was timed. */
    public double millis(double share) {
      return Durations.quantileMillis(durations, share);
    }
  }

  private TrafficTable(List<String> names) {
    this.names = names;
    this.cells = new long[names.size() * STRIDE];
  }

  /** Requests by route; an answer of 5xx is an error, whoever caused it. Any thread. */
  public static TrafficTable routes(Metrics metrics) {
    TrafficTable table = new TrafficTable(metrics.routes.values());
    for (LoopMetrics loop : metrics.loops) {
      for (int slot = 0; slot < table.names.size(); slot++) {
        table.cells[slot * STRIDE + ERRORS] += loop.routes.addTo(table.cells, slot * STRIDE, slot);
      }
    }
    for (int slot = 0; slot < table.names.size(); slot++) {
      int first = slot * STRIDE;
      table.cells[first + REQUESTS] =
          Arrays.stream(table.cells, first, first + Durations.BUCKETS).sum();
    }
    return table;
  }

  /**
   * Attempts by upstream, timed until the head of the answer; an error is an answer of 5xx, or none
   * by the fault of the upstream. Any thread.
   */
  public static TrafficTable upstreams(Metrics metrics) {
    TrafficTable table = new TrafficTable(metrics.upstreams.values());
    long[] durations = new long[Durations.BUCKETS];
    for (LoopMetrics loop : metrics.loops) {
      for (int slot = 0; slot < table.names.size(); slot++) {
        Arrays.fill(durations, 0);
        loop.upstreamDurations.addTo(durations, slot);
        table.add(slot, durations, loop.upstreamResults);
      }
    }
    return table;
  }

  private void add(int slot, long[] durations, Cells results) {
    int to = slot * STRIDE;
    for (int bucket = 0; bucket < Durations.BUCKETS; bucket++) {
      cells[to + bucket] += durations[bucket];
    }
    int first = slot * LoopMetrics.RESULTS;
    for (int result = 0; result < LoopMetrics.STATUS_CLASSES; result++) {
      cells[to + REQUESTS] += results.get(first + result);
    }
    cells[to + ERRORS] += results.get(first + ANSWERED_5XX);
    for (FailureCode code : FailureCode.values()) {
      long count = results.get(first + LoopMetrics.STATUS_CLASSES + LoopMetrics.index(code));
      cells[to + REQUESTS] += count;
      cells[to + ERRORS] += code.source() == FailureCode.Source.UPSTREAM ? count : 0;
    }
  }

  /** Those with most requests since an earlier moment, the busiest first; none without requests. */
  public List<Row> busiest(TrafficTable earlier, int most) {
    Comparator<Row> byRequests =
        Comparator.comparingLong(Row::requests).thenComparing(Row::name, Comparator.reverseOrder());
    PriorityQueue<Row> best = new PriorityQueue<>(byRequests);
    for (int slot = Slots.OTHER + 1; slot < names.size(); slot++) {
      long least = best.size() < most ? 0 : best.element().requests() - 1;
      if (since(earlier, slot, REQUESTS) > least) {
        best.add(row(earlier, slot));
        if (best.size() > most) {
          best.remove();
        }
      }
    }
    List<Row> rows = new ArrayList<>(best);
    rows.sort(byRequests.reversed());
    return rows;
  }

  /** One since an earlier moment; without requests when none is counted under this name. */
  public Row row(TrafficTable earlier, String name) {
    int slot = names.lastIndexOf(name);
    return slot <= Slots.OTHER
        ? new Row(name, 0, 0, new long[Durations.BUCKETS])
        : row(earlier, slot);
  }

  private Row row(TrafficTable earlier, int slot) {
    long[] durations = new long[Durations.BUCKETS];
    for (int bucket = 0; bucket < Durations.BUCKETS; bucket++) {
      durations[bucket] = since(earlier, slot, bucket);
    }
    return new Row(
        names.get(slot), since(earlier, slot, REQUESTS), since(earlier, slot, ERRORS), durations);
  }

  /** A name that is newer than the earlier moment has counted nothing before. */
  private long since(TrafficTable earlier, int slot, int cell) {
    int at = slot * STRIDE + cell;
    return cells[at] - (at < earlier.cells.length ? earlier.cells[at] : 0);
  }
}
