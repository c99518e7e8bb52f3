package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.yumen.e2e.PlainMessages.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A service in a process of its own that can be told to fail. It writes the number that each POST
 * has as its body into a file before anything else, so that not even SIGKILL makes it forget what
 * it has done, takes its time, and answers with its name.
 *
 * <p>Arguments: its port (0 for any), its name and the file. Told by {@code GET
 * /fault/<kind>/<milliseconds>}; {@code slow} is how long every answer takes from then on.
 */
final class FaultyUpstream {
  /** How long an answer takes until told otherwise. */
  static final int USUAL_MILLIS = 5;

  private static final String CONTROL = "/fault/";

  /** While connections are reset, the others end after so many requests, so that new ones come. */
  private static final int MOST_WHILE_RESETTING = 20;

  private final String name;
  private final FileChannel executed;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile long unavailableUntil = System.nanoTime();
  private volatile long resettingUntil = System.nanoTime();
  private volatile int serviceMillis = USUAL_MILLIS;

  private FaultyUpstream(String name, FileChannel executed) {
    this.name = name;
    this.executed = executed;
  }

  public static void main(String[] arguments) throws IOException {
    FileChannel file =
        FileChannel.open(
            Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    FaultyUpstream upstream = new FaultyUpstream(arguments[1], file);
    try (ServerSocket server =
        new ServerSocket(Integer.parseInt(arguments[0]), 1024, InetAddress.getLoopbackAddress())) {
      System.out.println("listens on " + server.getLocalPort());
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> upstream.serve(socket));
      }
    }
  }

  private void serve(Socket socket) {
    boolean unlucky = connections.incrementAndGet() % 2 == 0;
    try (socket) {
      socket.setTcpNoDelay(true);
      PlainMessages messages = new PlainMessages(socket.getInputStream());
      int served = 0;
      boolean last = false;
      while (!last) {
        Message request = messages.next();
        if (request == null) {
          return;
        }
        served++;
        String target = request.second();
        boolean resetting = resettingUntil - System.nanoTime() > 0;
        if (target.startsWith(CONTROL)) {
          obey(target.substring(CONTROL.length()).split("/", -1));
        } else if (resetting && unlucky) {
          reset(socket, request, served);
          return;
        }
        last = resetting && served >= MOST_WHILE_RESETTING;
        socket.getOutputStream().write(answer(request, last));
      }
    } catch (IOException _) {
      // The other side closed the connection.
    }
  }

  /** Some are reset before they did anything, some when all was done but the answer. */
  private void reset(Socket socket, Message request, int served) throws IOException {
    if (served % 2 == 0) {
      execute(request);
    }
    socket.setSoLinger(true, 0);
  }

  private void obey(String[] order) {
    int millis = Integer.parseInt(order[1]);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    switch (order[0]) {
      case "unavailable" -> unavailableUntil = until;
      case "reset" -> resettingUntil = until;
      case "slow" -> serviceMillis = millis;
      default -> throw new IllegalArgumentException(order[0]);
    }
  }

  private byte[] answer(Message request, boolean last) throws IOException {
    String status = "503 Service Unavailable";
    if (unavailableUntil - System.nanoTime() <= 0) {
      status = "200 OK";
      execute(request);
      pause(request);
    }
    String text =
        "HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s"
            .formatted(status, name.length(), last ? "Connection: close\r\n" : "", name);
    return text.getBytes(ISO_8859_1);
  }

  private void execute(Message request) throws IOException {
    if (request.start().startsWith("POST ")) {
      ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
      executed.write(number.putLong(Long.parseLong(request.body())).flip());
    }
  }

  private void pause(Message request) {
    if (!request.second().startsWith(CONTROL)) {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(serviceMillis);
      for (long left; (left = end - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left);
      }
    }
  }
}
