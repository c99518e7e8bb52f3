package dev.yumen.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A connection by the DevTools protocol, to a browser as a whole or to one of its pages. */
final class DevTools implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final BiConsumer<String, JsonNode> events;
  private final WebSocket socket;

  /**
   * Connects.
   *
   * @param events takes the name and the parameters of what is told without being asked for, on a
   *     thread of the connection
   */
  DevTools(URI address, BiConsumer<String, JsonNode> events) {
    this.events = events;
    this.socket = http.newWebSocketBuilder().buildAsync(address, new Messages()).join();
  }

  /**
   * What the browser tells by HTTP.
   *
   * @param path such as {@code /json/list}
   * @return null when it does not answer
   */
  static @Nullable JsonNode get(int port, String path) {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      return MAPPER.readTree(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Completes the calls that the browser answers. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        JsonNode message = MAPPER.readTree(text.toString());
        text.setLength(0);
        CompletableFuture<JsonNode> call = calls.remove(message.path("id").asInt(0));
        if (call != null) {
          call.complete(message);
        } else {
          events.accept(message.path("method").asString(""), message.path("params"));
        }
      }
      from.request(1);
      return null;
    }
  }

  /** What a method comes to. */
  JsonNode call(String method, Map<String, ?> parameters) {
    int id = lastId.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    Map<String, ?> message = Map.of("id", id, "method", method, "params", parameters);
    socket.sendText(MAPPER.writeValueAsString(message), true);
    try {
      return answer.get(GatewayProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS).path("result");
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the browser does not answer to " + method, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
  }
}
