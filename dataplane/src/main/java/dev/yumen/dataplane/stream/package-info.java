/**
 * The two sides of an exchange as events and commands, whatever the wire protocol: a {@link
 * dev.yumen.dataplane.stream.ClientStream} and an {@link dev.yumen.dataplane.stream.UpstreamStream}
 * of one event loop. Commands go down, events come up; both only on that loop.
 */
@NullMarked
package dev.yumen.dataplane.stream;

import org.jspecify.annotations.NullMarked;
