/**
 * A client's connection while it speaks HTTP/1.1, and what serving a client needs whatever it
 * speaks. {@link dev.yumen.dataplane.server.Http1ServerConnection} reads requests and writes
 * answers; what a request means is decided behind {@link
 * dev.yumen.dataplane.server.RequestAcceptor}. {@link dev.yumen.dataplane.server.Serving} is what a
 * connection is given: its loop, its limits, and the registry of its listener.
 */
@NullMarked
package dev.yumen.dataplane.server;

import org.jspecify.annotations.NullMarked;
