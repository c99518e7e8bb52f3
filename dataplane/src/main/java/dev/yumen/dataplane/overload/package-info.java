/**
 * Turning requests away by their priority while the gateway has more to do than it bears. {@link
 * dev.yumen.dataplane.overload.Overload} is asked for each request; a thread of its own measures
 * ({@code Watch}), and {@code Pressure} is the rule that makes one number of what was measured.
 */
@NullMarked
package dev.yumen.dataplane.overload;

import org.jspecify.annotations.NullMarked;
