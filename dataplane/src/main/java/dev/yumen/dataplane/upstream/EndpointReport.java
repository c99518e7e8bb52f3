package dev.yumen.dataplane.upstream;

import dev.yumen.dataplane.health.Health;
import org.jspecify.annotations.Nullable;

/**
 * How one endpoint is doing, for people.
 *
 * @param address IP address and port
 * @param name host and port as configured
 * @param used whether requests may go there now
 * @param active attempts under way, roughly: loops count on meanwhile
 * @param ejectedSeconds how long it will be out of use still; 0 when it is not ejected
 */
public record EndpointReport(
    String address,
    String name,
    int weight,
    int priority,
    @Nullable String zone,
    boolean used,
    long active,
    double ejectedSeconds,
    Health.State health) {}
