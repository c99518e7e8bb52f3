/**
 * The built-in filters. {@link dev.yumen.filters.BuiltInFilters} lists them; each is one class in a
 * package named after what it is about, with its settings as a nested record, a page in {@code
 * docs/filters} and a test. docs/extending.md shows how to add one.
 */
@NullMarked
package dev.yumen.filters;

import org.jspecify.annotations.NullMarked;
