package dev.yumen.dataplane.tls;

import java.time.Instant;
import java.util.List;

/**
 * A certificate in use, for metrics and the dashboard.
 *
 * @param source the file as the configuration names it, or {@code self-signed}
 * @param names that it is for
 * @param notAfter when the first certificate of its chain expires
 */
public record CertificateInfo(String source, List<String> names, Instant notAfter) {}
