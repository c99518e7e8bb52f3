package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;

/** The port for metrics and health. */
@Describe("The port for /metrics, /health, /healthz, /ready and /version.")
public record ManagementConfig(
    @Describe("Address and port to listen on.") @Default("0.0.0.0:8081") Address address,
    @Describe("Whether the port is opened at all.") @Default("true") boolean enabled) {}
