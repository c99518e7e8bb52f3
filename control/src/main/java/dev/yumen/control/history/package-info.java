/**
 * Versions of the configuration and what lies between two: start at {@link
 * dev.yumen.control.history.ConfigDiff}.
 */
@NullMarked
package dev.yumen.control.history;

import org.jspecify.annotations.NullMarked;
