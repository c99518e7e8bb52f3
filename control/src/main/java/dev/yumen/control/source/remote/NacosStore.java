package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.config.NacosSourceConfig;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.remote.Calls.Answer;
import dev.yumen.control.source.remote.Calls.NoAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A configuration of Nacos 2, by version 1 of its open API. Its revision is the MD5 of the text, as
 * Nacos says it; {@code 0} while there is none.
 *
 * <p>{@link #await} uses the listener of that API, which holds a question as long as the MD5 is the
 * one that is known. A token is fetched when one is needed and again when Nacos does not take it
 * any more. Documents are not compressed: Nacos holds texts, by default of up to 10 MiB.
 */
public final class NacosStore implements DocumentStore {
  private static final Duration HOLD = Duration.ofSeconds(20);
  private static final long SHORTEST_NANOS = Duration.ofMillis(500).toNanos();
  private static final String ABSENT = "0";
  private static final char WORD_END = 2;
  private static final char LINE_END = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private final NacosSourceConfig settings;
  private final Calls calls;
  private final String base;
  private final String where;
  private final CountDownLatch closed = new CountDownLatch(1);

  private volatile @Nullable String token;

  /**
   * @throws IOException when a file of its TLS settings can not be used
   */
  public NacosStore(NacosSourceConfig settings) throws IOException {
    this.settings = settings;
    this.calls = Calls.open(settings.tls(), settings.timeout());
    String url = settings.url().toString();
    this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    this.where = "nacos: " + settings.group() + " " + settings.dataId();
  }

  @Override
  public String name() {
    return "nacos";
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public Stored read() throws IOException, InterruptedException {
    Answer answer = ask("GET", "/v1/cs/configs", place(), Map.of(), settings.timeout());
    if (answer.status() == 404) {
      return new Stored(null, ABSENT);
    }
    if (answer.status() != 200) {
      throw refused(answer);
    }
    String text = StoredBytes.text(answer.body(), where);
    String said = answer.headers().firstValue("content-md5").orElse("");
    return new Stored(text, said.matches("[0-9a-f]{32}") ? said : md5(answer.body()));
  }

  @Override
  public Stored await(String revision) throws IOException, InterruptedException {
    while (true) {
      long began = System.nanoTime();
      if (changed(revision)) {
        Stored now = read();
        if (!now.revision().equals(revision)) {
          return now;
        }
      }
      long rest = SHORTEST_NANOS - (System.nanoTime() - began);
      if (rest > 0 && closed.await(rest, TimeUnit.NANOSECONDS)) {
        throw new IOException(where + " is not asked any more");
      }
    }
  }

  private boolean changed(String revision) throws IOException, InterruptedException {
    String known = revision.equals(ABSENT) ? "" : revision;
    String namespace = settings.namespace() == null ? "" : WORD_END + settings.namespace();
    String listening =
        settings.dataId() + WORD_END + settings.group() + WORD_END + known + namespace + LINE_END;
    Answer answer =
        ask(
            "POST",
            "/v1/cs/configs/listener",
            Map.of("Listening-Configs", listening),
            Map.of("Long-Pulling-Timeout", Long.toString(HOLD.toMillis())),
            settings.timeout().plus(HOLD));
    if (answer.status() != 200) {
      throw refused(answer);
    }
    return !answer.text().isBlank();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nacos can compare the text that is replaced, but not whether there is one: of two that write
   * the first document at the same moment, both may be told that it was theirs.
   */
  @Override
  public Stored write(String document, String revision)
      throws Conflict, IOException, InterruptedException {
    StoredBytes.of(document); // whether it is too long
    Map<String, String> form = new LinkedHashMap<>(place());
    form.put("content", document);
    form.put("type", "yaml");
    if (revision.equals(ABSENT) && read().document() != null) {
      throw new Conflict(where + " is there by now");
    }
    Map<String, String> compare = revision.equals(ABSENT) ? Map.of() : Map.of("casMd5", revision);
    Answer answer;
    try {
      answer = ask("POST", "/v1/cs/configs", form, compare, settings.timeout());
    } catch (NoAnswer e) {
      return whenItIsThere(document, e);
    }
    if (answer.status() == 200 && answer.text().strip().equals("true")) {
      return new Stored(document, md5(document.getBytes(UTF_8)));
    }
    Stored now = read();
    if (!now.revision().equals(revision)) {
      throw new Conflict(where + " is not at revision " + revision + " any more");
    }
    throw refused(answer);
  }

  /** After a call that was not answered: it may have been carried out nevertheless. */
  private Stored whenItIsThere(String document, NoAnswer unanswered)
      throws IOException, InterruptedException {
    if (unanswered.sent()) {
      try {
        Stored now = read();
        if (document.equals(now.document())) {
          return now;
        }
      } catch (IOException e) {
        unanswered.addSuppressed(e);
      }
    }
    throw unanswered;
  }

  private Map<String, String> place() {
    Map<String, String> place = new LinkedHashMap<>();
    place.put("dataId", settings.dataId());
    place.put("group", settings.group());
    if (settings.namespace() != null) {
      place.put("tenant", settings.namespace());
    }
    return place;
  }

  /** Asks with a token, and once more with another one when it is refused. */
  private Answer ask(
      String method,
      String path,
      Map<String, String> fields,
      Map<String, String> headers,
      Duration timeout)
      throws IOException, InterruptedException {
    if (settings.username() != null && token == null) {
      logIn();
    }
    Answer answer = calls.ask(request(method, path, fields, headers), timeout);
    if (settings.username() != null && (answer.status() == 403 || answer.status() == 401)) {
      logIn();
      return calls.ask(request(method, path, fields, headers), timeout);
    }
    return answer;
  }

  private void logIn() throws IOException, InterruptedException {
    token = null;
    Map<String, String> login =
        Map.of(
            "username", String.valueOf(settings.username()),
            "password", String.valueOf(settings.password()));
    Answer answer =
        calls.ask(request("POST", "/v1/auth/login", login, Map.of()), settings.timeout());
    if (answer.status() != 200) {
      throw new IOException("nacos: it does not let us in: " + answer.status());
    }
    try {
      String given = JSON.readTree(answer.body()).path("accessToken").asString("");
      if (!given.isEmpty()) {
        token = given;
        return;
      }
    } catch (JacksonException _) {
      // Said below.
    }
    throw new IOException("nacos: it gave no token");
  }

  private HttpRequest request(
      String method, String path, Map<String, String> fields, Map<String, String> headers) {
    boolean inQuery = method.equals("GET");
    Map<String, String> query = new LinkedHashMap<>(inQuery ? fields : Map.of());
    String shown = token;
    if (shown != null) {
      query.put("accessToken", shown);
    }
    URI uri = URI.create(base + path + (query.isEmpty() ? "" : "?" + encoded(query)));
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    headers.forEach(request::header);
    return inQuery
        ? request.GET().build()
        : request
            .header("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
            .method(method, HttpRequest.BodyPublishers.ofString(encoded(fields)))
            .build();
  }

  private static String encoded(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(
            field ->
                URLEncoder.encode(field.getKey(), UTF_8)
                    + "="
                    + URLEncoder.encode(field.getValue(), UTF_8))
        .collect(Collectors.joining("&"));
  }

  private IOException refused(Answer answer) {
    return new IOException("%s: %d %s".formatted(where, answer.status(), answer.words()));
  }

  private static String md5(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    calls.close();
  }
}
