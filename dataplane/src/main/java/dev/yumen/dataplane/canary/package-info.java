/**
 * Canaries as requests see them: how large the candidate's share is, and counts of how both
 * versions do. What becomes of the counts is decided elsewhere, by a {@link
 * dev.yumen.dataplane.canary.CanaryDesk}. Start at {@link
 * dev.yumen.dataplane.canary.CanaryTraffic}.
 */
@NullMarked
package dev.yumen.dataplane.canary;

import org.jspecify.annotations.NullMarked;
