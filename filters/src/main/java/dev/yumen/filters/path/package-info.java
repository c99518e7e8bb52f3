/**
 * Filters that change what is asked for: path, query, host, or that send the client elsewhere.
 * {@link dev.yumen.filters.path.Paths} is the one way a path is replaced.
 */
@NullMarked
package dev.yumen.filters.path;

import org.jspecify.annotations.NullMarked;
