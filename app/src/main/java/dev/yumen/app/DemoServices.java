package dev.yumen.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/**
 * The two services of the quick start, in this process: they answer with JSON that shows what the
 * gateway made of the request. On loopback only.
 */
final class DemoServices implements AutoCloseable {
  private static final List<Service> ALL =
      List.of(
          new Service("user-service", "USER_SERVICE", 9001),
          new Service("order-service", "ORDER_SERVICE", 9002));

  private final List<HttpServer> servers = new ArrayList<>();
  private final Map<Service, String> started = new LinkedHashMap<>();

  /**
   * One of them.
   *
   * @param variable tells the example's configuration where it is
   * @param port the usual one
   */
  private record Service(String name, String variable, int port) {}

  private DemoServices() {
    // Without it the answer's last packet waits for the acknowledgement of the one before.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /**
   * Starts the services that the environment does not name; on their usual ports, or on free ones
   * when those are taken.
   */
  static DemoServices start(Map<String, String> environment) throws IOException {
    DemoServices services = new DemoServices();
    for (Service service : ALL) {
      if (!environment.containsKey(service.variable)) {
        services.add(service, service.port);
      }
    }
    return services;
  }

  /** Starts both on free ports, where they are in nobody's way. */
  static DemoServices startOnFreePorts() throws IOException {
    DemoServices services = new DemoServices();
    for (Service service : ALL) {
      services.add(service, 0);
    }
    return services;
  }

  /** Environment variables that tell the example's configuration where the services are. */
  Map<String, String> addresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    started.forEach((service, address) -> addresses.put(service.variable, address));
    return addresses;
  }

  /** The addresses of those that were started, by their names. */
  Map<String, String> byName() {
    Map<String, String> addresses = new LinkedHashMap<>();
    started.forEach((service, address) -> addresses.put(service.name, address));
    return addresses;
  }

  private void add(Service service, int port) throws IOException {
    HttpServer server = bind(port);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(service.name, exchange));
    server.start();
    servers.add(server);
    started.put(service, "127.0.0.1:" + server.getAddress().getPort());
  }

  private static HttpServer bind(int port) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try {
      return HttpServer.create(new InetSocketAddress(loopback, port), 1024);
    } catch (BindException taken) {
      return HttpServer.create(new InetSocketAddress(loopback, 0), 1024);
    }
  }

  private static void answer(String service, HttpExchange exchange) throws IOException {
    try (exchange) {
      int bodyBytes = exchange.getRequestBody().readAllBytes().length;
      Map<String, Object> seen = new LinkedHashMap<>();
      seen.put("service", service);
      seen.put("method", exchange.getRequestMethod());
      seen.put("target", exchange.getRequestURI().toString());
      for (String name : List.of("Host", "X-Trace-ID", "X-Forwarded-For", "X-Team")) {
        String value = exchange.getRequestHeaders().getFirst(name);
        if (value != null) {
          seen.put(name.toLowerCase(Locale.ROOT), value);
        }
      }
      seen.put("body-bytes", bodyBytes);
      byte[] body = (Json.MAPPER.writeValueAsString(seen) + "\n").getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(200, head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  @Override
  public void close() {
    for (HttpServer server : servers) {
      server.stop(0);
    }
  }

  /** Made by the first answer, so that it does not delay the start. */
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }
}
