/**
 * Asks other services over HTTP on behalf of filters, off the event loops: {@link
 * dev.yumen.filters.fetch.Fetcher}.
 */
@NullMarked
package dev.yumen.filters.fetch;

import org.jspecify.annotations.NullMarked;
