/**
 * The client's side: accepting connections and speaking HTTP/1.1 on them. {@link
 * dev.yumen.dataplane.listener.ServerConnection} is the reader of requests and the writer of
 * answers; what a request means is decided behind {@link
 * dev.yumen.dataplane.listener.RequestAcceptor}.
 */
@NullMarked
package dev.yumen.dataplane.listener;

import org.jspecify.annotations.NullMarked;
