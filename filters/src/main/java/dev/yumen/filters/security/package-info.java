/** Filters that protect browsers and networks: CORS, security headers, addresses. */
@NullMarked
package dev.yumen.filters.security;

import org.jspecify.annotations.NullMarked;
