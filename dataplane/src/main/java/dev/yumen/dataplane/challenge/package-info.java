/**
 * What a certificate authority may come and ask while it makes sure that a domain leads here (RFC
 * 8555 §8.3, RFC 8737). {@link dev.yumen.dataplane.challenge.PendingChallenges} is filled by who
 * orders certificates; {@code exchange} and {@code tls} answer out of it.
 */
@NullMarked
package dev.yumen.dataplane.challenge;

import org.jspecify.annotations.NullMarked;
