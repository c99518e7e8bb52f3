/**
 * The filter {@code data-mask}: hides what is personal in answers. {@link
 * dev.yumen.filters.mask.Masking} does it for a text or for JSON, without a request around it: the
 * access log uses it too.
 */
@NullMarked
package dev.yumen.filters.mask;

import org.jspecify.annotations.NullMarked;
