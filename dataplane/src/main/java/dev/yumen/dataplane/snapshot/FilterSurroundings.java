package dev.yumen.dataplane.snapshot;

import dev.yumen.dataplane.canary.CanaryDesk;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.redis.RedisOpener;
import dev.yumen.dataplane.state.StateRegistry;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What filters get from the process around them.
 *
 * @param redis makes the connections that they share
 * @param canaries decides how canaries go on
 * @param live whether requests may come
 */
public record FilterSurroundings(
    InstantSource clock,
    LongSupplier nanoClock,
    int loops,
    StateRegistry states,
    Metrics metrics,
    RedisOpener redis,
    CanaryDesk canaries,
    boolean live) {}
