package dev.yumen.dataplane.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.config.HealthCheckConfig;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.InboundRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What health checks ask, as the configuration says. */
final class Questions {
  private Questions() {}

  static HttpProbe.Question of(HealthCheckConfig settings, HeadLimits limits) {
    return settings.type() == HealthCheckConfig.Type.GRPC
        ? new Grpc(settings, limits)
        : new Get(settings, limits);
  }

  private static InboundRequest request(
      String method,
      HealthCheckConfig settings,
      String target,
      String endpoint,
      HeadLimits limits) {
    String authority = settings.host() == null ? endpoint : settings.host();
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    head.append("host: " + authority + "\r\nuser-agent: Yumen-Health-Check\r\n");
    settings.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append("\r\n");
    HeadTable table = new HeadTable();
    HeadParser parser = new HeadParser(HeadParser.Kind.REQUEST, limits);
    ByteBuf bytes = Unpooled.wrappedBuffer(head.toString().getBytes(ISO_8859_1));
    if (parser.parse(bytes, table) != HeadParser.Result.DONE) {
      throw new IllegalStateException("a health check that can not be sent: " + parser.error());
    }
    InboundRequest request = new InboundRequest(table, "1.1", -1, -1);
    int query = target.indexOf('?');
    request.path(query < 0 ? target : target.substring(0, query));
    request.query(query < 0 ? null : target.substring(query + 1));
    request.authority(authority);
    return request;
  }

  /** A GET, judged by status and body. */
  private record Get(HealthCheckConfig settings, HeadLimits limits) implements HttpProbe.Question {
    @Override
    public InboundRequest request(String authority) {
      return Questions.request("GET", settings, settings.path(), authority, limits);
    }

    @Override
    public byte[] body() {
      return new byte[0];
    }

    @Override
    public @Nullable String judgeHead(HeadTable head) {
      int status = head.status();
      return settings.status().stream().anyMatch(range -> range.contains(status))
          ? null
          : "status " + status;
    }

    @Override
    public @Nullable String judgeEnd(byte[] body, @Nullable HeadTable trailers) {
      String wanted = settings.body();
      return wanted == null || new String(body, UTF_8).contains(wanted)
          ? null
          : "a body without \"" + wanted + "\": " + HttpProbe.shortened(body);
    }
  }

  /**
   * The health service of gRPC ("GRPC Health Checking Protocol": {@code Check} of {@code
   * grpc.health.v1.Health}).
   */
  private record Grpc(HealthCheckConfig settings, HeadLimits limits) implements HttpProbe.Question {
    private static final String METHOD = "/grpc.health.v1.Health/Check";
    private static final int PREFIX = 5;
    private static final byte[] SERVING = {0x08, 1};

    @Override
    public InboundRequest request(String authority) {
      InboundRequest request = Questions.request("POST", settings, METHOD, authority, limits);
      request.headers().set("content-type", "application/grpc");
      request.headers().acceptTrailers();
      return request;
    }

    /** HealthCheckRequest: field 1 is the name of the service. */
    @Override
    public byte[] body() {
      byte[] name = settings.service().getBytes(UTF_8);
      int message = name.length == 0 ? 0 : name.length + 2;
      ByteBuffer frame = ByteBuffer.allocate(PREFIX + message).put((byte) 0).putInt(message);
      if (message > 0) {
        frame.put((byte) 0x0a).put((byte) name.length).put(name);
      }
      return frame.array();
    }

    @Override
    public @Nullable String judgeHead(HeadTable head) {
      return head.status() == 200 ? judgeStatus(head) : "status " + head.status();
    }

    /** In the head of an answer without messages, else in the trailers. */
    private static @Nullable String judgeStatus(HeadTable fields) {
      String status = fields.first("grpc-status");
      return status == null || status.equals("0") ? null : "grpc-status " + status;
    }

    @Override
    public @Nullable String judgeEnd(byte[] body, @Nullable HeadTable trailers) {
      String status = trailers == null ? "no grpc-status" : judgeStatus(trailers);
      if (status != null) {
        return status;
      }
      // HealthCheckResponse: field 1 is an enum in which 1 is SERVING.
      boolean serving =
          body.length == PREFIX + SERVING.length
              && body[PREFIX] == SERVING[0]
              && body[PREFIX + 1] == SERVING[1];
      return serving ? null : "not SERVING";
    }
  }
}
