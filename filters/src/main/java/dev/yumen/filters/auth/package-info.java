/**
 * Filters that find out who the client is. A proven client has a {@link dev.yumen.api.Identity};
 * {@link dev.yumen.filters.auth.UpstreamIdentity} tells the upstream. What takes long to prove is
 * proven by {@link dev.yumen.filters.auth.SlowChecks}.
 */
@NullMarked
package dev.yumen.filters.auth;

import org.jspecify.annotations.NullMarked;
