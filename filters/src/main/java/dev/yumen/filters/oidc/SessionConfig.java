package dev.yumen.filters.oidc;

import dev.yumen.api.Describe;

/** Where sessions are kept. */
@Describe("Where sessions are kept, when it is not in cookies.")
public record SessionConfig(
    @Describe(
            "Name of the Redis, under the top-level redis, that holds sessions for all gateways;"
                + " cookies hold an id alone.")
        String redis) {}
