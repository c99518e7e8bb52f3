package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import dev.yumen.testkit.WebSocketEcho;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages that Chromium loads through the gateway tell what they came to see. */
class BrowserIT {
  private static final Pki PKI = Pki.called("Browsers trust it");

  /** What streams.html reports of its streams. */
  private static final String STREAMS =
      """
      text: true
      bytes: 70000, true
      closed: 4001, true
      event: 1
      event: 2
      event: 3""";

  @TempDir static Path folder;

  private static final Site SITE = new Site();
  private static final ScriptedUpstream PAGES = ScriptedUpstream.start(SITE);
  private static final Http2Service ORDERS = Http2Service.start();
  private static GatewayProcess gateway;

  /** Serves the pages and what they ask for. */
  private static final class Site implements Behaviour {
    final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
    final BlockingQueue<Double> connectionsBefore = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @Override
    public void serve(Incoming request) throws IOException {
      Recorded recorded = request.readBody();
      switch (recorded.target()) {
        case "/chat" -> new WebSocketEcho().serve(request);
        case "/events" -> sendEvents(request);
        case "/loaded" -> take(connectionsBefore, connections(), request);
        case "/seen" -> take(seen, recorded.text(), request);
        case "/report" -> take(reports, recorded.text(), request);
        case "/users/7", "/private" ->
            request.respond(200, Map.of("Content-Type", "application/json"), new byte[] {'0'});
        default -> request.respond(200, Map.of("Content-Type", "text/html"), page(recorded));
      }
    }

    private static <T> void take(BlockingQueue<T> queue, T what, Incoming request)
        throws IOException {
      queue.add(what);
      request.respond(204, Map.of(), new byte[0]);
    }

    /** Each event waits until the page has told of the one before. */
    private void sendEvents(Incoming request) throws IOException {
      request.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
      for (String event : List.of("1", "2", "3")) {
        request.write("data: " + event + "\n\n");
        if (!event.equals(next(seen))) {
          request.reset();
        }
      }
      request.awaitClosedByPeer();
    }

    private static byte[] page(Recorded request) throws IOException {
      String name = request.target().substring(1);
      try (InputStream page = BrowserIT.class.getResourceAsStream(name)) {
        return page == null ? new byte[0] : page.readAllBytes();
      }
    }
  }

  private static String next(BlockingQueue<String> queue) {
    try {
      return Objects.requireNonNullElse(
          queue.poll(GatewayProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS), "nothing");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  @BeforeAll
  static void start() throws IOException {
    Issued issued = PKI.server("shop.example.com", "api.example.com");
    Files.writeString(folder.resolve("site.pem"), issued.chainPem() + issued.keyPem());
    gateway = GatewayProcess.start(folder, configuration(1));
    // An origin has a port, which is known only now.
    gateway.rewrite(configuration(gateway.port("https")));
    gateway.proc().awaitLine("configuration 2 is live", GatewayProcess.PATIENCE);
  }

  private static String configuration(int port) {
    return """
    listeners:
      https: {address: "127.0.0.1:0", tls: {certificates: {cert: site.pem}}}
      old: {address: "127.0.0.1:0", protocols: http1, tls: {certificates: {cert: site.pem}}}
    management: {address: "127.0.0.1:0"}
    upstreams:
      pages: {endpoints: "%s"}
      orders: {endpoints: "%s", protocol: h2c}
    routes:
      - id: orders
        match: {host: api.example.com, path: "/shop.Orders/{method}"}
        filters:
          - cors:
              allow-origins: ["https://shop.example.com:%3$d"]
              allow-methods: [POST]
              allow-headers: [content-type, x-grpc-web]
              expose-headers: [grpc-status, grpc-message]
          - grpc-web
        to: orders
      - id: users
        match: {host: api.example.com, path: "/users/**"}
        filters:
          - cors:
              allow-origins: ["https://shop.example.com:%3$d"]
              allow-methods: [PUT]
              allow-headers: [content-type]
        to: pages
      - {id: pages, match: {path: "/**"}, to: pages}
    """
        .formatted(PAGES.address(), ORDERS.address(), port);
  }

  @AfterAll
  static void close() {
    gateway.close();
    PAGES.close();
    ORDERS.close();
  }

  private Chromium open(int port, String page) {
    String url = "https://shop.example.com:" + port + "/" + page;
    return Chromium.open(folder.resolve("home-of-" + port + page), PKI.rootPem(), url);
  }

  private static void assertReport(Chromium browser, String expected) {
    assertEquals(expected, next(SITE.reports), browser::output);
  }

  /** Accepted so far, for pages. */
  private static double connections() {
    String accepted = "gateway_connections_accepted_total";
    return gateway.metric(accepted, "\"https\"") + gateway.metric(accepted, "\"old\"");
  }

  private static double connectionsSinceLoaded() {
    return connections() - SITE.connectionsBefore.remove();
  }

  @Test
  void pageWebSocketAndEventsShareOneConnectionInHttp2() {
    try (Chromium browser = open(gateway.port("https"), "streams.html")) {
      assertReport(browser, "page: h2\n" + STREAMS);
    }
    // Without extended CONNECT (RFC 8441), the WebSocket would have a connection of its own.
    assertEquals(0, connectionsSinceLoaded());
  }

  @Test
  void withoutHttp2TheSamePageSeesTheSame() {
    try (Chromium browser = open(gateway.port("old"), "streams.html")) {
      assertReport(browser, "page: http/1.1\n" + STREAMS);
    }
    assertTrue(connectionsSinceLoaded() > 0);
  }

  @Test
  void pageOfAnotherOriginMayDoWhatCorsAllowsAndCallGrpc() {
    try (Chromium browser = open(gateway.port("https"), "other-origin.html")) {
      Eventually.within(GatewayProcess.PATIENCE, "a call", ORDERS::hasNext);
      Http2Request call = ORDERS.next().awaitEnd();
      assertEquals("/shop.Orders/Get", call.path());
      assertEquals("application/grpc", call.header("content-type"));
      call.head(200, "content-type", "application/grpc")
          .data("\0\0\0\0\5order")
          .trailers("grpc-status", "0", "grpc-message", "fine");
      assertReport(
          browser,
          """
          PUT /users/7: 200
          DELETE /users/7: TypeError
          PUT /private: TypeError
          gRPC-Web: order, grpc-status: 0\r
          grpc-message: fine""");
    }
    List<String> seen = PAGES.requests().stream().map(Recorded::requestLine).toList();
    assertTrue(seen.contains("PUT /users/7 HTTP/1.1"), seen::toString);
    assertTrue(seen.stream().noneMatch(line -> line.startsWith("DELETE")), seen::toString);
    // Without the filter there is no preflight to allow it, and so nothing comes.
    assertTrue(seen.stream().noneMatch(line -> line.startsWith("PUT /private")), seen::toString);
  }
}
