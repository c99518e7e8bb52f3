package dev.yumen.filters.jwt;

/**
 * What is known of a token whose signature was right. Good as long as its key is.
 *
 * @param key the one that it is signed by
 */
record Verified(VerificationKey key, Decision decision) {}
