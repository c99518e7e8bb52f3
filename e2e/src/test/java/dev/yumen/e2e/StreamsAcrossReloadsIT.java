package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import dev.yumen.testkit.WebSocketEcho;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A WebSocket and an event stream live on while the configuration changes again and again. */
@Tag("alone")
class StreamsAcrossReloadsIT {

  @TempDir Path folder;

  /** Sends the next message when the one before has come back, up to the end. */
  private static final class Talk implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();
    private final AtomicInteger echoes = new AtomicInteger();
    private final AtomicInteger pongs = new AtomicInteger();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
      message.append(text); // the client gives what it has read, be it half a message
      if (last) {
        if (!message.toString().equals("message " + echoes.get())) {
          failure.compareAndSet(null, "got " + message + " instead of message " + echoes.get());
        }
        message.setLength(0);
        echoes.incrementAndGet();
      }
      return WebSocket.Listener.super.onText(socket, text, last);
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      pongs.incrementAndGet();
      return WebSocket.Listener.super.onPong(socket, message);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      failure.compareAndSet(null, error.toString());
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      failure.compareAndSet(null, "closed with " + status);
      return null;
    }
  }

  private static Behaviour events(AtomicBoolean over) {
    return request -> {
      request.write(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
      CountDownLatch pause = new CountDownLatch(1);
      for (int i = 0; !over.get(); i++) {
        request.write("data: " + i + "\n\n");
        pause.await(50, TimeUnit.MILLISECONDS);
      }
      request.write("data: over\n\n");
      request.close();
    };
  }

  private String configuration(int number, ScriptedUpstream chat, ScriptedUpstream events) {
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    upstreams:
      chat: {endpoints: ["%s"], pool: {max-idle: %d}}
      events: {endpoints: ["%s"]}
    filters: [trace-id]
    routes:
    - {id: chat, match: {path: /chat}, to: chat}
    - {id: events-%d, match: {path: /events}, to: events}
    """
        .formatted(chat.address(), 64 + number % 3, events.address(), number);
  }

  @Test
  void bothSurviveAndMissNothing() throws Exception {
    int reloads = Scale.of(10, 100);
    Duration between = Duration.ofMillis(Scale.of(100, 6000));
    AtomicBoolean over = new AtomicBoolean();
    try (ScriptedUpstream chat = ScriptedUpstream.start(new WebSocketEcho());
        ScriptedUpstream events = ScriptedUpstream.start(events(over));
        GatewayProcess gateway = GatewayProcess.start(folder, configuration(0, chat, events));
        HttpClient client = HttpClient.newHttpClient();
        RawClient reader = gateway.connect()) {
      reader.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n").readUntil("\r\n\r\n");
      Talk talk = new Talk();
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port() + "/chat"), talk)
              .get(10, TimeUnit.SECONDS);
      int read = 0;
      int sent = 0;
      for (int i = 1; i <= reloads; i++) {
        double before = gateway.metric("gateway_config_version", "");
        gateway.rewrite(configuration(i, chat, events));
        gateway.proc().signal("HUP");
        Eventually.within(
            GatewayProcess.PATIENCE,
            "configuration " + i + " is live",
            () -> gateway.metric("gateway_config_version", "") > before);
        long until = System.nanoTime() + between.toNanos();
        do {
          socket.sendText("message " + sent++, true).get(10, TimeUnit.SECONDS);
          socket.sendPing(ByteBuffer.allocate(4)).get(10, TimeUnit.SECONDS);
          reader.readUntil("data: " + read++ + "\n\n");
        } while (System.nanoTime() < until);
      }
      int messages = sent;
      Eventually.within(
          Duration.ofSeconds(10),
          "all messages and pings are answered",
          () -> talk.echoes.get() == messages && talk.pongs.get() == messages);
      assertNull(talk.failure.get());
      assertEquals(1, chat.connections());
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
      over.set(true);
      reader.readUntil("data: over\n\n");
      System.out.printf(
          "%d reloads, %d messages and pings answered, %d events read in order%n",
          reloads, messages, read);
    }
  }
}
