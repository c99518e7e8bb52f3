package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.TlsSession;
import dev.yumen.api.Verdict;
import dev.yumen.config.Address;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.config.Position;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.Explanation.Asked;
import dev.yumen.dataplane.explain.Explanation.End;
import dev.yumen.dataplane.explain.Explanation.Matched;
import dev.yumen.dataplane.explain.Explanation.Outcome;
import dev.yumen.dataplane.explain.Explanation.Tried;
import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Redaction;
import dev.yumen.dataplane.explain.Saying;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.routing.Candidate;
import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.snapshot.Snapshot;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says what becomes of a request without sending it: the request is written as a client writes it,
 * and read, judged and led through its filters by the code that does so with all others. What
 * differs is that nobody waits, nothing is counted and nothing is sent ({@link Rehearsal}).
 *
 * <p>Any thread but an event loop: it takes time that grows with the number of routes.
 */
public final class Explainer {
  /** Candidates that are told of at most. */
  public static final int MOST_CANDIDATES = 100;

  private final BuiltInEndpoints builtIn;
  private final PendingChallenges challenges;
  private final InstantSource clock;

  public Explainer(BuiltInEndpoints builtIn, PendingChallenges challenges, InstantSource clock) {
    this.builtIn = builtIn;
    this.challenges = challenges;
    this.clock = clock;
  }

  /**
   * @param snapshot which the caller keeps from being given back meanwhile
   * @param most candidates that are told of; with 0 they are not even looked for, and it is not
   *     told where settings stand
   * @throws InvalidValue when no listener of HTTP has the name that is asked for, or there is none
   */
  public Explanation explain(Snapshot snapshot, ExplainRequest asked, int most) {
    String listener = listener(snapshot.config(), asked);
    HeadTable head = new HeadTable();
    HeadParser parser =
        new HeadParser(HeadParser.Kind.REQUEST, HeadLimits.of(snapshot.config().limits()));
    return switch (parser.parse(Unpooled.wrappedBuffer(asked.head()), head)) {
      case DONE -> new Run(snapshot, asked, listener, head, most > 0).explain(most);
      case FAILED -> unreadable(snapshot, asked, listener, parser.error());
      case NEED_MORE ->
          throw InvalidValue.found("url", "a request without an end", "a method and a URL");
    };
  }

  private static Explanation unreadable(
      Snapshot snapshot, ExplainRequest asked, String listener, WireError error) {
    return new Explanation(
        new Asked(
            asked.method(),
            asked.scheme(),
            asked.authority(),
            asked.path(),
            listener,
            asked.client().getHostAddress()),
        EndRehearsal.failure(Failure.of(error.code(), error.text()), true),
        null,
        List.of(),
        snapshot.table().size(),
        List.of(),
        null,
        List.of(Saying.of(Phrase.REFUSED_ON_THE_WIRE)));
  }

  // ---- by which way it comes ----

  private static String listener(GatewayConfig config, ExplainRequest asked) {
    List<String> known =
        config.listeners().entrySet().stream()
            .filter(entry -> entry.getValue().tcp() == null && entry.getValue().udp() == null)
            .map(Map.Entry::getKey)
            .toList();
    String wanted = asked.listener();
    if (known.isEmpty() || (wanted != null && !known.contains(wanted))) {
      String expected = known.isEmpty() ? "a listener for HTTP" : String.join(", ", known);
      throw new InvalidValue("listener", wanted == null ? "none" : wanted, expected);
    }
    if (wanted != null) {
      return wanted;
    }
    String best = known.getFirst();
    int most = -1;
    for (String name : known) {
      ListenerConfig listener = config.listeners().get(name);
      int fits = listener == null ? -1 : fits(listener, asked);
      best = fits > most ? name : best;
      most = Math.max(most, fits);
    }
    return best;
  }

  private static int fits(ListenerConfig listener, ExplainRequest asked) {
    boolean scheme = (listener.tls() != null) == asked.scheme().equals("https");
    boolean port = listener.address().port() == asked.port();
    return (scheme ? 2 : 0) + (port ? 1 : 0);
  }

  /** One request that could be read. */
  private final class Run {
    private final Snapshot snapshot;
    private final String listener;
    private final ExplainRequest asked;
    private final Rehearsal exchange;
    private final List<Saying> why = new ArrayList<>();
    private final boolean places;
    private boolean takenIn;

    /**
     * @param places whether it is told where settings stand
     */
    private Run(
        Snapshot snapshot, ExplainRequest asked, String listener, HeadTable head, boolean places) {
      this.places = places;
      this.snapshot = snapshot;
      this.listener = listener;
      this.asked = asked;
      ListenerConfig settings = snapshot.config().listeners().get(listener);
      boolean secure = settings != null && settings.tls() != null;
      this.exchange =
          new Rehearsal(
              snapshot,
              head,
              asked,
              local(settings),
              secure ? session(asked) : null,
              asked.time() == null ? clock.millis() : asked.time().toEpochMilli());
    }

