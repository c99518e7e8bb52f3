package dev.yumen.control.replay;

import dev.yumen.api.Consumer;
import dev.yumen.config.LoadedConfig;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.recording.RecordedRequest;
import dev.yumen.dataplane.recording.RecordedRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Tries another configuration on recorded requests. Both configurations judge each request now, so
 * that what a service answered then, or how it fares, is no difference between them.
 */
public final class Replay {
  private final int threads;

  /**
   * @param threads that judge at once
   */
  public Replay(int threads) {
    this.threads = threads;
  }

  /** One that leaves half of the processors to requests. */
  public static Replay beside() {
    return new Replay(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }

  /**
   * Judges all of them. Takes 40 to 80 microseconds of processor time for each with three filters;
   * no thread of an event loop.
   *
   * @param live without errors
   * @param candidate without errors
   * @throws StartFailure if the candidate can not be compiled
   * @throws InterruptedException when the thread is told to stop; nothing is left running
   */
  public ReplayResult of(LoadedConfig live, LoadedConfig candidate, List<RecordedRequests> recorded)
      throws StartFailure, InterruptedException {
    Object knownBefore = new Object();
    Object knownAfter = consumers(live).equals(consumers(candidate)) ? knownBefore : new Object();
    try (Judge after = new Judge(candidate, knownAfter);
        Judge before = new Judge(live, knownBefore)) {
      ExecutorService workers =
          Executors.newFixedThreadPool(
              threads, Thread.ofPlatform().daemon().name("replay-", 1).factory());
      try {
        return judge(before, after, recorded, workers);
      } finally {
        workers.shutdownNow();
        workers.close();
      }
    }
  }

  private static List<Consumer> consumers(LoadedConfig loaded) {
    return Objects.requireNonNull(loaded.config(), "a configuration with errors").consumers();
  }

  private static ReplayResult judge(
      Judge before, Judge after, List<RecordedRequests> recorded, ExecutorService workers)
      throws InterruptedException {
    List<Future<Tally>> tallies = new ArrayList<>();
    for (RecordedRequests part : recorded) {
      tallies.add(workers.submit(() -> judge(before, after, part)));
    }
    Tally all = new Tally();
    for (Future<Tally> tally : tallies) {
      try {
        all.add(tally.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return all.result();
  }

  private static Tally judge(Judge before, Judge after, RecordedRequests part)
      throws InterruptedException {
    Tally tally = new Tally();
    for (RecordedRequest request : part) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (request.cut()) {
        tally.cut();
      } else {
        ExplainRequest asked = request.asked();
        tally.add(request, before.judge(asked), after.judge(asked));
      }
    }
    return tally;
  }
}
