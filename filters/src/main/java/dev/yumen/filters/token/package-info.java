/**
 * Tokens for the services behind: {@link dev.yumen.filters.token.ClientCredentialsFilter} shows
 * them the gateway's own, {@link dev.yumen.filters.token.TokenRelayFilter} the client's.
 */
@NullMarked
package dev.yumen.filters.token;

import org.jspecify.annotations.NullMarked;
