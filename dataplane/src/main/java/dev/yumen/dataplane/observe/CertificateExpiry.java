package dev.yumen.dataplane.observe;

import java.time.Instant;

/**
 * When a certificate in use expires.
 *
 * @param side {@code listener} or {@code upstream}
 * @param name of the listener or upstream
 * @param certificate its file as the configuration names it
 * @param notAfter the first end among all certificates of the file
 */
public record CertificateExpiry(String side, String name, String certificate, Instant notAfter) {}
