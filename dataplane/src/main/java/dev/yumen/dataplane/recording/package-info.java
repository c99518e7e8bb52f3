/**
 * The newest requests, kept to be looked at and to try new configurations on: heads and what became
 * of them, without credentials and bodies. Start at {@link
 * dev.yumen.dataplane.recording.Recording}; each event loop fills a {@link
 * dev.yumen.dataplane.recording.RequestRing} of its own, and whoever reads disturbs none of them.
 */
@NullMarked
package dev.yumen.dataplane.recording;

import org.jspecify.annotations.NullMarked;
