/**
 * The PROXY protocol, versions 1 and 2, as HAProxy's {@code proxy-protocol.txt} describes it: the
 * first bytes of a connection tell whose connection it is.
 *
 * <p>Towards us, a {@link dev.yumen.dataplane.proxyprotocol.HeaderHandler} stands first in the
 * pipeline of a connection that a trusted peer made, before TLS and before any choice of a
 * protocol. It gathers bytes until {@link dev.yumen.dataplane.proxyprotocol.HeaderReader} knows
 * what they are, notes the address in {@link dev.yumen.dataplane.loop.ClientAddress}, and leaves
 * the pipeline with the bytes behind the header; what the listener put in its place never learns of
 * it. Towards services, {@link dev.yumen.dataplane.proxyprotocol.HeaderWriter} makes a header.
 *
 * <p>Everything here belongs to one connection and runs on its event loop. Why the reader is our
 * own: {@code RATIONALE.md#proxy-protocol}.
 */
@NullMarked
package dev.yumen.dataplane.proxyprotocol;

import org.jspecify.annotations.NullMarked;
