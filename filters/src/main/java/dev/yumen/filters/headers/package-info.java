/**
 * Filters that edit header fields. {@link dev.yumen.filters.headers.HeaderEdits} does the work for
 * both directions.
 */
@NullMarked
package dev.yumen.filters.headers;

import org.jspecify.annotations.NullMarked;
