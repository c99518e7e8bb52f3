package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Headers;
import dev.yumen.api.Response;
import dev.yumen.dataplane.http1.HeadTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is different for gRPC calls: an answer of the gateway itself is a status in header fields
 * ("Trailers-Only"), and the client says how long it waits. Source: "gRPC over HTTP2", "gRPC Web"
 * and "HTTP to gRPC Status Code Mapping" of the gRPC project.
 */
final class Grpc {

  /** How a client speaks gRPC, by the content type of its request. */
  enum Kind {
    /** Not at all. */
    NONE(""),
    /** By HTTP/2 with trailers. */
    CALL("application/grpc"),
    /** As browsers do, with the trailers in the body. */
    WEB("application/grpc-web+proto"),
    /** The same in Base64. */
    WEB_TEXT("application/grpc-web-text+proto");

    private final String contentType;

    Kind(String contentType) {
      this.contentType = contentType;
    }
  }

  private static final String CALL_TYPE = "application/grpc";
  private static final String WEB_TYPE = "application/grpc-web";
  private static final String WEB_TEXT_TYPE = "application/grpc-web-text";

  /** The longest time-out that is understood has eight digits, in hours. */
  private static final int MOST_DIGITS = 8;

  private static final int HIGHEST_STATUS = 16;
  private static final int UNKNOWN = 2;

  private Grpc() {}

  static Kind kind(Headers request) {
    String type = request.first("content-type");
    if (is(type, CALL_TYPE)) {
      return Kind.CALL;
    }
    if (is(type, WEB_TYPE)) {
      return Kind.WEB;
    }
    return is(type, WEB_TEXT_TYPE) ? Kind.WEB_TEXT : Kind.NONE;
  }

  /** Whether a request, as it is now, is a call that a gRPC service takes. */
  static boolean isCall(Headers request) {
    return is(request.first("content-type"), CALL_TYPE);
  }

  /** Whether this is the type, perhaps with a format ({@code +proto}) or parameters. */
  private static boolean is(@Nullable String type, String wanted) {
    if (type == null || !type.regionMatches(true, 0, wanted, 0, wanted.length())) {
      return false;
    }
    return type.length() == wanted.length() || "+; ".indexOf(type.charAt(wanted.length())) >= 0;
  }

  /** Whether an answer is one of gRPC, in whichever form, whose status comes behind its body. */
  static boolean isAnswer(Headers answer) {
    String type = answer.first("content-type");
    return type != null && type.regionMatches(true, 0, CALL_TYPE, 0, CALL_TYPE.length());
  }

  /** The {@code grpc-status} among these fields; -1 without one. */
  static int statusIn(Headers fields) {
    String value = fields.first("grpc-status");
    if (value == null) {
      return -1;
    }
    int status = 0;
    for (int i = 0; i < value.length() && status <= HIGHEST_STATUS; i++) {
      char c = value.charAt(i);
      status = c >= '0' && c <= '9' ? status * 10 + (c - '0') : Integer.MAX_VALUE;
    }
    return value.isEmpty() || status > HIGHEST_STATUS ? UNKNOWN : status;
  }

  /**
   * The gateway's own answer as a gRPC client understands it. An answer that says that all is well
   * is left as it is.
   *
   * @param failure that it is the answer to, if it is one
   * @param text what to say of that failure
   */
  static Response answer(Kind kind, Response response, @Nullable Failure failure, String text) {
    if (kind == Kind.NONE || (response.status() < 300 && failure == null)) {
      return response;
    }
    List<Response.Field> fields = new ArrayList<>();
    for (Response.Field field : response.headers()) {
      String name = field.name().toLowerCase(Locale.ROOT);
      if (!name.startsWith("content-")) {
        fields.add(field);
      }
    }
    String message =
        failure == null ? "HTTP status " + response.status() : failure.code().name() + ": " + text;
    return new Response(200, fields, new byte[0])
        .header("content-type", kind.contentType)
        .header("grpc-status", Integer.toString(status(response.status(), failure)))
        .header("grpc-message", encode(message));
  }

  /** What ends an answer that had begun when the gateway failed. */
  static HeadTable trailers(Failure failure, String text) {
    HeadTable trailers = new HeadTable();
    trailers.add("grpc-status", Integer.toString(status(failure.code().status(), failure)));
    trailers.add("grpc-message", encode(failure.code().name() + ": " + text));
    return trailers;
  }

  private static int status(int http, @Nullable Failure failure) {
    FailureCode code = failure == null ? null : failure.code();
    if (code != null) {
      switch (code) {
        case UPSTREAM_TIMEOUT, FILTER_TIMEOUT, REQUEST_TIMEOUT -> {
          return 4; // DEADLINE_EXCEEDED
        }
        case RATE_LIMITED, PAYLOAD_TOO_LARGE, HEADERS_TOO_LARGE -> {
          return 8; // RESOURCE_EXHAUSTED
        }
        case CLIENT_ABORT -> {
          return 1; // CANCELLED
        }
        case UPSTREAM_PROTOCOL, ANSWER_REFUSED, INTERNAL, FILTER_FAILED -> {
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
      default -> UNKNOWN;
    };
  }

  /** Printable ASCII without percent stands for itself, the rest is percent-encoded UTF-8. */
  static String encode(String message) {
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
      long rounded = Math.ceilDiv(amount, unit(unit));
      if (rounded < 100_000_000) {
        return rounded + String.valueOf(unit);
      }
    }
    return "99999999H";
  }
}
