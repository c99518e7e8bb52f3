package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** One key of Consul as its documentation describes it: blocking queries, check-and-set, limit. */
final class ConsulServer implements AutoCloseable {
  static final int MOST_BYTES = 512 << 10;

  private final WebServer server = new WebServer(this::answer);
  private byte @Nullable [] value;
  private long modified;
  private long index = 10;
  private @Nullable String token;
  private boolean silent;

  /** Every query that came. */
  final List<String> asked = new CopyOnWriteArrayList<>();

  URI uri() {
    return server.uri("/");
  }

  synchronized void protect(String secret) {
    token = secret;
  }

  /** Writes are carried out, and never answered. */
  synchronized void answerNoWrites() {
    silent = true;
  }

  synchronized void put(byte[] bytes) {
    index++;
    modified = index;
    value = bytes;
    notifyAll();
  }

  synchronized void delete() {
    index++;
    value = null;
    notifyAll();
  }

  /** As after a restore: everything is as it was, at a lower index. */
  synchronized void goBack() {
    index = 5;
    modified = 5;
    notifyAll();
  }

  private synchronized void answer(HttpExchange exchange) throws Exception {
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    if (token != null && !token.equals(exchange.getRequestHeaders().getFirst("X-Consul-Token"))) {
      WebServer.send(exchange, 403, "Permission denied");
      return;
    }
    if (!exchange.getRequestURI().getPath().equals("/v1/kv/yumen/config")) {
      WebServer.send(exchange, 404, "");
      return;
    }
    Map<String, String> query = WebServer.query(exchange);
    if (exchange.getRequestMethod().equals("PUT")) {
      write(exchange, query);
    } else {
      read(exchange, query);
    }
  }

  private void write(HttpExchange exchange, Map<String, String> query) throws Exception {
    byte[] body = exchange.getRequestBody().readAllBytes();
    long expected = Long.parseLong(query.getOrDefault("cas", "-1"));
    if (body.length > MOST_BYTES) {
      WebServer.send(exchange, 413, "Request body too large, max size: 524288 bytes.");
      return;
    }
    boolean same = expected == (value == null ? 0 : modified);
    if (same) {
      put(body);
    }
    if (!silent) {
      WebServer.send(exchange, 200, same ? "true" : "false");
    }
  }

  private void read(HttpExchange exchange, Map<String, String> query) throws Exception {
    long known = Long.parseLong(query.getOrDefault("index", "0"));
    long seconds = Long.parseLong(query.getOrDefault("wait", "0s").replace("s", ""));
    long end = System.nanoTime() + seconds * 1_000_000_000;
    while (known == index && System.nanoTime() < end) {
      wait(20);
    }
    exchange.getResponseHeaders().set("X-Consul-Index", Long.toString(index));
    if (value == null) {
      WebServer.send(exchange, 404, "");
      return;
    }
    String entry =
        "[{\"LockIndex\":0,\"Key\":\"yumen/config\",\"Flags\":0,\"Value\":\"%s\",\"CreateIndex\":3,\"ModifyIndex\":%d}]"
            .formatted(Base64.getEncoder().encodeToString(value), modified);
    WebServer.send(exchange, 200, entry.getBytes(UTF_8));
  }

  @Override
  public void close() {
    server.close();
  }
}
