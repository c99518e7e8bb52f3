package dev.yumen.dataplane.tls;

import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.state.StateRegistry;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What TLS needs of the process around it.
 *
 * @param clock for the validity of certificates
 * @param nanoClock for the age of ticket keys
 * @param challenges that listeners answer
 */
public record TlsSurroundings(
    StateRegistry states,
    InstantSource clock,
    LongSupplier nanoClock,
    PendingChallenges challenges) {}
