package dev.yumen.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.yumen.api.RedisFailure.Reason;
import dev.yumen.testkit.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are no Redis, or are not themselves. */
class GarbageTest {

  /** Answers what a new connection asks as Redis does, and scripts with what it is told to. */
  private static final class Liar implements AutoCloseable {
    private final ServerSocket server;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile String toScripts;
    private volatile String toAll = "";

    Liar(String toScripts) throws IOException {
      this.toScripts = toScripts;
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::accept);
    }

    String address() {
      return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
      while (!server.isClosed()) {
        try {
          Socket socket = server.accept();
          connections.incrementAndGet();
          Thread.ofVirtual().start(() -> serve(socket));
        } catch (IOException e) {
          return; // closed
        }
      }
    }

    private void serve(Socket socket) {
      try (socket;
          BufferedReader in =
              new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1))) {
        for (String line; (line = in.readLine()) != null; ) {
          String answer = answer(line.toUpperCase(Locale.ROOT));
          socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
        }
      } catch (IOException e) {
        // the other side has had enough
      }
    }

    private String answer(String word) {
      boolean known = List.of("HELLO", "PING", "CLIENT", "EVALSHA").contains(word);
      if (!known || !toAll.isEmpty()) {
        return known ? toAll : "";
      }
      return switch (word) {
        case "HELLO" -> "-ERR unknown command 'HELLO'\r\n";
        case "PING" -> "+PONG\r\n";
        case "CLIENT" -> "+OK\r\n";
        default -> toScripts;
      };
    }

    @Override
    public void close() {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"4711\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "+OK\r\n", "$3\r\nfoo\r\n"})
  void anAnswerWithoutSenseFailsAndDropsTheConnection(String answer) throws IOException {
    try (Liar liar = new Liar(answer);
        RedisUnderTest redis = RedisUnderTest.open("\"" + liar.address() + "\"").connected()) {
      assertEquals(Reason.GARBAGE, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
      Eventually.within(RedisUnderTest.PATIENCE, () -> liar.connections.get() > 1);
      liar.toScripts = "*1\r\n:7\r\n";
      assertEquals(7, redis.countEventually("a"));
    }
  }

  @Test
  void anAnswerThatNeverEndsTimesOut() throws IOException {
    try (Liar liar = new Liar("*1000000\r\n:1\r\n");
        RedisUnderTest redis =
            RedisUnderTest.open("{nodes: \"" + liar.address() + "\", timeout: 200ms}")
                .connected()) {
      assertEquals(Reason.TIMEOUT, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
    }
  }

  @Test
  void aServerOfAnotherKindIsNeverAvailable() throws IOException {
    try (Liar liar = new Liar("")) {
      liar.toAll = "HTTP/1.1 400 Bad Request\r\n\r\n";
      try (RedisUnderTest redis = RedisUnderTest.open("\"" + liar.address() + "\"")) {
        redis.redis().awaitFirst(RedisUnderTest.PATIENCE);
        assertFalse(redis.redis().available());
        assertEquals(Reason.GONE, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
      }
    }
  }

  @Test
  void aServerThatIsStillLoadingIsAsGoodAsGone() throws IOException {
    try (Liar liar = new Liar("-LOADING Redis is loading the dataset in memory\r\n");
        RedisUnderTest redis = RedisUnderTest.open("\"" + liar.address() + "\"").connected()) {
      assertEquals(Reason.GONE, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
      liar.toScripts = "*1\r\n:2\r\n";
      assertEquals(2, redis.countEventually("a"));
    }
  }
}
