package dev.yumen.dataplane.admin;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.RequestEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of the admin port: its body is gathered, a virtual thread finds the answer, and that
 * is sent. Only on its loop, except where it says otherwise.
 */
final class AdminExchange implements RequestEvents {
  private static final Logger LOG = LoggerFactory.getLogger(AdminExchange.class);

  private final AdminAcceptor acceptor;
  private final ClientStream client;
  private final HeadTable head;
  private final long most;
  private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private @Nullable String path;
  private @Nullable String query;
  private boolean admitted;

  /** Whether somebody makes the answer, or it was given; what comes of the body then is dropped. */
  private boolean answered;

  /** Whether the client is gone, or has got its whole answer. Any thread reads it. */
  private volatile boolean over;

  /** Given one permit when a stream may go on writing, or has to look why it can not. */
  private final Semaphore progress = new Semaphore(0);

  /**
   * @param head valid until the answer was ended
   * @param most bytes of the body
   */
  AdminExchange(AdminAcceptor acceptor, ClientStream client, HeadTable head, long most) {
    this.acceptor = acceptor;
    this.client = client;
    this.head = head;
    this.most = most;
  }

  /** Waits for the body; without one its end comes at once. */
  void begin(String path, @Nullable String query) {
    this.path = path;
    this.query = query;
    if (head.expectContinue() && isAdmitted()) {
      client.sendInterim(100, new HeadTable());
      client.flush();
    }
  }

  /** Answers without asking anybody; what is still to come of the body is not read. */
  void refuse(FailureCode code) {
    forget();
    client.closeAfterAnswer();
    acceptor.refused(code);
    send(acceptor.failure(code, language()));
  }

  private @Nullable String language() {
    return head.first("accept-language");
  }

  // ---- the request ----

  /** Looks once whether the body is to be read; what is not to be is answered at once. */
  private boolean isAdmitted() {
    if (!admitted) {
      admitted = acceptor.handler().readsBodyOf(request());
      if (!admitted) {
        client.closeAfterAnswer();
        ask();
      }
    }
    return admitted;
  }

  @Override
  public void onRequestBody(ByteBuf data) {
    try {
      if (answered || !isAdmitted()) {
        return;
      }
      if (body.size() + data.readableBytes() > most) {
        refuse(FailureCode.PAYLOAD_TOO_LARGE);
        return;
      }
      if (!acceptor.take(data.readableBytes(), most)) {
        refuse(FailureCode.OVERLOADED);
        return;
      }
      body.writeBytes(ByteBufUtil.getBytes(data));
    } finally {
      data.release();
    }
  }

  @Override
  public void onRequestEnd(@Nullable HeadTable trailers) {
    if (!answered) {
      ask();
    }
  }

  private void ask() {
    answered = true;
    if (!acceptor.enter()) {
      forget();
      acceptor.refused(FailureCode.OVERLOADED);
      send(acceptor.failure(FailureCode.OVERLOADED, language()));
      return;
    }
    AdminRequest request = request();
    Response failed = acceptor.failure(FailureCode.INTERNAL, language());
    body = new ByteArrayOutputStream(0);
    Thread.ofVirtual().name("admin").start(() -> answer(request, failed));
  }

  /** What there is of the body, when nobody will read it. */
  private void forget() {
    acceptor.giveBack(body.size());
    body = new ByteArrayOutputStream(0);
  }

  /** A copy: the head may be used again once the client is gone. */
  private AdminRequest request() {
    HeadTable fields = HeadTable.request(head.method());
    head.forEach(fields::add);
    return new AdminRequest(
        head.method(),
        Objects.requireNonNull(path),
        query,
        authority(),
        fields,
        body.toByteArray(),
        client.peer().address().getAddress());
  }

  /** That of the target wins over Host (RFC 9112 §3.2.2). */
  private String authority() {
    boolean inTarget = head.authorityStart() >= 0 && head.authorityEnd() > head.authorityStart();
    if (inTarget) {
      return head.text(head.authorityStart(), head.authorityEnd());
    }
    String host = head.first("host");
    return host == null ? "" : host;
  }

  // ---- the answer ----

  /** On the virtual thread. */
  private void answer(AdminRequest request, Response failed) {
    try {
      AdminAnswer answer;
      try {
        answer = acceptor.handler().answer(request);
      } catch (RuntimeException | LinkageError | StackOverflowError e) {
        LOG.error("{} {} of the admin port failed", request.method(), request.path(), e);
        acceptor.refused(FailureCode.INTERNAL);
        answer = AdminAnswer.of(failed);
      }
      switch (answer) {
        case AdminAnswer.Whole whole -> onLoop(() -> send(whole.response()));
        case AdminAnswer.Stream stream -> write(stream);
      }
    } finally {
      acceptor.giveBack(request.body().length);
      acceptor.leave();
    }
  }

  private void onLoop(Runnable step) {
    client
        .loop()
        .eventLoop()
        .execute(
            () -> {
              if (!over) {
                step.run();
                client.flush();
              }
            });
  }

  private void send(Response response) {
    answered = true;
    boolean headOnly = head.method().equals("HEAD");
    int length = response.body().length;
    client.sendHead(
        response.status(), fields(response), headOnly ? Framing.STATED : Framing.LENGTH, length);
    if (!headOnly && length > 0) {
      client.sendBody(Unpooled.wrappedBuffer(response.body()));
    }
    end();
  }

  private static HeadTable fields(Response response) {
    HeadTable fields = new HeadTable();
    response.headers().forEach(field -> fields.add(field.name(), field.value()));
    return fields;
  }

  private void end() {
    over = true;
    client.sendEnd(null);
  }

  /** On the virtual thread. */
  private void write(AdminAnswer.Stream stream) {
    boolean headOnly = head.method().equals("HEAD");
    onLoop(
        () -> {
          answered = true;
          client.sendHead(
              stream.head().status(),
              fields(stream.head()),
              headOnly ? Framing.STATED : Framing.STREAM,
              0);
          if (headOnly) {
            end();
          }
        });
    if (headOnly) {
      return;
    }
    try {
      stream.writer().write(this::send);
      onLoop(this::end);
    } catch (IOException e) {
      LOG.debug("a client of the admin port is gone: {}", e.getMessage());
      onLoop(this::abort);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      onLoop(this::abort);
    } catch (RuntimeException e) {
      LOG.error("a stream of the admin port failed", e);
      onLoop(this::abort);
    }
  }

  private void abort() {
    over = true;
    client.abort();
  }

  /** On the virtual thread: one piece at a time is on its way to the loop. */
  private void send(byte[] piece) throws IOException, InterruptedException {
    if (over) {
      throw new IOException("the client is gone");
    }
    progress.drainPermits();
    client
        .loop()
        .eventLoop()
        .execute(
            () -> {
              if (!over) {
                client.sendBody(Unpooled.wrappedBuffer(piece));
                client.flush();
              }
              if (over || client.writable()) {
                progress.release();
              }
            });
    progress.acquire();
    if (over) {
      throw new IOException("the client is gone");
    }
  }

  @Override
  public void onRequestFlush() {}

  @Override
  public void onClientWritable() {
    progress.release();
  }

  @Override
  public void onClientHalfClosed() {}

  @Override
  public void onRequestFailure(Failure failure) {
    forget();
    if (!over) {
      abort();
    }
    progress.release();
  }
}
