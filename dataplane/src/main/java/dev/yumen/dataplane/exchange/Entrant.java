package dev.yumen.dataplane.exchange;

import dev.yumen.api.TlsSession;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.routing.RouteMatch;
import dev.yumen.dataplane.routing.RoutedRequest;
import dev.yumen.dataplane.snapshot.Route;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.stream.InboundRequest;
import org.jspecify.annotations.Nullable;

/** A request that {@link Intake} takes in: one that a client sent, or one that is rehearsed. */
interface Entrant extends RoutedRequest {
  HeadTable head();

  InboundRequest request();

  Snapshot snapshot();

  /** What TLS agreed on with the peer; null without TLS. */
  @Nullable TlsSession tls();

  @Override
  RouteMatch<String> routeMatch();

  /** The route that takes it. */
  void route(Route found);

  @Override
  default String method() {
    return head().method();
  }

  @Override
  default HeadTable headers() {
    return head();
  }

  @Override
  default byte[] authorityBytes() {
    return head().bytes();
  }

  @Override
  default int authorityStart() {
    return request().authorityStart();
  }

  @Override
  default int authorityEnd() {
    return request().authorityEnd();
  }
}
