package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.RequestHead;
import dev.yumen.api.Response;
import dev.yumen.config.ListenerConfig;
import dev.yumen.dataplane.audit.AuditLog;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.overload.Overload;
import dev.yumen.dataplane.recording.Recording;
import dev.yumen.dataplane.recording.RequestRing;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.snapshot.SnapshotHolder;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.RequestEvents;
import io.netty.buffer.Unpooled;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins an exchange for every request of the traffic listeners. */
public final class ExchangeAcceptor implements RequestAcceptor {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeAcceptor.class);

  private final String listener;
  private final Surroundings surroundings;
  private final LoopExchanges[] loops;

  /** What exchanges need of the process around them. */
  public record Surroundings(
      SnapshotHolder snapshots,
      BuiltInEndpoints builtIn,
      Overload overload,
      FailureResponses failures,
      FailureLog failureLog,
      AuditLog audit,
      PendingChallenges challenges,
      Recording recording,
      Metrics metrics,
      InstantSource clock) {}

  /**
   * @param listener name of the listener that requests come from
   */
  public ExchangeAcceptor(String listener, Surroundings surroundings, List<Loop> loops) {
    this.listener = listener;
    this.surroundings = surroundings;
    this.loops = loops.stream().map(LoopExchanges::new).toArray(LoopExchanges[]::new);
  }

  @Override
  public RequestEvents onRequest(
      ClientStream client, HeadTable head, Framing framing, long startNanos) {
    RequestEvents challenge = challenge(client, head);
    if (challenge != null) {
      return challenge;
    }
    ProxyExchange exchange = new ProxyExchange(this, client, head, startNanos);
    exchange.begin(surroundings.snapshots().current(), framing);
    return exchange;
  }

  /**
   * Answers an authority that waits for proof that a domain leads here, before any filter or route
   * could stand in its way. Null for every other request.
   */
  private @Nullable RequestEvents challenge(ClientStream client, HeadTable head) {
    byte[] proof = proof(surroundings.challenges(), head);
    if (proof == null) {
      return null;
    }
    LOG.debug("answered a challenge to {}", client.peer().text());
    OwnAnswer answer = new OwnAnswer(client, head.method().equals("HEAD"));
    answer.send(Response.of(200).header("content-type", "application/octet-stream").body(proof));
    return answer;
  }

  /** What such an authority is answered; null for all others. */
  static byte @Nullable [] proof(PendingChallenges challenges, HeadTable head) {
    if (!challenges.awaitsHttp() || head.pathStart() >= head.pathEnd()) {
      return null;
    }
    boolean reads = head.method().equals("GET") || head.method().equals("HEAD");
    return reads ? challenges.answer(head.text(head.pathStart(), head.pathEnd())) : null;
  }

  @Override
  public void onUnreadable(ClientStream client, Failure failure) {
    LOG.debug("refused {}: {}", client.peer().text(), failure.detail());
    Loop loop = client.loop();
    loop.metrics().failed(failure.code());
    Response response = failures().answer(failure, null, loop.nextId());
    HeadTable fields = new HeadTable();
    for (Response.Field field : response.headers()) {
      fields.add(field.name(), field.value());
    }
    client.closeAfterAnswer();
    client.sendHead(response.status(), fields, Framing.LENGTH, response.body().length);
    client.sendBody(Unpooled.wrappedBuffer(response.body()));
    client.sendEnd(null);
  }

  String listener() {
    return listener;
  }

  LoopExchanges of(Loop loop) {
    return loops[loop.index()];
  }

  /** What the gateway itself has at this address of this listener, or null. */
  @Nullable Supplier<Response> builtIn(Snapshot snapshot, RequestHead request) {
    ListenerConfig settings = snapshot.config().listeners().get(listener);
    return settings == null ? null : surroundings.builtIn().find(request, settings.builtIn());
  }

  /** What tells the client of HTTP/3 at this listener (RFC 7838 §3); null where nothing has to. */
  @Nullable String alternative(Snapshot snapshot, ClientStream client) {
    if (client.peer().tls() == null || client.version().equals("3")) {
      return null;
    }
    ListenerConfig settings = snapshot.config().listeners().get(listener);
    if (settings == null
        || !settings.protocols().contains(ListenerConfig.Protocol.HTTP3)
        || !settings.http3().advertise()) {
      return null;
    }
    int mapped = settings.http3().port();
    int port = mapped == 0 ? client.peer().localPort() : mapped;
    return "h3=\":" + port + "\"; ma=" + settings.http3().maxAge().toSeconds();
  }

  void countRejected(Loop loop, String reason) {
    loop.metrics().rejected(surroundings.metrics().rejectionSlot(reason.toLowerCase(Locale.ROOT)));
  }

  Overload overload() {
    return surroundings.overload();
  }

  FailureResponses failures() {
    return surroundings.failures();
  }

  AuditLog audit() {
    return surroundings.audit();
  }

  /** Where the requests of a loop are kept; null when they are not. */
  @Nullable RequestRing ring(Loop loop) {
    return surroundings.recording().of(loop);
  }

  FailureLog failureLog() {
    return surroundings.failureLog();
  }

  InstantSource clock() {
    return surroundings.clock();
  }
}
