package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.Response;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.RequestEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer of the gateway that no route or filter has to do with, on its way. Only on its loop,
 * except where it says otherwise.
 */
final class OwnAnswer implements RequestEvents {
  private static final Logger LOG = LoggerFactory.getLogger(OwnAnswer.class);

  private final ClientStream client;
  private final boolean headOnly;
  private boolean over;

  OwnAnswer(ClientStream client, boolean headOnly) {
    this.client = client;
    this.headOnly = headOnly;
  }

  /** Makes the answer on the calling thread and sends it from the loop. */
  void sendLater(Supplier<Response> found, Response failed) {
    Response response;
    try {
      response = found.get();
    } catch (RuntimeException e) {
      LOG.error("an endpoint of the gateway failed", e);
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
    client.sendHead(response.status(), fields, headOnly ? Framing.STATED : Framing.LENGTH, length);
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
