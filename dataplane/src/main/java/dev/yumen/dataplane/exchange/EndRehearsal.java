package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Verdict;
import dev.yumen.config.AnswerConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.explain.Explanation.Destination;
import dev.yumen.dataplane.explain.Explanation.End;
import dev.yumen.dataplane.explain.Explanation.Limit;
import dev.yumen.dataplane.explain.Explanation.Outcome;
import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Redaction;
import dev.yumen.dataplane.explain.Saying;
import dev.yumen.dataplane.guard.FairLimit;
import dev.yumen.dataplane.snapshot.RouteEnd;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.upstream.EndpointPreview;
import dev.yumen.dataplane.upstream.Fallback;
import dev.yumen.dataplane.upstream.Upstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the end of its route would do with a rehearsed exchange that all filters let pass. */
final class EndRehearsal {
  private final Rehearsal exchange;
  private final String listener;
  private final BuiltInEndpoints builtIn;
  private final UnaryOperator<@Nullable String> at;
  private final List<Saying> why;
  private boolean sure;
  private @Nullable Destination destination;

  /**
   * @param at the file and line of a setting
   * @param why where to say more
   */
  EndRehearsal(
      Rehearsal exchange,
      String listener,
      BuiltInEndpoints builtIn,
      UnaryOperator<@Nullable String> at,
      List<Saying> why) {
    this.exchange = exchange;
    this.listener = listener;
    this.builtIn = builtIn;
    this.at = at;
    this.why = why;
  }

  /**
   * @param known whether all that came before was tried
   */
  Outcome run(boolean known) {
    sure = known;
    return switch (exchange.route().end()) {
      case RouteEnd.Forward forward -> forward(forward);
      case RouteEnd.Respond respond -> end(End.RESPOND, respond.response().status());
      case RouteEnd.RedirectTo redirect -> {
        String location = redirect.location().render(exchange);
        why.add(Saying.of(Phrase.REDIRECTS_TO, Redaction.target(location)));
        yield end(End.REDIRECT, redirect.status());
      }
      case RouteEnd.Files files -> file(files);
      case RouteEnd.Unmatched _ -> unmatched();
    };
  }

  /** Where it is forwarded; null when it is not. */
  @Nullable Destination destination() {
    return destination;
  }

  private Outcome end(End end, int status) {
    return new Outcome(end, status, null, "", sure);
  }

  private Outcome failure(Failure failure) {
    return failure(failure, sure);
  }

  static Outcome failure(Failure failure, boolean sure) {
    return new Outcome(
        End.FAILURE, failure.code().status(), failure.code().name(), failure.detail(), sure);
  }

  private Outcome file(RouteEnd.Files files) {
    try {
      Verdict verdict = StaticAnswers.answer(files, exchange);
      return verdict instanceof Verdict.Fail fail
          ? failure(fail.failure())
          : end(End.FILE, FilterRehearsal.status(verdict));
    } catch (IOException e) {
      return failure(Failure.of(FailureCode.FILTER_FAILED, "the file: " + e));
    }
  }

  private Outcome unmatched() {
    Failure failure = Intake.unmatched(exchange);
    if (failure.code() != FailureCode.NO_ROUTE) {
      why.add(
          Saying.of(Phrase.OTHER_METHOD, String.join(", ", exchange.routeMatch().otherMethods())));
      return failure(failure);
    }
    ListenerConfig settings = exchange.snapshot().config().listeners().get(listener);
    if (settings != null && builtIn.find(exchange.request(), settings.builtIn()) != null) {
      return end(End.BUILT_IN, 200);
    }
    why.add(Saying.of(Phrase.NO_ROUTE));
    return failure(failure);
  }

  // ---- forwarding ----

