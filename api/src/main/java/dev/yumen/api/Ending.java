package dev.yumen.api;

import org.jspecify.annotations.Nullable;

/**
 * How an exchange ended.
 *
 * @param status what the client was sent, or 499 when it left before an answer
 * @param grpcStatus what a gRPC call ended with, 0 to 16; -1 when it was none or had no status
 * @param failure null when nothing failed
 * @param durationNanos from the first byte of the request to the last byte of the answer
 * @param upstreamNanos from the last attempt's start to the upstream's response head; -1 without
 *     one
 * @param requestBytes body bytes received
 * @param responseBytes body bytes sent
 * @param attempts how often an upstream was tried; 0 when the gateway answered itself
 * @param failedAttempts those of them that a service failed, or whose answer a fallback or another
 *     attempt took the place of; a kept connection that it had closed meanwhile is none
 * @param endpoint address of the endpoint that answered or was tried last; null without one
 */
public record Ending(
    int status,
    int grpcStatus,
    @Nullable Failure failure,
    long durationNanos,
    long upstreamNanos,
    long requestBytes,
    long responseBytes,
    int attempts,
    int failedAttempts,
    @Nullable String endpoint) {}
