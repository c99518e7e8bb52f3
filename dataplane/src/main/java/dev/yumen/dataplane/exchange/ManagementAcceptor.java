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
import java.util.function.Supplier;

/** Answers on the management port: the gateway's own endpoints and nothing else. */
public final class ManagementAcceptor implements RequestAcceptor {
  private final BuiltInEndpoints endpoints;
  private final FailureResponses failures;

  public ManagementAcceptor(BuiltInEndpoints endpoints, FailureResponses failures) {
    this.endpoints = endpoints;
    this.failures = failures;
  }

  @Override
  public RequestEvents onRequest(
      ClientStream client, HeadTable head, Framing framing, long startNanos) {
    OwnAnswer exchange = new OwnAnswer(client, head.method().equals("HEAD"));
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
    new OwnAnswer(client, false).send(failures.answer(failure, null, ""));
  }
}
