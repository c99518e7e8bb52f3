package dev.yumen.config;

import dev.yumen.api.ConfigType;
import dev.yumen.api.InvalidValue;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a request is tried again on: how an attempt failed, a status, or a status of gRPC.
 *
 * @param kind how
 * @param status for {@code STATUS}, else null
 * @param grpcStatus for {@code GRPC_STATUS}, else -1
 */
@ConfigType(
    expected = RetryCondition.EXPECTED,
    examples = {"reset", "503", "5xx", "grpc-unavailable"})
public record RetryCondition(Kind kind, @Nullable StatusRange status, int grpcStatus) {
  static final String EXPECTED =
      "connect-failure, refused-stream, reset, timeout, a status such as 503 or 5xx, or"
          + " grpc-cancelled, grpc-deadline-exceeded, grpc-resource-exhausted, grpc-aborted,"
          + " grpc-internal or grpc-unavailable";

  /** Kinds of conditions. */
  public enum Kind {
    /** No connection could be made. */
    CONNECT_FAILURE,
    /** The service said that it did nothing with the request (RFC 9113 §8.7). */
    REFUSED_STREAM,
    /** The connection ended before one byte of an answer. */
    RESET,
    /** {@code per-try-timeout} or {@code timeout.header} is over. */
    TIMEOUT,
    STATUS,
    GRPC_STATUS
  }

  private static final Map<String, Kind> KINDS =
      Map.of(
          "connect-failure", Kind.CONNECT_FAILURE,
          "refused-stream", Kind.REFUSED_STREAM,
          "reset", Kind.RESET,
          "timeout", Kind.TIMEOUT);

  /** Statuses of gRPC after which another attempt may make sense. */
  private static final Map<String, Integer> GRPC =
      new TreeMap<>(
          Map.of(
              "grpc-cancelled", 1,
              "grpc-deadline-exceeded", 4,
              "grpc-resource-exhausted", 8,
              "grpc-aborted", 10,
              "grpc-internal", 13,
              "grpc-unavailable", 14));

  public static RetryCondition parse(String text) {
    Kind kind = KINDS.get(text);
    if (kind != null) {
      return new RetryCondition(kind, null, -1);
    }
    Integer grpc = GRPC.get(text);
    if (grpc != null) {
      return new RetryCondition(Kind.GRPC_STATUS, null, grpc);
    }
    try {
      return new RetryCondition(Kind.STATUS, StatusRange.parse(text), -1);
    } catch (InvalidValue _) {
      throw new InvalidValue("", text, EXPECTED);
    }
  }

  @Override
  public String toString() {
    if (status != null) {
      return status.toString();
    }
    if (kind != Kind.GRPC_STATUS) {
      return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
    return GRPC.entrySet().stream()
        .filter(name -> name.getValue() == grpcStatus)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("grpc-" + grpcStatus);
  }
}
