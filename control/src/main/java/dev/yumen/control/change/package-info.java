/**
 * Changing the configuration of a running gateway, from wherever the wish comes: {@link
 * dev.yumen.control.change.Changes} is the one door, where one at a time is read, judged, written
 * to the source of record and made live.
 */
@NullMarked
package dev.yumen.control.change;

import org.jspecify.annotations.NullMarked;
