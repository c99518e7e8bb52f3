/**
 * The services behind the gateway: their endpoints, the connections kept to each of them on each
 * loop, and HTTP/1.1 as a client speaks it. Start at {@link dev.yumen.dataplane.upstream.Upstream}.
 */
@NullMarked
package dev.yumen.dataplane.upstream;

import org.jspecify.annotations.NullMarked;
