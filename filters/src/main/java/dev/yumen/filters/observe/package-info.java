/**
 * Filters that make exchanges visible: ids that follow a request through services, and the access
 * log with the sink that its lines go through ({@link dev.yumen.filters.observe.LogSink}).
 */
@NullMarked
package dev.yumen.filters.observe;

import org.jspecify.annotations.NullMarked;
