/**
 * Connections whose bytes go on as they come: listeners with {@code tcp}.
 *
 * <p><b>What flows through.</b> {@link dev.yumen.dataplane.listener.Listener} accepts a connection,
 * counts it in, and reads the PROXY protocol; then {@link dev.yumen.dataplane.tcp.TcpConnections}
 * takes it over. Where TLS passes through, {@link dev.yumen.dataplane.tcp.ServerNameReader} looks
 * at the client's first message, consumes nothing, and finds the way in the {@link
 * dev.yumen.dataplane.tcp.TcpPlan}; where TLS ends here, the handlers of {@link
 * dev.yumen.dataplane.tls.ServerTls} stand in front. Then a {@link
 * dev.yumen.dataplane.tcp.TcpConnection} chooses an endpoint, connects, tries the next one where
 * that fails, and carries bytes both ways until both sides have ended theirs.
 *
 * <pre>
 * client ⇄ [TLS] ⇄ Side ── TcpConnection ── Side ⇄ [TLS] ⇄ endpoint
 * </pre>
 *
 * <p><b>Memory.</b> A side that does not take what is written to it pauses the reading of the other
 * one, at {@code limits.buffer} and what one reading brings. The end of a side's bytes (FIN, or
 * close_notify over TLS) is passed on behind them, and the other direction goes on. An end that is
 * none, such as a reset or a time-out, is a reset for the other side.
 *
 * <p><b>Threads and ownership.</b> Both sockets of a connection live on the event loop that
 * accepted the client, and all objects of a connection are touched by that loop alone. A plan is
 * immutable and belongs to a snapshot, which a connection pins until it is connected and not
 * longer: an open connection outlives any number of reloads at no cost. Buffers are passed from one
 * side's reading to the other side's writing and are never copied.
 */
@NullMarked
package dev.yumen.dataplane.tcp;

import org.jspecify.annotations.NullMarked;
