package dev.yumen.api;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** What a filter may use while it is made. Valid for the life of the filter. */
public interface FilterContext {

  /**
   * Where the filter is written, such as {@code routes[2].filters[0]}; identifies it in messages.
   * Where routes come and go before it without its being made anew, it is where it stood then.
   */
  String place();

  /** Id of the route it is for; empty when it is for every route. */
  String routeId();

  /**
   * Folder that relative file names of the configuration count from. A filter that asks for it
   * while it is made is made anew with every configuration, as the files may be others by then.
   */
  Path folder();

  List<Consumer> consumers();

  /** The upstream of this name, to be given to {@link Exchange#forwardTo}. */
  UpstreamRef upstream(UpstreamName name);

  /** The upstream of this name as one that gets copies, for {@link Exchange#mirror}. */
  MirrorRef mirror(UpstreamName to, MirrorRef.Limits limits);

  /** Wall clock; tests set their own. */
  InstantSource clock();

  /** Monotonic time in nanoseconds, from the same clock. */
  long nanoTime();

  /** Longest time that one step of a filter may take before the exchange goes on without it. */
  Duration filterTimeout();

  /** Number of event loops, at least 1: a hint for striping. */
  int loops();

  /**
   * Whether requests may come. When not, the configuration is only looked at, as by {@code check}:
   * nothing is to be fetched, asked or opened for it.
   */
  default boolean live() {
    return true;
  }

  /**
   * State that outlives this configuration as long as the next one asks for it under the same key:
   * limiter counts, open files. The key holds every setting that matters. When no live
   * configuration uses it any more it is dropped, and closed if it is {@link AutoCloseable}.
   */
  <T> T state(Class<T> type, String key, Supplier<? extends T> create);

  /**
   * A circuit breaker for what the filter guards. Breakers of the same route with the same rules
   * are one, across reloads too; its opening is logged and counted under the route's name.
   */
  CircuitBreaker circuitBreaker(CircuitBreaker.Rules rules);

  /**
   * A canary for the route. There is one for a route, and it is the same one across reloads as long
   * as its rules are the same.
   *
   * @throws InvalidValue when the filter is for every route, or the route has one already
   */
  Canary canary(Canary.Rules rules);

  /** Rules for trying requests again, to be given to {@link Exchange#retries}. */
  RetryRef retries(RetryRules rules);

  /**
   * The Redis of this name, which every place of the configuration shares.
   *
   * @param component the setting that names it, for the message
   * @throws InvalidValue when the configuration has none of this name
   */
  Redis redis(String component, String name);

  /**
   * A limit of requests under way. Limits of the same route with the same name and rules are one,
   * across reloads too.
   */
  ConcurrencyLimit concurrencyLimit(String name, ConcurrencyLimit.Rules rules);

  /**
   * Rules of the filter, by which requests they are for.
   *
   * @param component the setting they stand in, a list
   * @throws InvalidValue naming the setting within the list, for a rule that is malformed or that
   *     one before it leaves nothing to
   */
  RequestRules rules(String component, List<RequestPattern> patterns);

  /**
   * An expression in CEL that comes to true or false.
   *
   * @param component the setting that it stands in
   * @throws InvalidValue if it is none
   */
  RequestExpression expression(String component, String text);

  /**
   * A counter under the given metric name.
   *
   * @param name without the {@code _total} suffix, such as {@code gateway_rate_limited}
   * @param labels name, value, name, value …; values from a closed set
   */
  Counter counter(String name, String help, List<String> labels);

  /** Only ever goes up. Any thread. */
  interface Counter {
    void add(long amount);
  }
}
