/**
 * Whether an endpoint is to be used: what checks find, what requests meet, and the rules by which
 * one or the other takes it out and brings it back. Nothing here knows how a check is made or a
 * request is sent; {@code upstream} tells outcomes and asks.
 *
 * <p>Attempt or check → {@link Health} (counts) → {@link Outliers} (rules) → {@link Health}
 * (ejected until) → its listeners → {@code Upstream} chooses among others from the next request on.
 */
@NullMarked
package dev.yumen.dataplane.health;

import org.jspecify.annotations.NullMarked;