  private Outcome forward(RouteEnd.Forward forward) {
    Upstream chosen = exchange.upstream();
    double share = 100;
    if (chosen == null) {
      RouteConfig.Target target = likeliest();
      chosen = exchange.snapshot().upstream(target.upstream());
      share = share(forward, chosen);
      sure &= share == 100;
    }
    EndpointSearch search = EndpointSearch.of(chosen, exchange);
    if (search == null) {
      String key = "the key by which an endpoint of " + chosen.name() + " is chosen";
      return failure(Failure.of(FailureCode.BAD_REQUEST, key + " is missing"));
    }
    EndpointPreview endpoints = search.preview();
    destination =
        new Destination(
            chosen.name(),
            share,
            endpoints,
            limits(chosen),
            at.apply("upstreams." + chosen.name()));
    if (!endpoints.any()) {
      why.add(Saying.of(Phrase.NO_ENDPOINT, chosen.name()));
      return orFallback(
          chosen, Failure.of(FailureCode.NO_ENDPOINT, chosen.name() + " has no endpoint"));
    }
    if (chosen.refusesNanos() > 0) {
      long seconds = Math.ceilDiv(chosen.refusesNanos(), 1_000_000_000L);
      why.add(Saying.of(Phrase.BREAKER_OPEN, chosen.name(), Long.toString(seconds)));
      return orFallback(
          chosen,
          Failure.of(FailureCode.CIRCUIT_OPEN, chosen.name() + " fails and is spared for a while"));
    }
    return end(End.UPSTREAM, 0);
  }

  private Outcome orFallback(Upstream upstream, Failure failure) {
    Fallback fallback = upstream.fallback();
    if (fallback == null || !fallback.insteadOf(failure.code())) {
      return failure(failure);
    }
    AnswerConfig.Compiled answer = fallback.answer();
    if (answer != null) {
      why.add(Saying.of(Phrase.FALLBACK, "respond"));
      return end(End.RESPOND, answer.render(exchange).status());
    }
    why.add(Saying.of(Phrase.FALLBACK, Objects.requireNonNull(fallback.upstream())));
    return end(End.UPSTREAM, 0);
  }

  /** Of the route's upstreams the one with the largest share; of several the first. */
  private RouteConfig.Target likeliest() {
    List<RouteConfig.Target> targets = routeTo();
    RouteConfig.Target best = targets.getFirst();
    for (RouteConfig.Target target : targets) {
      best = target.weight() > best.weight() ? target : best;
    }
    return best;
  }

  private double share(RouteEnd.Forward forward, Upstream chosen) {
    List<RouteConfig.Target> targets = routeTo();
    long all = 0;
    long own = 0;
    for (int i = 0; i < targets.size(); i++) {
      all += targets.get(i).weight();
      own += forward.upstreams().get(i).equals(chosen) ? targets.get(i).weight() : 0;
    }
    return 100.0 * own / all;
  }

  private List<RouteConfig.Target> routeTo() {
    Snapshot snapshot = exchange.snapshot();
    return snapshot.config().routes().get(snapshot.routeIndex(exchange.routeId())).to();
  }

  private List<Limit> limits(Upstream upstream) {
    UpstreamConfig.Timeout timeout = upstream.config().timeout();
    Duration request = exchange.timeout() == null ? timeout.request() : exchange.timeout();
    List<Limit> limits = new ArrayList<>();
    limits.add(new Limit("timeout.connect", text(timeout.connect())));
    limits.add(new Limit("timeout.header", text(timeout.header())));
    limits.add(new Limit("timeout.request", text(request)));
    limits.add(new Limit("timeout.idle", text(timeout.idle())));
    var retries = exchange.retries() == null ? upstream.retries() : exchange.retries();
    limits.add(new Limit("retry.attempts", Integer.toString(retries.rules().attempts())));
    limits.add(new Limit("limits.body", Long.toString(exchange.snapshot().limits().bodyBytes())));
    FairLimit concurrency = upstream.concurrencyState();
    if (concurrency != null) {
      limits.add(new Limit("concurrency", concurrency.inUse() + " of " + concurrency.limit()));
    }
    if (upstream.breakerState() != null) {
      String state = upstream.breakerState().name().toLowerCase(Locale.ROOT);
      limits.add(new Limit("circuit-breaker", state.replace('_', '-')));
    }
    return limits;
  }

  private static String text(Duration time) {
    if (time.isZero()) {
      return "0s";
    }
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }
}
