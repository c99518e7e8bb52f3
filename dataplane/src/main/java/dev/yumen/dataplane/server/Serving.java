package dev.yumen.dataplane.server;

import dev.yumen.dataplane.loop.Loop;

/**
 * What a client's connection is given to work with.
 *
 * @param loop the one that all of the connection happens on
 * @param acceptor where its requests go
 * @param limits that were live when it was accepted
 * @param registry of its listener, where it has been counted in
 * @param secure whether TLS lies below
 */
public record Serving(
    Loop loop,
    RequestAcceptor acceptor,
    ListenerLimits limits,
    ConnectionRegistry registry,
    boolean secure) {

  /** {@code https} or {@code http}. */
  public String scheme() {
    return secure ? "https" : "http";
  }
}
