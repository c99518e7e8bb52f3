package dev.yumen.dataplane.admin;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.dataplane.audit.AuditTrail;
import dev.yumen.dataplane.audit.BoundedTrail;
import dev.yumen.dataplane.exchange.FailureResponses;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.observe.AdminMetrics;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.routing.TargetNormalizer;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.RequestEvents;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests of the admin port in: strict about targets, bounded in bodies and in number. All
 * bodies together are bounded too, or they could fill the memory of the process that carries the
 * traffic; of who is not let in no body is read.
 */
public final class AdminAcceptor implements RequestAcceptor {
  /** Requests that are answered at once; streams count as long as they last. */
  static final int MOST_AT_ONCE = 64;

  /** Bodies of the longest kind that may be held at once. */
  private static final int BODIES = 2;

  /**
   * What nobody writes who means a resource: segments of dots, doubled slashes, parameters, and
   * what would be a delimiter if it were decoded once more. The normal form of it would do no harm;
   * but who tries it is told no, and is on record.
   */
  private static final Pattern TRICK =
      Pattern.compile("//|(?i:/(\\.|%2e){1,2}(/|$))|[;\\\\]|(?i:%(00|25|2f|3b|5c))");

  private final AdminHandler handler;
  private final FailureResponses failures;
  private final LongSupplier maxBody;
  private final AuditTrail refused;
  private final AdminMetrics metrics;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);
  private final AtomicLong gathered = new AtomicLong();

  /**
   * @param maxBody longest body in bytes, asked for each request
   * @param audit takes note of what is refused before the handler sees it
   * @param metrics count the same
   */
  public AdminAcceptor(
      AdminHandler handler,
      FailureResponses failures,
      LongSupplier maxBody,
      AuditTrail audit,
      AdminMetrics metrics) {
    this.refused = new BoundedTrail(audit, System::nanoTime);
    this.handler = handler;
    this.failures = failures;
    this.maxBody = maxBody;
    this.metrics = metrics;
  }

  @Override
  public RequestEvents onRequest(
      ClientStream client, HeadTable head, Framing framing, long startNanos) {
    long most = maxBody.getAsLong();
    Target target = new Target();
    AdminExchange exchange = new AdminExchange(this, client, head, most);
    if (TargetNormalizer.normalize(head.bytes(), head.pathStart(), head.targetEnd(), target) != null
        || target.refused(Set.of()) != null
        || TRICK.matcher(written(head)).find()) {
      takeNote(client, head.method(), written(head), FailureCode.BAD_REQUEST);
      exchange.refuse(FailureCode.BAD_REQUEST);
    } else if (head.contentLength() > most) {
      takeNote(client, head.method(), path(target), FailureCode.PAYLOAD_TOO_LARGE);
      exchange.refuse(FailureCode.PAYLOAD_TOO_LARGE);
    } else {
      exchange.begin(path(target), query(target));
    }
    return exchange;
  }

  /** The path as it came. */
  private static String written(HeadTable head) {
    String target = text(head.bytes(), head.pathStart(), head.targetEnd());
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  private void takeNote(ClientStream client, String method, String path, FailureCode code) {
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("by", "unknown");
    what.put("client", client.peer().address().getAddress().getHostAddress());
    what.put("method", method);
    what.put("path", path);
    what.put("code", code.name());
    refused.record("admin-refused", what);
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

  /**
   * Takes room for so many bytes of a body, to be given back.
   *
   * @param most that a single body may have; all together have twice as much
   * @return false when there is not as much
   */
  boolean take(int bytes, long most) {
    if (gathered.addAndGet(bytes) <= BODIES * most) {
      return true;
    }
    gathered.addAndGet(-bytes);
    return false;
  }

  void giveBack(long bytes) {
    gathered.addAndGet(-bytes);
  }

  /** Counts a request that gets such a failure for its answer. Any thread. */
  void refused(FailureCode code) {
    metrics.refused(code.name());
  }

  Response failure(FailureCode code, @Nullable String language) {
    return failures.answer(Failure.of(code, ""), language, "");
  }

  @Override
  public void onUnreadable(ClientStream client, Failure failure) {
    client.closeAfterAnswer();
    takeNote(client, "", "", failure.code());
    new AdminExchange(this, client, HeadTable.request("GET"), 0).refuse(failure.code());
  }
}
