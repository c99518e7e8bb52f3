package dev.yumen.dataplane.tls;

import dev.yumen.config.Problem.Severity;

/**
 * Something wrong with TLS settings or with a file that they name.
 *
 * @param setting the path under {@code tls}, such as {@code certificates[0].key}; empty for all
 */
public record TlsProblem(Severity severity, String setting, String message) {}
