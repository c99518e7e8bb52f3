/**
 * A configuration compiled for use: what one request looks things up in from its first byte to its
 * last. {@link dev.yumen.dataplane.snapshot.SnapshotBuilder} makes it, {@link
 * dev.yumen.dataplane.snapshot.SnapshotHolder} is the one reference that a reload replaces.
 *
 * <p>A snapshot takes over what the one before has alike: upstreams and state of filters by the
 * {@link dev.yumen.dataplane.state.StateRegistry}, unchanged rules by the table of routes, and
 * whole routes with their filters by {@link dev.yumen.dataplane.snapshot.RouteMaker}, as long as
 * {@link dev.yumen.dataplane.snapshot.Around} is equal. Each snapshot holds them once, and the last
 * one that lets go closes them.
 */
@NullMarked
package dev.yumen.dataplane.snapshot;

import org.jspecify.annotations.NullMarked;
