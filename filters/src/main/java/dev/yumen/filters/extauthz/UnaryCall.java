package dev.yumen.filters.extauthz;

import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.Response;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message there and one back, as the gRPC project's "gRPC over HTTP2" puts them into a request
 * and its answer.
 */
final class UnaryCall {
  private static final int PREFIX = 5;
  private static final int OK = 200;
  private static final String TYPE = "application/grpc";

  /** Why an answer holds no message. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String why) {
      super(why, null, false, false);
    }

    String why() {
      return String.valueOf(getMessage());
    }
  }

  private UnaryCall() {}

  /** The request. The service is told how long it is waited for. */
  static Call of(String path, byte[] message, Duration timeout) {
    byte[] body =
        ByteBuffer.allocate(PREFIX + message.length)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .array();
    return Call.of("POST", path, timeout)
        .header("content-type", TYPE)
        .header("grpc-timeout", timeout.toMillis() + "m")
        .body(body)
        .mayRepeat();
  }

  /** The one message of an answer that says that all went well. */
  static byte[] message(CallAnswer answer) throws Unusable {
    requireGrpc(answer);
    List<Response.Field> last = answer.trailers().isEmpty() ? answer.headers() : answer.trailers();
    String status = first(last, "grpc-status");
    if (status == null) {
      throw new Unusable("an answer without grpc-status");
    }
    if (!status.equals("0")) {
      throw new Unusable("grpc-status " + shown(status));
    }
    byte[] body = answer.body();
    if (body.length < PREFIX) {
      throw new Unusable("no message");
    }
    if (body[0] != 0) {
      throw new Unusable("a compressed message, which was not asked for");
    }
    if (ByteBuffer.wrap(body, 1, Integer.BYTES).getInt() != body.length - PREFIX) {
      throw new Unusable("a message of another length than it says");
    }
    return Arrays.copyOfRange(body, PREFIX, body.length);
  }

  private static void requireGrpc(CallAnswer answer) throws Unusable {
    if (answer.status() != OK) {
      throw new Unusable("status " + answer.status() + " of HTTP");
    }
    String type = first(answer.headers(), "content-type");
    boolean grpc =
        type != null
            && type.regionMatches(true, 0, TYPE, 0, TYPE.length())
            && (type.length() == TYPE.length() || "+;".indexOf(type.charAt(TYPE.length())) >= 0);
    if (!grpc) {
      throw new Unusable("no answer of gRPC");
    }
  }

  private static @Nullable String first(List<Response.Field> fields, String name) {
    for (Response.Field field : fields) {
      if (field.name().equalsIgnoreCase(name)) {
        return field.value();
      }
    }
    return null;
  }

  /** Whatever a service sends there: a number of two digits goes into the log, nothing else. */
  private static String shown(String status) {
    return status.matches("[0-9]{1,2}") ? status : "that is no number";
  }
}
