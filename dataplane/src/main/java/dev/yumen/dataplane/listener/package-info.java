/**
 * Ports that are listened on by TCP. {@link dev.yumen.dataplane.listener.Listener} accepts
 * connections, counts them in, and finds out which protocol each of them speaks; the connection
 * classes of {@link dev.yumen.dataplane.server}, {@link dev.yumen.dataplane.http2} and {@link
 * dev.yumen.dataplane.tcp} take over from there.
 */
@NullMarked
package dev.yumen.dataplane.listener;

import org.jspecify.annotations.NullMarked;
