package dev.yumen.dataplane.server;

import dev.yumen.api.TlsSession;
import dev.yumen.dataplane.loop.Loop;
import org.jspecify.annotations.Nullable;

/**
 * What a client's connection is given to work with.
 *
 * @param loop the one that all of the connection happens on
 * @param acceptor where its requests go
 * @param limits that were live when it was accepted
 * @param registry of its listener, where it has been counted in
 * @param upgrade to HTTP/2 where a request may ask for it; null where not
 * @param tls what TLS below agreed on; null without TLS
 */
public record Serving(
    Loop loop,
    RequestAcceptor acceptor,
    ListenerLimits limits,
    ConnectionRegistry registry,
    @Nullable Http2Upgrade upgrade,
    @Nullable TlsSession tls) {

  /** The same for a connection that TLS lies below. */
  public Serving over(TlsSession session) {
    return new Serving(loop, acceptor, limits, registry, null, session);
  }
}
