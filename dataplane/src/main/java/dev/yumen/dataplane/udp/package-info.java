/**
 * Datagrams: listeners with {@code udp}.
 *
 * <p><b>What flows through.</b> A {@link dev.yumen.dataplane.udp.UdpListener} has one socket, and a
 * {@link dev.yumen.dataplane.udp.UdpSession} for each client address that something came from. A
 * session has a socket of its own, connected to the endpoint that was chosen for it, so that
 * answers find their way back by the port they come to. It ends when nothing moved for its time, or
 * when the service's machine says that nobody listens there.
 *
 * <p><b>Memory.</b> Nothing is held but what the kernel does not take at once, and that is bounded
 * by the sockets' water marks: a datagram beyond them is dropped and counted, as any router would
 * do. The number of sessions, each with a socket, is bounded too.
 *
 * <p><b>Threads and ownership.</b> A listener and all its sessions live on one event loop, drawn
 * when the port is opened; only the number of sessions is read from elsewhere. A plan is immutable
 * and belongs to a snapshot. A session asks for it and connects in one turn of the loop, and needs
 * it no more, so nothing has to be pinned.
 */
@NullMarked
package dev.yumen.dataplane.udp;

import org.jspecify.annotations.NullMarked;
