/**
 * Filters that watch: the access log, and the sink that its lines go through ({@link
 * dev.yumen.filters.observe.LogSink}).
 */
@NullMarked
package dev.yumen.filters.observe;

import org.jspecify.annotations.NullMarked;
