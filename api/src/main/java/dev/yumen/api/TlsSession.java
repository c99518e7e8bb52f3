package dev.yumen.api;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends of a TLS connection agreed on.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipher such as {@code TLS_AES_128_GCM_SHA256}
 * @param serverName the host name that the client asked for, in lower case; null for none
 * @param applicationProtocol agreed on by ALPN; null when the client did not use it
 * @param clientCertificate checked against the listener's authorities; null when the client showed
 *     none
 * @param resumed whether an earlier session was taken up again
 */
public record TlsSession(
    String protocol,
    String cipher,
    @Nullable String serverName,
    @Nullable String applicationProtocol,
    @Nullable X509Certificate clientCertificate,
    boolean resumed) {}
