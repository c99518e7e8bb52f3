package dev.yumen.config;

import dev.yumen.api.Describe;
import dev.yumen.api.InputFile;
import org.jspecify.annotations.Nullable;

/** Whom to trust, and what to show, at a place that holds a configuration. */
@Describe("Whom to trust, and what to show, at an https address of a source.")
public record SourceTlsConfig(
    @Describe("PEM file with the authorities that are trusted, instead of those of the JDK.")
        @Nullable InputFile ca,
    @Describe("Certificate to show.") @Nullable CertificateConfig certificate) {}
