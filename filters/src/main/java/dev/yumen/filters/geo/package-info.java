/** The filter {@code geo}: by where clients are, as a database of MaxMind's format tells. */
@NullMarked
package dev.yumen.filters.geo;

import org.jspecify.annotations.NullMarked;
