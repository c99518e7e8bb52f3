package dev.yumen.dataplane.tcp;

import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.server.ConnectionRegistry;

/**
 * What a connection is given to work with.
 *
 * @param loop the one that all of the connection happens on
 * @param registry of its listener, where it has been counted in
 * @param plan that was live when it was accepted
 * @param pin keeps the plan's upstreams until it is let go
 */
record TcpServing(Loop loop, ConnectionRegistry registry, TcpPlan plan, TcpConnections.Pin pin) {}
