package dev.yumen.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Lives on one event loop; only a {@link BlockingFilter} step touches
 * it from another thread, while it is parked. Must not be used after {@link Filter#onEnd}.
 */
public interface Exchange {

  /** Unique within the fleet for practical purposes; stands in every log line of this exchange. */
  String id();

  /** The id that a trace-id filter gave this exchange, else {@link #id()}. */
  String traceId();

  /**
   * Which configuration it was judged by, to its end whatever is live by then: its number in the
   * history and the first twelve digits of its hash, such as {@code 7-5f2c01d6a7b9}.
   */
  String configVersion();

  void traceId(String traceId);

  RequestHead request();

  /** {@code http} or {@code https}, as the client used it (or a trusted proxy says it did). */
  String scheme();

  /** The client: the peer, or what trusted proxies say of it. */
  InetAddress clientAddress();

  /** The other end of the connection, whatever headers say. */
  InetAddress peerAddress();

  /** The port at that end. */
  int peerPort();

  /** What the peer connected to: address and port of the gateway's end of the connection. */
  InetSocketAddress localAddress();

  /** What TLS agreed on with the peer; null without TLS. Trusted proxies have no say in it. */
  @Nullable TlsSession tls();

  /** Id of the matched route. */
  String routeId();

  /** The matched route's path as configured, such as {@code /api/order/{id}}. */
  String routePattern();

  /** Variables of the path template, percent-decoded; empty when there are none. */
  Map<String, String> pathVariables();

  /** Who the client is, once an authentication filter found out. */
  @Nullable Identity identity();

  /** Replaces an earlier one. */
  void identity(Identity identity);

  /** Short for the consumer of the {@link #identity}. */
  default @Nullable Consumer consumer() {
    Identity identity = identity();
    return identity == null ? null : identity.consumer();
  }

  /** How much this request matters; {@link Priority#NORMAL} unless a filter said otherwise. */
  Priority priority();

  /** Says how much it matters; from the next filter on, and when the gateway has too much to do. */
  void priority(Priority priority);

  <T> @Nullable T get(Key<T> key);

  <T> void put(Key<T> key, T value);

  /** Runs tasks on this exchange's event loop. */
  Executor executor();

  /**
   * Completes on this exchange's event loop once a time is over, and never when the exchange has
   * ended before: nothing is left behind then. For {@link Verdict#await}, so to be called there.
   *
   * @param time not negative
   */
  CompletionStage<Void> after(Duration time);

  /**
   * Replaces the time within which the upstream must have answered in full, counted from now.
   *
   * @param timeout more than zero
   */
  void requestTimeout(Duration timeout);

  /**
   * Sends the body of the answer no faster than this; of several calls the lowest counts. Too late
   * once response filters are through; without effect on what follows an upgrade.
   *
   * @param bytesPerSecond more than zero
   */
  void paceResponse(long bytesPerSecond);

  /**
   * Forwards to this upstream instead of the route's own; the last call counts. Where the route
   * ends in something else, as in an answer, it does so all the same.
   */
  void forwardTo(UpstreamRef upstream);

  /** Tries this request again by these rules, instead of those of its upstream. */
  void retries(RetryRef rules);

  /**
   * Makes another request, of this upstream, for the filter to see its answer. It is counted among
   * the requests of that upstream, whose endpoints, health and circuit breaker count, but not its
   * {@code retry}, {@code concurrency} and {@code timeout}.
   *
   * <p>The stage completes on the exchange's event loop, with the answer whatever its status, or
   * with a {@link CallFailed}; never when the exchange has ended before. For {@link Verdict#await},
   * whose {@code limits.filter-timeout} holds too.
   */
  CompletionStage<CallAnswer> call(UpstreamRef to, Call call);

  /**
   * Sends a copy of this request there too, as it is when it is forwarded, and drops its answer.
   * The copy leaves once the request has come in full; nothing that becomes of it is noticed here.
   * Where the route ends in something else than an upstream there is no copy, nor of an upgrade.
   */
  void mirror(MirrorRef to);

  /**
   * Takes the body of the request, for a filter that answers it itself: no other filter sees it,
   * and an exchange that goes on without it fails. To be called once, in the request step of a
   * filter and on the event loop.
   *
   * <p>The stage completes on the event loop, once the body is there in full; never when it is
   * longer, which is 413, or when the exchange has ended before. For {@link Verdict#await}.
   *
   * @param most bytes that are held in memory, at least 1
   */
  CompletionStage<byte[]> takeBody(int most);

  /**
   * Shows the beginning of the request's body, which stays where it is: what comes after goes on as
   * if nobody had looked. To be called in the request step of a filter and on the event loop, not
   * again before the stage has completed, nor after {@link #takeBody}.
   *
   * <p>The stage completes on the event loop, once so many bytes are there or the body is complete;
   * never when the exchange has ended before. What follows an upgrade is no body: nothing is shown.
   * For {@link Verdict#await}, whose {@code limits.filter-timeout} the client has for sending.
   *
   * @param most bytes that are shown, at least 1; they are held in memory
   */
  CompletionStage<byte[]> peekBody(int most);
}
