package dev.yumen.api;

import java.time.Duration;
import java.util.Set;

/**
 * When requests are tried again.
 *
 * @param attempts after the first; 0 for none
 * @param on ways of failing after which another attempt is made
 * @param statuses of HTTP after which another attempt is made
 * @param grpcStatuses the same for calls of gRPC
 * @param methods that may be tried again when the service may have seen the request
 * @param backoff longest pause before the first of these attempts, doubled for each that follows
 * @param maxBackoff longest pause before any
 * @param perTryTimeout for the head of the answer to one attempt; zero for no limit
 * @param budget share of all requests of late that may be tried again; 1 for no limit
 * @param maxBody most bytes of a request's body that are kept to be sent again
 */
public record RetryRules(
    int attempts,
    Set<On> on,
    Set<Integer> statuses,
    Set<Integer> grpcStatuses,
    Set<String> methods,
    Duration backoff,
    Duration maxBackoff,
    Duration perTryTimeout,
    double budget,
    long maxBody) {

  /** Ways in which an attempt fails without an answer. */
  public enum On {
    /** No connection could be made. */
    CONNECT_FAILURE,
    /** The service said that it did nothing with the request (RFC 9113 §8.7). */
    REFUSED_STREAM,
    /** The connection ended before one byte of an answer. */
    RESET,
    /** The time for one attempt, or for the head of an answer, is over. */
    TIMEOUT
  }

  public RetryRules {
    on = Set.copyOf(on);
    statuses = Set.copyOf(statuses);
    grpcStatuses = Set.copyOf(grpcStatuses);
    methods = Set.copyOf(methods);
  }
}
