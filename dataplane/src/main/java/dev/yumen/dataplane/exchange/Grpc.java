package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Headers;
import dev.yumen.api.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is different for gRPC calls: an answer of the gateway itself is a status in header fields
 * ("Trailers-Only"), and the client says how long it waits. Source: "gRPC over HTTP2" and "HTTP to
 * gRPC Status Code Mapping" of the gRPC project.
 */
final class Grpc {
  private static final String CONTENT_TYPE = "application/grpc";

  /** The longest time-out that is understood has eight digits, in hours. */
  private static final int MOST_DIGITS = 8;

  private Grpc() {}

  /** Whether a request is a gRPC call; gRPC-Web, which is answered otherwise, is not. */
  static boolean isCall(Headers request) {
    String type = request.first("content-type");
    if (type == null || !type.regionMatches(true, 0, CONTENT_TYPE, 0, CONTENT_TYPE.length())) {
      return false;
    }
    return type.length() == CONTENT_TYPE.length()
        || "+; ".indexOf(type.charAt(CONTENT_TYPE.length())) >= 0;
  }

  /**
   * The gateway's own answer as a gRPC client understands it. An answer that says that all is well
   * is left as it is.
   *
   * @param failure that it is the answer to, if it is one
   */
  static Response answer(Response response, @Nullable Failure failure) {
    if (response.status() < 300 && failure == null) {
      return response;
    }
    List<Response.Field> fields = new ArrayList<>();
    for (Response.Field field : response.headers()) {
      String name = field.name().toLowerCase(Locale.ROOT);
      if (!name.startsWith("content-")) {
        fields.add(field);
      }
    }
    Response answer =
        new Response(200, fields, new byte[0])
            .header("content-type", CONTENT_TYPE)
            .header("grpc-status", Integer.toString(status(response.status(), failure)));
    String message = failure == null ? "HTTP status " + response.status() : failure.code().name();
    return answer.header("grpc-message", encode(message));
  }

  private static int status(int http, @Nullable Failure failure) {
    FailureCode code = failure == null ? null : failure.code();
    if (code != null) {
      switch (code) {
        case UPSTREAM_TIMEOUT, UPSTREAM_CONNECT_TIMEOUT, FILTER_TIMEOUT, REQUEST_TIMEOUT -> {
          return 4; // DEADLINE_EXCEEDED
        }
        case RATE_LIMITED, PAYLOAD_TOO_LARGE, HEADERS_TOO_LARGE -> {
          return 8; // RESOURCE_EXHAUSTED
        }
        case CLIENT_ABORT -> {
          return 1; // CANCELLED
        }
        case UPSTREAM_PROTOCOL, INTERNAL, FILTER_FAILED -> {
          return 13; // INTERNAL
        }
        default -> {}
      }
    }
    return switch (http) {
      case 400 -> 13; // INTERNAL
      case 401 -> 16; // UNAUTHENTICATED
      case 403 -> 7; // PERMISSION_DENIED
      case 404, 405 -> 12; // UNIMPLEMENTED
      case 413, 431 -> 8; // RESOURCE_EXHAUSTED
      case 429, 502, 503, 504 -> 14; // UNAVAILABLE
      default -> 2; // UNKNOWN
    };
  }

  /** Printable ASCII without percent stands for itself, the rest is percent-encoded UTF-8. */
  private static String encode(String message) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append("%%%02X".formatted(b & 0xff));
      }
    }
    return encoded.toString();
  }

  /** Nanoseconds that a {@code grpc-timeout} stands for; -1 without one, or one that is none. */
  static long timeout(@Nullable String value) {
    int digits = value == null ? 0 : value.length() - 1;
    if (value == null || digits < 1 || digits > MOST_DIGITS) {
      return -1;
    }
    long amount = 0;
    for (int i = 0; i < digits; i++) {
      char c = value.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      amount = amount * 10 + (c - '0');
    }
    long unit = unit(value.charAt(digits));
    return unit == 0 ? -1 : amount > Long.MAX_VALUE / unit ? Long.MAX_VALUE : amount * unit;
  }

  private static long unit(char unit) {
    return switch (unit) {
      case 'n' -> 1L;
      case 'u' -> 1_000L;
      case 'm' -> 1_000_000L;
      case 'S' -> 1_000_000_000L;
      case 'M' -> 60_000_000_000L;
      case 'H' -> 3_600_000_000_000L;
      default -> 0;
    };
  }

  /** The time that is left, in the finest unit whose number has eight digits or fewer. */
  static String timeout(long nanos) {
    long amount = Math.max(1, nanos);
    for (char unit : new char[] {'n', 'u', 'm', 'S', 'M'}) {
      long rounded = (amount + unit(unit) - 1) / unit(unit);
      if (rounded < 100_000_000) {
        return rounded + String.valueOf(unit);
      }
    }
    return "99999999H";
  }
}
