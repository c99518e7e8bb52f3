/**
 * JSON Web Tokens: {@link dev.yumen.filters.jwt.JwtFilter} reads one ({@link
 * dev.yumen.filters.jwt.CompactJws}), asks {@link dev.yumen.filters.jwt.TokenPolicy} whether it
 * says what it must, and a {@link dev.yumen.filters.jwt.VerificationKey} of a {@link
 * dev.yumen.filters.jwt.KeySource} whether it is signed.
 */
@NullMarked
package dev.yumen.filters.jwt;

import org.jspecify.annotations.NullMarked;
