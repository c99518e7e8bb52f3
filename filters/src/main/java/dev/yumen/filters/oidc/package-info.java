/**
 * Logging in at an OpenID provider: {@link dev.yumen.filters.oidc.OidcLoginFilter} looks for a
 * {@link dev.yumen.filters.oidc.Session} in sealed cookies, or in Redis by the id that a cookie
 * holds ({@link dev.yumen.filters.oidc.Sessions}); {@link dev.yumen.filters.oidc.LoginFlow} makes
 * one.
 */
@NullMarked
package dev.yumen.filters.oidc;

import org.jspecify.annotations.NullMarked;
