/**
 * Tests of the real process over real sockets: start, stop, signals, reloads, faults.
 *
 * <p>{@link dev.yumen.e2e.GatewayProcess} runs the program as its users do; the tests are named
 * {@code *IT} and run in Maven's integration-test phase.
 */
@NullMarked
package dev.yumen.e2e;

import org.jspecify.annotations.NullMarked;
