/**
 * TLS on both sides. {@link dev.yumen.dataplane.tls.ServerTls} is that of a listener: it reads the
 * first message of a client, chooses certificate and demands by the name asked for, and hands over
 * to Netty's {@code SslHandler}. {@link dev.yumen.dataplane.tls.UpstreamTls} is that towards a
 * service. Both are compiled from settings while nothing is open, and find everything wrong then;
 * native memory is counted and given back with the configuration.
 *
 * <p>See {@code docs/tls.md} for what users see and {@code RATIONALE.md#tls} for why.
 */
@NullMarked
package dev.yumen.dataplane.tls;

import org.jspecify.annotations.NullMarked;
