/**
 * The data plane seen from outside: a real gateway between raw sockets. Start at {@link
 * dev.yumen.dataplane.wire.GatewayFixture}.
 */
@NullMarked
package dev.yumen.dataplane.wire;

import org.jspecify.annotations.NullMarked;
