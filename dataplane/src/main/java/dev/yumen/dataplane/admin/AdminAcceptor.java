package dev.yumen.dataplane.admin;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.dataplane.exchange.FailureResponses;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.routing.TargetNormalizer;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.RequestEvents;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Takes requests of the admin port in: strict about targets, bounded in bodies and in number. */
public final class AdminAcceptor implements RequestAcceptor {
  /** Requests that are answered at once; streams count as long as they last. */
  static final int MOST_AT_ONCE = 64;

  private final AdminHandler handler;
  private final FailureResponses failures;
  private final LongSupplier maxBody;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  /**
   * @param maxBody longest body in bytes, asked for each request
   */
  public AdminAcceptor(AdminHandler handler, FailureResponses failures, LongSupplier maxBody) {
    this.handler = handler;
    this.failures = failures;
    this.maxBody = maxBody;
  }

  @Override
  public RequestEvents onRequest(
      ClientStream client, HeadTable head, Framing framing, long startNanos) {
    long most = maxBody.getAsLong();
    Target target = new Target();
    AdminExchange exchange = new AdminExchange(this, client, head, most);
    if (TargetNormalizer.normalize(head.bytes(), head.pathStart(), head.targetEnd(), target) != null
        || target.refused(Set.of()) != null) {
      exchange.refuse(FailureCode.BAD_REQUEST);
    } else if (head.contentLength() > most) {
      exchange.refuse(FailureCode.PAYLOAD_TOO_LARGE);
    } else {
      exchange.begin(path(target), query(target));
    }
    return exchange;
  }

  private static String path(Target target) {
    return text(target.path(), target.pathStart(), target.pathEnd());
  }

  private static @Nullable String query(Target target) {
    return target.hasQuery() ? text(target.query(), target.queryStart(), target.queryEnd()) : null;
  }

  private static String text(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  AdminHandler handler() {
    return handler;
  }

  /** Takes one of the places for requests that are answered; false when there is none. */
  boolean enter() {
    return places.tryAcquire();
  }

  void leave() {
    places.release();
  }

  Response failure(FailureCode code, @Nullable String language) {
    return failures.answer(Failure.of(code, ""), language, "");
  }

  @Override
  public void onUnreadable(ClientStream client, Failure failure) {
    client.closeAfterAnswer();
    new AdminExchange(this, client, HeadTable.request("GET"), 0).refuse(failure.code());
  }
}
