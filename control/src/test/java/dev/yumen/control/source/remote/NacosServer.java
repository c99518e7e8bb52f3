package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.net.URI;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One configuration of Nacos as the documentation of its open API describes it. */
final class NacosServer implements AutoCloseable {
  private final WebServer server = new WebServer(this::answer);
  private @Nullable String text;
  private @Nullable String password;
  private int logins;

  URI uri() {
    return server.uri("/nacos");
  }

  synchronized void protect(String secret) {
    password = secret;
  }

  /** Tokens that were given out are good no more. */
  synchronized void forgetTokens() {
    logins += 100;
  }

  synchronized void put(@Nullable String content) {
    text = content;
    notifyAll();
  }

  private synchronized void answer(HttpExchange exchange) throws Exception {
    String path = exchange.getRequestURI().getPath();
    Map<String, String> query = WebServer.query(exchange);
    if (path.equals("/nacos/v1/auth/login")) {
      Map<String, String> form = WebServer.form(exchange);
      boolean good =
          "yumen".equals(form.get("username")) && Objects.equals(form.get("password"), password);
      logins++;
      String given = "{\"accessToken\":\"token-%d\",\"tokenTtl\":18000}".formatted(logins);
      WebServer.send(exchange, good ? 200 : 403, good ? given : "unknown user!");
    } else if (password != null && !("token-" + logins).equals(query.get("accessToken"))) {
      WebServer.send(exchange, 403, "{\"status\":403,\"error\":\"Forbidden\"}");
    } else if (path.equals("/nacos/v1/cs/configs/listener")) {
      listen(exchange, WebServer.form(exchange));
    } else if (exchange.getRequestMethod().equals("GET")) {
      read(exchange, query);
    } else {
      publish(exchange, WebServer.form(exchange));
    }
  }

  private void read(HttpExchange exchange, Map<String, String> query) throws Exception {
    boolean ours =
        "yumen.yaml".equals(query.get("dataId"))
            && "GATEWAYS".equals(query.get("group"))
            && "prod".equals(query.get("tenant"));
    if (text == null || !ours) {
      WebServer.send(exchange, 404, "config data not exist");
      return;
    }
    exchange.getResponseHeaders().set("Content-MD5", md5());
    WebServer.send(exchange, 200, text);
  }

  private void publish(HttpExchange exchange, Map<String, String> form) throws Exception {
    String compare = exchange.getRequestHeaders().getFirst("casMd5");
    if (compare != null && !compare.equals(md5())) {
      WebServer.send(exchange, 500, "Cas publish fail, server md5 may have changed.");
      return;
    }
    put(form.get("content"));
    WebServer.send(exchange, 200, "true");
  }

  private void listen(HttpExchange exchange, Map<String, String> form) throws Exception {
    String[] words = form.getOrDefault("Listening-Configs", "").split("[\u0001\u0002]", -1);
    long millis =
        Long.parseLong(exchange.getRequestHeaders().getFirst("Long-Pulling-Timeout")) - 500;
    long end = System.nanoTime() + millis * 1_000_000;
    while (words[2].equals(md5()) && System.nanoTime() < end) {
      wait(20);
    }
    boolean same = words[2].equals(md5());
    WebServer.send(exchange, 200, same ? "" : "yumen.yaml%02GATEWAYS%02prod%01\n");
  }

  private String md5() throws Exception {
    return text == null
        ? ""
        : HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("MD5")
                    .digest(Objects.requireNonNull(text).getBytes(UTF_8)));
  }

  @Override
  public void close() {
    server.close();
  }
}
