package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.yumen.e2e.PlainMessages.Message;
import dev.yumen.testkit.Eventually;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Requests at a constant rate, whatever becomes of them. What one takes is counted from when it was
 * due, so that a wait for a free connection is part of it.
 */
final class OpenLoad implements AutoCloseable {
  private static final int LONGEST_MILLIS = 20_000;

  /**
   * What is sent.
   *
   * @param rate requests per second
   * @param connections made before the first request, and used in turn
   * @param postEvery every so many-th request is a POST with its number as its body, the others are
   *     GETs; 0 for GETs alone
   */
  record Plan(int port, String path, int rate, int connections, int postEvery) {}

  /**
   * What became of one request.
   *
   * @param due by {@link System#nanoTime}
   * @param nanos from then until the whole answer was there
   * @param status 0 when there was no answer
   * @param told the answer's body, with its head where it is not 200; or why there is none
   */
  record Answer(long number, boolean post, long due, long nanos, int status, String told) {}

  private final Plan plan;
  private final Supplier<String> fields;
  private final Semaphore slots;
  private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final Thread clock;
  private final AtomicLong ended = new AtomicLong();
  private volatile long sent;
  private volatile boolean over;

  private OpenLoad(Plan plan, Supplier<String> fields) {
    this.plan = plan;
    this.fields = fields;
    this.slots = new Semaphore(plan.connections(), true);
    try {
      for (int i = 0; i < plan.connections(); i++) {
        idle.add(new Connection(plan.port()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.clock = Thread.ofPlatform().start(this::run);
  }

  static OpenLoad start(Plan plan) {
    return start(plan, () -> "");
  }

  /**
   * The same with more fields in each request.
   *
   * @param fields makes their lines, each with its CRLF, for one request; called by many threads
   */
  static OpenLoad start(Plan plan, Supplier<String> fields) {
    return new OpenLoad(plan, fields);
  }

  private void run() {
    long begin = System.nanoTime();
    for (long i = 0; !over; i++) {
      long number = i;
      long due = begin + i * 1_000_000_000L / plan.rate();
      for (long left; (left = due - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left);
      }
      Thread.ofVirtual().start(() -> send(number, due));
      sent = number + 1;
    }
  }

  private void send(long number, long due) {
    boolean post = plan.postEvery() > 0 && number % plan.postEvery() == 0;
    slots.acquireUninterruptibly();
    Connection connection = null;
    int status = 0;
    String told;
    try {
      connection = free();
      Message answer = connection.exchange(request(number, post));
      status = Integer.parseInt(answer.second());
      told = status == 200 ? answer.body() : answer.head() + answer.body();
      if (!"close".equals(answer.field("connection"))) {
        idle.add(connection);
        connection = null;
      }
    } catch (IOException e) {
      told = e.toString();
    }
    answers.add(new Answer(number, post, due, System.nanoTime() - due, status, told));
    if (connection != null) {
      connection.close();
    }
    slots.release();
    ended.incrementAndGet();
  }

  private Connection free() throws IOException {
    Connection kept = idle.poll();
    return kept != null ? kept : new Connection(plan.port());
  }

  private String request(long number, boolean post) {
    String body = post ? Long.toString(number) : "";
    String length = post ? "Content-Length: " + body.length() + "\r\n" : "";
    return "%s %s HTTP/1.1\r\nHost: load\r\n%s%s\r\n%s"
        .formatted(post ? "POST" : "GET", plan.path(), fields.get(), length, body);
  }

  /** Lets it go on for a while. */
  void goOn(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left; (left = end - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }

  /** What has been answered so far. */
  LoadFigures figures() {
    return new LoadFigures(List.copyOf(answers));
  }

  /** Sends no more, and waits for what was sent. */
  LoadFigures end() {
    over = true;
    try {
      clock.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    long begun = sent;
    Eventually.within(
        Duration.ofMillis(2 * LONGEST_MILLIS),
        "all " + begun + " requests have ended",
        () -> ended.get() == begun);
    return figures();
  }

  @Override
  public void close() {
    over = true;
    for (Connection kept = idle.poll(); kept != null; kept = idle.poll()) {
      kept.close();
    }
  }

  /** One connection to the gateway. */
  private static final class Connection {
    private final Socket socket;
    private final PlainMessages messages;

    Connection(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(LONGEST_MILLIS);
      messages = new PlainMessages(socket.getInputStream());
    }

    Message exchange(String request) throws IOException {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      Message answer = messages.next();
      if (answer == null) {
        throw new EOFException("closed before an answer");
      }
      return answer;
    }

    void close() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
