package dev.yumen.control.source.remote;

import dev.yumen.config.EtcdSourceConfig;
import dev.yumen.control.source.remote.Calls.Answer;
import dev.yumen.control.source.remote.Calls.NoAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls of etcd's version 3 by its JSON gateway (3.4 and newer), at whichever member answers.
 *
 * <p>A member that does not answer, or answers that it can not now, is left for the next one. A
 * token is fetched when one is needed and again when etcd does not take it any more.
 */
final class EtcdCalls implements AutoCloseable {
  static final JsonMapper JSON = new JsonMapper();

  private final EtcdSourceConfig settings;
  private final Calls calls;
  private final List<URI> endpoints;

  /** Which member answered last. */
  private volatile int first;

  private volatile @Nullable String token;

  /**
   * What a member answered.
   *
   * @param sentBefore whether another one may have received the same call before
   */
  record Reply(JsonNode body, boolean sentBefore) {}

  /** An open answer that goes on. */
  record Stream(URI endpoint, InputStream lines) {}

  EtcdCalls(EtcdSourceConfig settings) throws IOException {
    this.settings = settings;
    this.calls = Calls.open(settings.tls(), settings.timeout());
    this.endpoints = settings.endpoints();
  }

  /**
   * Calls a method.
   *
   * @param path such as {@code /v3/kv/range}
   * @throws NoAnswer when no member answered; says whether one of them may have received it
   * @throws IOException when it was refused
   */
  Reply call(String path, Map<String, ?> body) throws IOException, InterruptedException {
    boolean sent = false;
    String last = "";
    for (int i = 0; i < endpoints.size(); i++) {
      int index = (first + i) % endpoints.size();
      URI endpoint = endpoints.get(index);
      try {
        Answer answer = allowed(endpoint, path, body);
        if (answer.status() < 500) {
          first = index;
          return new Reply(parsed(endpoint, answer), sent);
        }
        sent = true;
        last = refusal(endpoint, answer);
      } catch (NoAnswer e) {
        sent |= e.sent();
        last = String.valueOf(e.getMessage());
      }
    }
    throw new NoAnswer("etcd: " + last + others(), sent);
  }

  private String others() {
    return endpoints.size() == 1 ? "" : ", the last of " + endpoints.size() + " members";
  }

  /** Opens an answer that goes on, at the first member that gives one. */
  Stream stream(String path, Map<String, ?> body) throws IOException, InterruptedException {
    String last = "";
    for (int i = 0; i < endpoints.size(); i++) {
      int index = (first + i) % endpoints.size();
      URI endpoint = endpoints.get(index);
      try {
        if (settings.username() != null && token == null) {
          authenticate(endpoint);
        }
        HttpResponse<InputStream> response =
            calls.stream(request(endpoint, path, body), settings.timeout());
        if (response.statusCode() == 200) {
          first = index;
          return new Stream(endpoint, response.body());
        }
        response.body().close();
        token = null;
        last = Calls.shown(endpoint) + " answered " + response.statusCode();
      } catch (NoAnswer e) {
        last = String.valueOf(e.getMessage());
      }
    }
    throw new NoAnswer("etcd: " + last + others(), false);
  }

  /** What a stream said can not be used with the token that there is. */
  void forgetToken() {
    token = null;
  }

  /** Tries another member first from now on, as this one ended what it had begun. */
  void avoid(URI endpoint) {
    first = (endpoints.indexOf(endpoint) + 1) % endpoints.size();
  }

  private Answer allowed(URI endpoint, String path, Map<String, ?> body)
      throws IOException, InterruptedException {
    if (settings.username() == null) {
      return calls.ask(request(endpoint, path, body), settings.timeout());
    }
    if (token == null) {
      authenticate(endpoint);
    }
    Answer answer = calls.ask(request(endpoint, path, body), settings.timeout());
    if (!wantsToken(answer)) {
      return answer;
    }
    authenticate(endpoint);
    return calls.ask(request(endpoint, path, body), settings.timeout());
  }

  /** A token of one member is good at all of them. */
  private void authenticate(URI endpoint) throws IOException, InterruptedException {
    token = null;
    Map<String, String> login =
        Map.of(
            "name", String.valueOf(settings.username()),
            "password", String.valueOf(settings.password()));
    Answer answer =
        calls.ask(request(endpoint, "/v3/auth/authenticate", login), settings.timeout());
    if (answer.status() >= 500) {
      throw new NoAnswer(refusal(endpoint, answer), false);
    }
    String given = parsed(endpoint, answer).path("token").asString("");
    if (!given.matches("[!-~]+")) {
      throw new IOException("etcd: " + Calls.shown(endpoint) + " gave no token");
    }
    token = given;
  }

  /** The words are all that tells these apart: of the status 400 are other refusals, too. */
  private static boolean wantsToken(Answer answer) {
    String words = answer.status() == 200 ? "" : answer.words();
    return answer.status() == 401
        || words.contains("user name is empty")
        || words.contains("invalid auth token")
        || words.contains("revision in header is old");
  }

  private HttpRequest request(URI endpoint, String path, Map<String, ?> body) {
    String base = endpoint.toString();
    URI uri = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    String shown = token;
    if (shown != null) {
      request.header("Authorization", shown);
    }
    return request.build();
  }

  private static JsonNode parsed(URI endpoint, Answer answer) throws IOException {
    if (answer.status() != 200) {
      throw new IOException("etcd: " + refusal(endpoint, answer));
    }
    try {
      return JSON.readTree(answer.body());
    } catch (JacksonException e) {
      throw new IOException("etcd: " + Calls.shown(endpoint) + " answered no JSON", e);
    }
  }

  private static String refusal(URI endpoint, Answer answer) {
    String words = answer.words();
    try {
      JsonNode body = JSON.readTree(answer.body());
      String message = body.path("error").asString("");
      words = Calls.shown(message.isEmpty() ? body.path("message").asString(words) : message);
    } catch (JacksonException _) {
      // Not of etcd itself; as it is.
    }
    return Calls.shown(endpoint) + " answered " + answer.status() + ": " + words;
  }

  @Override
  public void close() {
    calls.close();
  }
}
