/**
 * What filters need to know of a body before they look into it: {@link
 * dev.yumen.filters.body.MediaType}.
 */
@NullMarked
package dev.yumen.filters.body;

import org.jspecify.annotations.NullMarked;
