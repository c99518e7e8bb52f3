package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.routing.TargetNormalizer;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.stream.RequestEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers on the management port: the gateway's own endpoints and nothing else. */
public final class ManagementAcceptor implements RequestAcceptor {
  private static final Logger LOG = LoggerFactory.getLogger(ManagementAcceptor.class);

  private final BuiltInEndpoints endpoints;
  private final FailureResponses failures;

  public ManagementAcceptor(BuiltInEndpoints endpoints, FailureResponses failures) {
    this.endpoints = endpoints;
    this.failures = failures;
  }

  @Override
  public RequestEvents onRequest(
      ClientStream client, HeadTable head, Framing framing, long startNanos) {
    ManagementExchange exchange = new ManagementExchange(client, head.method().equals("HEAD"));
    Target target = new Target();
    if (TargetNormalizer.normalize(head.bytes(), head.pathStart(), head.targetEnd(), target)
        != null) {
      exchange.send(failure(FailureCode.BAD_REQUEST, head));
      return exchange;
    }
    InboundRequest request = new InboundRequest(head, client.version(), -1, -1);
    request.path(target.path(), target.pathStart(), target.pathEnd());
    Supplier<Response> found = endpoints.findForManagement(request);
    if (found == null) {
      exchange.send(failure(FailureCode.NOT_FOUND, head));
      return exchange;
    }
    Response failed = failure(FailureCode.INTERNAL, head);
    Thread.ofVirtual().name("management").start(() -> exchange.sendLater(found, failed));
    return exchange;
  }

  private Response failure(FailureCode code, HeadTable head) {
    return failures.answer(Failure.of(code, ""), head.first("accept-language"), "");
  }

  @Override
  public void onUnreadable(ClientStream client, Failure failure) {
    client.closeAfterAnswer();
    new ManagementExchange(client, false).send(failures.answer(failure, null, ""));
  }

  /** One answer on its way. Only on its loop, except where it says otherwise. */
  private static final class ManagementExchange implements RequestEvents {
    private final ClientStream client;
    private final boolean headOnly;
    private boolean over;

    ManagementExchange(ClientStream client, boolean headOnly) {
      this.client = client;
      this.headOnly = headOnly;
    }

    /** Makes the answer on the calling thread and sends it from the loop. */
    void sendLater(Supplier<Response> found, Response failed) {
      Response response;
      try {
        response = found.get();
      } catch (RuntimeException e) {
        LOG.error("management request failed", e);
        response = failed;
      }
      Response answer = response;
      client
          .loop()
          .eventLoop()
          .execute(
              () -> {
                send(answer);
                client.flush();
              });
    }

    void send(Response response) {
      if (over) {
        return;
      }
      over = true;
      HeadTable fields = new HeadTable();
      for (Response.Field field : response.headers()) {
        fields.add(field.name(), field.value());
      }
      int length = response.body().length;
      client.sendHead(
          response.status(), fields, headOnly ? Framing.STATED : Framing.LENGTH, length);
      if (!headOnly) {
        client.sendBody(Unpooled.wrappedBuffer(response.body()));
      }
      client.sendEnd(null);
    }

    @Override
    public void onRequestBody(ByteBuf data) {
      data.release();
    }

    @Override
    public void onRequestEnd(@Nullable HeadTable trailers) {}

    @Override
    public void onRequestFlush() {}

    @Override
    public void onClientWritable() {}

    @Override
    public void onClientHalfClosed() {}

    @Override
    public void onRequestFailure(Failure failure) {
      if (!over) {
        over = true;
        client.abort();
      }
    }
  }
}
