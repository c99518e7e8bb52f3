/**
 * A configuration compiled for use: what one request looks things up in from its first byte to its
 * last. {@link dev.yumen.dataplane.snapshot.SnapshotBuilder} makes it, {@link
 * dev.yumen.dataplane.snapshot.SnapshotHolder} is the one reference that a reload replaces.
 */
@NullMarked
package dev.yumen.dataplane.snapshot;

import org.jspecify.annotations.NullMarked;
