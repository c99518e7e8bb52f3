/**
 * How much is going through the gateway now and in the minutes before: {@link
 * dev.yumen.control.traffic.TrafficSampler} looks at the counts once a second, for all who want to
 * know.
 */
@NullMarked
package dev.yumen.control.traffic;

import org.jspecify.annotations.NullMarked;
