package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.TlsSession;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.routing.RouteMatch;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.routing.TargetError;
import dev.yumen.dataplane.routing.TargetNormalizer;
import dev.yumen.dataplane.tls.ServerTls;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests in: what no route may get is refused, the target is brought into its normal form,
 * and the route is found. No filter has seen the request yet. What a refusal leads to is for the
 * caller, so that a request can be judged that nobody sent.
 */
final class Intake {
  private Intake() {}

  /**
   * Why a request is not taken in.
   *
   * @param counted the reason it is counted under among those rejected; null when it is not
   * @param closes whether nothing else is read from its client
   */
  record Refusal(Failure failure, @Nullable String counted, boolean closes) {
    private static Refusal of(FailureCode code, String detail) {
      return new Refusal(Failure.of(code, detail), null, false);
    }

    private static Refusal rejected(String reason, String detail) {
      return new Refusal(Failure.of(FailureCode.BAD_REQUEST, detail), reason, true);
    }
  }

  /**
   * Finds the route, or why there can be none.
   *
   * @param listener name of the one that it came by
   */
  static @Nullable Refusal admit(Entrant request, String listener) {
    HeadTable head = request.head();
    if (head.minorVersion() == 0) {
      head.remove("expect"); // RFC 9110 §10.1.1: ignored in HTTP/1.0
    }
    TargetError error = normalize(head, request.target());
    if (error != null) {
      return Refusal.rejected(error.name(), error.sentence());
    }
    if (request.method().equals("CONNECT") || request.method().equals("TRACE")) {
      return new Refusal(
          Failure.of(FailureCode.METHOD_NOT_ALLOWED, request.method() + " is refused")
              .header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
          null,
          false);
    }
    if (misdirected(request, listener)) {
      return Refusal.of(FailureCode.MISDIRECTED_REQUEST, "another name was asked for in TLS");
    }
    if (head.expectUnknown()) {
      return Refusal.of(FailureCode.EXPECTATION_FAILED, "unknown Expect");
    }
    if (head.contentLength() > request.snapshot().limits().bodyBytes()) {
      return new Refusal(
          Failure.of(
              FailureCode.PAYLOAD_TOO_LARGE,
              "Content-Length: " + head.contentLength() + " (limits.body)"),
          "body_too_large",
          false);
    }
    return findRoute(request);
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

  /** Whether another client certificate may be demanded for this host than the client was asked. */
  private static boolean misdirected(Entrant request, String listener) {
    TlsSession session = request.tls();
    ServerTls tls = session == null ? null : request.snapshot().tls(listener);
    if (session == null || tls == null || tls.oneForAll()) {
      return false;
    }
    String authority = request.request().authority();
    int port = authority.lastIndexOf(':');
    String host = port > authority.lastIndexOf(']') ? authority.substring(0, port) : authority;
    return !tls.mayServe(
        session.serverName(), host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
  }

  private static @Nullable Refusal findRoute(Entrant request) {
    Target target = request.target();
    RouteMatch<String> match = request.routeMatch();
    boolean found = request.snapshot().table().match(request, match);
    Object ambiguous = found ? match.refused() : target.refused(Set.of());
    if (ambiguous != null) {
      return Refusal.rejected("AMBIGUOUS_PATH", "ambiguous path: " + ambiguous);
    }
    if (found) {
      request.route(request.snapshot().route(match.payload()));
      request.request().path(match.path(), match.pathStart(), match.pathEnd());
    } else {
      request.request().path(target.path(), target.pathStart(), target.pathEnd());
    }
    if (target.hasQuery()) {
      request.request().query(target.query(), target.queryStart(), target.queryEnd());
    }
    return null;
  }

  /**
   * Why a request fails that no route took: its method, or everything. With {@code NO_ROUTE} the
   * gateway itself may have something at its address.
   */
  static Failure unmatched(Entrant request) {
    String what = request.method() + " " + request.request().path();
    Set<String> methods = request.routeMatch().otherMethods();
    return methods.isEmpty()
        ? Failure.of(FailureCode.NO_ROUTE, what)
        : Failure.of(FailureCode.METHOD_NOT_ALLOWED, what)
            .header("Allow", String.join(", ", methods));
  }
}
