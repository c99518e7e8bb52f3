package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.routing.RouteMatch;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.routing.TargetError;
import dev.yumen.dataplane.routing.TargetNormalizer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests in: what no route may get is refused, the target is brought into its normal form,
 * and the route is found. No filter has seen the request yet.
 */
final class Intake {
  private Intake() {}

  /** Finds the route, or why there can be none. */
  static @Nullable Failure admit(ProxyExchange exchange, ExchangeAcceptor acceptor) {
    HeadTable head = exchange.head();
    if (head.minorVersion() == 0) {
      head.remove("expect"); // RFC 9110 §10.1.1: ignored in HTTP/1.0
    }
    TargetError error = normalize(head, exchange.scratch().target);
    if (error != null) {
      return rejected(exchange, acceptor, error.name(), error.sentence());
    }
    if (exchange.method().equals("CONNECT") || exchange.method().equals("TRACE")) {
      return Failure.of(FailureCode.METHOD_NOT_ALLOWED, exchange.method() + " is refused")
          .header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
    if (acceptor.misdirected(exchange.snapshot(), exchange.client(), exchange.request())) {
      return Failure.of(FailureCode.MISDIRECTED_REQUEST, "another name was asked for in TLS");
    }
    if (head.expectUnknown()) {
      return Failure.of(FailureCode.EXPECTATION_FAILED, "unknown Expect");
    }
    if (head.contentLength() > exchange.snapshot().limits().bodyBytes()) {
      acceptor.countRejected(exchange.loop(), "body_too_large");
      return Failure.of(
          FailureCode.PAYLOAD_TOO_LARGE,
          "Content-Length: " + head.contentLength() + " (limits.body)");
    }
    return findRoute(exchange, acceptor);
  }

  private static @Nullable TargetError normalize(HeadTable head, Target into) {
    if (head.pathStart() < head.pathEnd()) {
      return TargetNormalizer.normalize(head.bytes(), head.pathStart(), head.targetEnd(), into);
    }
    // An absolute target without a path (RFC 9112 §3.2.1, §3.2.4).
    boolean hasQuery = head.queryStart() >= 0;
    String path = head.method().equals("OPTIONS") && !hasQuery ? "*" : "/";
    String query = hasQuery ? "?" + head.text(head.queryStart(), head.targetEnd()) : "";
    byte[] target = (path + query).getBytes(StandardCharsets.ISO_8859_1);
    return TargetNormalizer.normalize(target, 0, target.length, into);
  }

  private static @Nullable Failure findRoute(ProxyExchange exchange, ExchangeAcceptor acceptor) {
    Target target = exchange.scratch().target;
    RouteMatch<String> match = exchange.scratch().match;
    boolean found = exchange.snapshot().table().match(exchange, match);
    Object ambiguous = found ? match.refused() : target.refused(Set.of());
    if (ambiguous != null) {
      return rejected(exchange, acceptor, "AMBIGUOUS_PATH", "ambiguous path: " + ambiguous);
    }
    if (found) {
      exchange.route(exchange.snapshot().route(match.payload()));
      exchange.request().path(match.path(), match.pathStart(), match.pathEnd());
    } else {
      exchange.request().path(target.path(), target.pathStart(), target.pathEnd());
    }
    if (target.hasQuery()) {
      exchange.request().query(target.query(), target.queryStart(), target.queryEnd());
    }
    return null;
  }

  private static Failure rejected(
      ProxyExchange exchange, ExchangeAcceptor acceptor, String reason, String detail) {
    acceptor.countRejected(exchange.loop(), reason);
    exchange.client().closeAfterAnswer();
    return Failure.of(FailureCode.BAD_REQUEST, detail);
  }
}
