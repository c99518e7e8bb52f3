/**
 * Filters that find out who the client is. A proven client becomes a {@link
 * dev.yumen.api.Consumer}; {@link dev.yumen.filters.auth.Identity} tells the upstream.
 */
@NullMarked
package dev.yumen.filters.auth;

import org.jspecify.annotations.NullMarked;
