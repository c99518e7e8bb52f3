package dev.yumen.app;

import dev.yumen.app.Main.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the admin API of a running gateway. Whatever keeps an answer from being had, and whatever
 * the gateway refuses, ends the command with sentences and exit status 1 ({@link BadInput}).
 */
final class AdminClient implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofMinutes(5);
  private static final int OK = 200;
  private static final int REFUSED = 300;
  private static final int LONGEST_REFUSAL = 1 << 20;
  private static final long LONGEST_ANSWER = 64L << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final URI base;
  private final @Nullable String token;
  private final HttpClient http;

  /**
   * @param base without a path of its own but one that a proxy in front asks for
   * @param token that says who asks; null where none is needed
   * @param tls whom to trust; null for the authorities of the JDK
   */
  AdminClient(URI base, @Nullable String token, @Nullable SSLContext tls) {
    this.base = base;
    this.token = token;
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(CONNECT);
    this.http = tls == null ? builder.build() : builder.sslContext(tls).build();
  }

  /**
   * The URI of an address in one of its forms: {@code 127.0.0.1:9901}, {@code [::1]:9901}, {@code
   * gateway:9901}, {@code https://gateway.example.com}.
   *
   * @return null when it has none of them
   */
  static @Nullable URI address(String text) {
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean good =
          uri.getHost() != null
              && (scheme.equals("http") || scheme.equals("https"))
              && uri.getUserInfo() == null
              && uri.getQuery() == null
              && uri.getFragment() == null
              && uri.getPort() <= 65_535;
      return good ? URI.create(uri.toString().replaceFirst("/+$", "")) : null;
    } catch (URISyntaxException _) {
      return null;
    }
  }

  /**
   * An answer that is no refusal.
   *
   * @param headers such as {@code ETag}
   */
  record Answer(int status, HttpHeaders headers, JsonNode body) {}

  /**
   * What {@code GET} gives.
   *
   * @param path under {@code /api/v1}, with its query, percent-encoded
   */
  JsonNode get(String path) {
    return send("GET", path, Map.of(), null).body();
  }

  /** What {@code POST} of a text of this media type gives. */
  JsonNode post(String path, String type, String body) {
    return send("POST", path, Map.of("Content-Type", type), body).body();
  }

  /**
   * An answer, if it has what each of its kind has.
   *
   * @param member as a JSON Pointer (RFC 6901)
   * @throws BadInput when it is of another server, so that nobody takes it for good news
   */
  JsonNode having(String member, JsonNode answer) {
    if (answer.at(member).isMissingNode()) {
      throw foreign(OK);
    }
    return answer;
  }

  /**
   * The same with any method.
   *
   * @param fields of the head, such as {@code Content-Type} and {@code If-Match}
   * @param body null for none
   */
  Answer send(String method, String path, Map<String, String> fields, @Nullable String body) {
    HttpRequest.Builder request =
        request(path)
            .timeout(ANSWER)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    fields.forEach(request::setHeader);
    HttpResponse<String> response =
        exchange(request.build(), BodyHandlers.limiting(BodyHandlers.ofString(), LONGEST_ANSWER));
    JsonNode data = response.body().isEmpty() ? JSON.createObjectNode() : json(response.body());
    if (response.statusCode() < OK || response.statusCode() >= REFUSED || data == null) {
      throw refusal(response.statusCode(), data);
    }
    return new Answer(response.statusCode(), response.headers(), data);
  }

  /**
   * What comes piece by piece, such as events. To be closed by the caller.
   *
   * @param path under {@code /api/v1}, with its query, percent-encoded
   */
  InputStream stream(String path) {
    HttpResponse<InputStream> response =
        exchange(
            request(path).header("Accept", "text/event-stream").build(),
            BodyHandlers.ofInputStream());
    if (response.statusCode() == OK) {
      return response.body();
    }
    try (InputStream body = response.body()) {
      String text = new String(body.readNBytes(LONGEST_REFUSAL), StandardCharsets.UTF_8);
      throw refusal(response.statusCode(), json(text));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/api/v1" + path))
            .version(HttpClient.Version.HTTP_1_1);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.sendAsync(request, handler).get(ANSWER.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw unreachable(e.getCause());
    } catch (TimeoutException e) {
      throw unreachable(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new BadInput("interrupted");
    }
  }

  // ---- what is said ----

  private BadInput unreachable(@Nullable Throwable e) {
    String why =
        switch (e) {
          case HttpConnectTimeoutException _ -> "no answer within 5 s";
          case ConnectException _ -> "nothing listens there, or the name is not known";
          case SSLHandshakeException tls ->
              withoutClasses(tls) + " (--ca names a file with the authorities that are trusted)";
          case HttpTimeoutException _, TimeoutException _ ->
              "no whole answer within " + ANSWER.toMinutes() + " min";
          case null -> "the connection broke off";
          default -> e.getMessage() == null ? "the connection broke off" : e.getMessage();
        };
    return new BadInput(
        base
            + " can not be asked: "
            + Told.lines(why)
            + " (expected: the admin API of a running gateway)");
  }

  /** The library names classes of the JDK in front of what it says. */
  private static String withoutClasses(SSLHandshakeException e) {
    return String.valueOf(e.getMessage()).replaceAll("[\\w$]+(\\.[\\w$]+)+: ", "");
  }

  /** The gateway's own sentences; for an answer of somebody else that it is none of hers. */
  private BadInput refusal(int status, @Nullable JsonNode body) {
    if (body == null || !body.path("code").isString()) {
      return foreign(status);
    }
    StringBuilder said = new StringBuilder();
    said.append(Told.text(body, "title")).append(' ').append(Told.text(body, "detail"));
    said.append(" (").append(status).append(' ').append(Told.text(body, "code")).append(')');
    for (JsonNode problem : body.path("problems")) {
      said.append("\n  ").append(problem(problem));
    }
    return new BadInput(said.toString());
  }

  private BadInput foreign(int status) {
    return new BadInput(
        base + " answers " + status + ", but not as a gateway (expected: the admin API of one)");
  }

  private static String problem(JsonNode problem) {
    StringBuilder said = new StringBuilder();
    if (problem.path("line").isNumber()) {
      said.append(Told.text(problem, "file")).append(':').append(Told.number(problem, "line"));
      said.append(':').append(Told.number(problem, "column")).append(' ');
    }
    String path = Told.text(problem, "path");
    return said.append(path.isEmpty() ? "" : path + ": ")
        .append(Told.text(problem, "message"))
        .toString();
  }

  private static @Nullable JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException _) {
      return null;
    }
  }
}
