/**
 * What a configuration would have done with the newest requests: {@link
 * dev.yumen.control.replay.Replay} has both the live configuration and another one judge each, by
 * the code that routes, and counts where they differ. Nothing is sent.
 */
@NullMarked
package dev.yumen.control.replay;

import org.jspecify.annotations.NullMarked;