    private static InetSocketAddress local(@Nullable ListenerConfig settings) {
      Address address = settings == null ? new Address("127.0.0.1", 0) : settings.address();
      InetAddress ip = NetUtil.createInetAddressFromIpAddressString(address.host());
      return new InetSocketAddress(
          ip == null ? InetAddress.getLoopbackAddress() : ip, address.port());
    }

    private static TlsSession session(ExplainRequest asked) {
      String host = asked.serverName() == null ? asked.host() : asked.serverName();
      boolean address = NetUtil.isValidIpV4Address(host) || host.startsWith("[");
      String name = address ? null : host.toLowerCase(Locale.ROOT);
      return new TlsSession("TLSv1.3", "TLS_AES_128_GCM_SHA256", name, "http/1.1", null, false);
    }

    private Explanation explain(int most) {
      if (ExchangeAcceptor.proof(challenges, exchange.head()) != null) {
        return told(new Outcome(End.BUILT_IN, 200, null, "", true), List.of(), null, List.of());
      }
      Intake.Refusal refusal = Intake.admit(exchange, listener);
      if (refusal != null) {
        why.add(Saying.of(Phrase.REFUSED_BEFORE_ROUTING));
        Outcome refused = EndRehearsal.failure(refusal.failure(), true);
        return told(refused, List.of(), null, List.of());
      }
      takenIn = true;
      boolean routed = HiddenConditions.decideNothing(exchange, asked.hidden(), why);
      List<Candidate> candidates =
          most == 0
              ? List.of()
              : snapshot.table().candidates(exchange, exchange.routeMatch(), most);
      FilterRehearsal filters = new FilterRehearsal(exchange, routed);
      filters.run(exchange.route().chain(), this::filterAt);
      EndRehearsal end = new EndRehearsal(exchange, listener, builtIn, this::at, why);
      Outcome outcome =
          switch (filters.verdict()) {
            case Verdict.Proceed _ -> end.run(filters.sure());
            case Verdict.Fail fail ->
                new Outcome(
                    End.FAILURE,
                    FilterRehearsal.status(fail),
                    fail.failure().code().name(),
                    fail.failure().detail(),
                    filters.sure());
            case Verdict.Respond respond ->
                new Outcome(End.FILTER, respond.response().status(), null, "", filters.sure());
            case Verdict.Await _ -> throw new IllegalStateException("an effect that waits");
          };
      return told(outcome, candidates, end.destination(), filters.steps());
    }

    private Explanation told(
        Outcome outcome,
        List<Candidate> candidates,
        Explanation.@Nullable Destination destination,
        List<Explanation.Step> filters) {
      String id = exchange.routeId();
      Matched route = id.isEmpty() ? null : new Matched(id, exchange.routePattern(), at(place(id)));
      return new Explanation(
          asked(),
          outcome,
          route,
          tried(candidates),
          snapshot.table().size(),
          filters,
          destination,
          why);
    }

    /** As it came: filters may have changed it since. */
    private Asked asked() {
      HeadTable head = exchange.head();
      int start = exchange.authorityStart();
      return new Asked(
          exchange.method(),
          exchange.scheme(),
          head.text(start, exchange.authorityEnd()),
          takenIn ? normalPath() : asked.path(),
          listener,
          exchange.clientAddress().getHostAddress());
    }

    private String normalPath() {
      return exchange.routeMatch().isMatch()
          ? exchange.routeMatch().pathText()
          : exchange.target().pathText();
    }

    private List<Tried> tried(List<Candidate> candidates) {
      return candidates.stream()
          .map(
              candidate ->
                  candidate.standing() instanceof Misses misses
                      ? new Tried(hidden(candidate.id(), misses), at(missedAt(candidate, misses)))
                      : new Tried(candidate, at(place(candidate.id()))))
          .toList();
    }

    private static Candidate hidden(String id, Misses misses) {
      String safe = Redaction.expected(misses.setting(), misses.expected());
      return new Candidate(id, new Misses(misses.part(), misses.setting(), safe));
    }

    /** Header names are written in any case. */
    private String missedAt(Candidate candidate, Misses misses) {
      int route = index(candidate.id());
      String setting = misses.setting();
      if (setting.startsWith("headers.")) {
        String name = setting.substring("headers.".length());
        for (String written : snapshot.config().routes().get(route).match().headers().keySet()) {
          setting = written.equalsIgnoreCase(name) ? "headers." + written : setting;
        }
      }
      return "routes[" + route + "].match." + setting;
    }

    private String place(String routeId) {
      return "routes[" + index(routeId) + "]";
    }

    private int index(String routeId) {
      return snapshot.routeIndex(routeId);
    }

    private @Nullable String filterAt(int index) {
      if (!places) {
        return null;
      }
      int shared = snapshot.config().filters().size();
      String list =
          index < shared
              ? "filters[" + index
              : place(exchange.routeId()) + ".filters[" + (index - shared);
      return at(list + "]." + exchange.route().chain().step(index).name());
    }

    private @Nullable String at(@Nullable String setting) {
      if (!places) {
        return null;
      }
      Position position = setting == null ? null : snapshot.positions().nearest(setting);
      if (position == null) {
        return null;
      }
      return position.line() == 0 ? position.file() : position.file() + ":" + position.line();
    }
  }
}
