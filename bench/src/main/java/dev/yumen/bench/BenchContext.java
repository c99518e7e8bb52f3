package dev.yumen.bench;

import dev.yumen.api.Canary;
import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.ConcurrencyLimit;
import dev.yumen.api.Consumer;
import dev.yumen.api.FilterContext;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.MirrorRef;
import dev.yumen.api.Redis;
import dev.yumen.api.RequestExpression;
import dev.yumen.api.RequestPattern;
import dev.yumen.api.RequestRules;
import dev.yumen.api.RetryRef;
import dev.yumen.api.RetryRules;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What filters get while they are made, outside of a gateway. */
final class BenchContext implements FilterContext, AutoCloseable {
  private final Path folder;
  private final List<Consumer> consumers;
  private final List<AutoCloseable> open = new ArrayList<>();

  BenchContext(Path folder, List<Consumer> consumers) {
    this.folder = folder;
    this.consumers = consumers;
  }

  @Override
  public String place() {
    return "filters[0]";
  }

  @Override
  public String routeId() {
    return "";
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public List<Consumer> consumers() {
    return consumers;
  }

  @Override
  public UpstreamRef upstream(UpstreamName name) {
    return new UpstreamRef() {
      @Override
      public String name() {
        return name.text();
      }

      @Override
      public boolean maySpeakHttp2() {
        return false;
      }
    };
  }

  @Override
  public MirrorRef mirror(UpstreamName to, MirrorRef.Limits limits) {
    return to::text;
  }

  @Override
  public InstantSource clock() {
    return InstantSource.system();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Duration filterTimeout() {
    return Duration.ofSeconds(10);
  }

  @Override
  public int loops() {
    return 1;
  }

  @Override
  public <T> T state(Class<T> type, String key, Supplier<? extends T> create) {
    T state = create.get();
    if (state instanceof AutoCloseable closeable) {
      open.add(closeable);
    }
    return state;
  }

  @Override
  public RetryRef retries(RetryRules rules) {
    throw new UnsupportedOperationException("no filter that is measured asks for it");
  }

  @Override
  public Redis redis(String component, String name) {
    throw new InvalidValue(component, name, "no Redis in a benchmark");
  }

  @Override
  public Canary canary(Canary.Rules rules) {
    throw new UnsupportedOperationException("no filter that is measured asks for it");
  }

  @Override
  public CircuitBreaker circuitBreaker(CircuitBreaker.Rules rules) {
    throw new UnsupportedOperationException("no filter that is measured asks for it");
  }

  @Override
  public ConcurrencyLimit concurrencyLimit(String name, ConcurrencyLimit.Rules rules) {
    throw new UnsupportedOperationException("no filter that is measured asks for it");
  }

  @Override
  public RequestRules rules(String component, List<RequestPattern> patterns) {
    throw new UnsupportedOperationException("no filter that is measured asks for it");
  }

  @Override
  public RequestExpression expression(String component, String text) {
    throw new UnsupportedOperationException("no filter that is measured asks for it");
  }

  @Override
  public Counter counter(String name, String help, List<String> labels) {
    return new LongAdder()::add;
  }

  /** Closes states and deletes the folder. */
  @Override
  public void close() throws Exception {
    for (AutoCloseable state : open) {
      state.close();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(BenchContext::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
