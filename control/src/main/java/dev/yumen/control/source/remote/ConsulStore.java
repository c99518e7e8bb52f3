package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.config.ConsulSourceConfig;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.remote.Calls.Answer;
import dev.yumen.control.source.remote.Calls.NoAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A key of Consul. Its revision is the key's {@code ModifyIndex}, {@code 0} while there is no such
 * key.
 *
 * <p>{@link #await} uses blocking queries: the index of one answer is the condition of the next. An
 * index that went backwards counts for nothing, and an answer that came too early without a change
 * is not asked for again at once.
 */
public final class ConsulStore implements DocumentStore {
  /** How long Consul holds a question; it adds a sixteenth at most. */
  private static final Duration HOLD = Duration.ofSeconds(15);

  private static final Duration LONGER = HOLD.dividedBy(16).plusSeconds(1);
  private static final long SHORTEST_NANOS = Duration.ofMillis(500).toNanos();
  private static final String ABSENT = "0";
  private static final JsonMapper JSON = new JsonMapper();

  private final ConsulSourceConfig settings;
  private final Calls calls;
  private final String address;
  private final String where;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** What it holds, and the index at which it did. */
  private record Seen(Stored stored, long index) {}

  /**
   * @throws IOException when a file of its TLS settings can not be used
   */
  public ConsulStore(ConsulSourceConfig settings) throws IOException {
    this.settings = settings;
    this.calls = Calls.open(settings.tls(), settings.timeout());
    String base = settings.url().toString();
    String end = base.endsWith("/") ? "" : "/";
    String key = URLEncoder.encode(settings.key(), UTF_8).replace("+", "%20").replace("%2F", "/");
    this.address = base + end + "v1/kv/" + key;
    this.where = "consul: key " + settings.key();
  }

  @Override
  public String name() {
    return "consul";
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public Stored read() throws IOException, InterruptedException {
    return look(0).stored();
  }

  @Override
  public Stored await(String revision) throws IOException, InterruptedException {
    long index = 0;
    while (true) {
      long began = System.nanoTime();
      Seen seen = look(index);
      if (!seen.stored().revision().equals(revision)) {
        return seen.stored();
      }
      boolean held = index > 0;
      index = seen.index() < index ? 0 : Math.max(seen.index(), 1);
      long rest = SHORTEST_NANOS - (System.nanoTime() - began);
      if (held && rest > 0 && closed.await(rest, TimeUnit.NANOSECONDS)) {
        throw new IOException(where + " is not asked any more");
      }
    }
  }

  /**
   * @param index 0 for an answer at once, else that after which it has to be another
   */
  private Seen look(long index) throws IOException, InterruptedException {
    String hold = index == 0 ? "" : "&index=" + index + "&wait=" + HOLD.toSeconds() + "s";
    Duration longest = index == 0 ? Duration.ZERO : HOLD.plus(LONGER);
    Answer answer =
        calls.ask(request("consistent" + hold).GET().build(), settings.timeout().plus(longest));
    if (answer.status() != 200 && answer.status() != 404) {
      throw refused(answer);
    }
    long now = answer.headers().firstValueAsLong("x-consul-index").orElse(0);
    return new Seen(answer.status() == 404 ? new Stored(null, ABSENT) : stored(answer), now);
  }

  private Stored stored(Answer answer) throws IOException {
    try {
      JsonNode entry = JSON.readTree(answer.body()).path(0);
      String revision = entry.path("ModifyIndex").asString("");
      if (revision.isEmpty()) {
        throw new IOException(where + " was answered without a ModifyIndex");
      }
      byte[] value = Base64.getDecoder().decode(entry.path("Value").asString(""));
      return new Stored(StoredBytes.text(value, where), revision);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException(where + " was answered by what is no entry", e);
    }
  }

  @Override
  public Stored write(String document, String revision)
      throws Conflict, IOException, InterruptedException {
    if (!revision.matches("[0-9]{1,19}")) {
      throw new Conflict(where + " has no revision " + revision);
    }
    byte[] value = StoredBytes.of(document);
    Answer answer;
    try {
      answer =
          calls.ask(
              request("cas=" + revision).PUT(HttpRequest.BodyPublishers.ofByteArray(value)).build(),
              settings.timeout());
    } catch (NoAnswer e) {
      return whenItIsThere(document, revision, e);
    }
    if (answer.status() == 413) {
      throw new IOException(
          "%s: its %d bytes, compressed, are more than Consul takes (kv_max_value_size): %s"
              .formatted(where, value.length, answer.words()));
    }
    if (answer.status() != 200) {
      throw refused(answer);
    }
    if (!answer.text().strip().equals("true")) {
      throw new Conflict(where + " is not at revision " + revision + " any more");
    }
    return read(); // its index is not in the answer
  }

  /** After a call that was not answered: it may have been carried out nevertheless. */
  private Stored whenItIsThere(String document, String revision, NoAnswer unanswered)
      throws IOException, InterruptedException {
    if (unanswered.sent()) {
      try {
        Stored now = read();
        if (document.equals(now.document()) && !now.revision().equals(revision)) {
          return now;
        }
      } catch (IOException e) {
        unanswered.addSuppressed(e);
      }
    }
    throw unanswered;
  }

  private HttpRequest.Builder request(String query) {
    String dc = settings.datacenter() == null ? "" : "&dc=" + settings.datacenter();
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + "?" + query + dc));
    if (settings.token() != null) {
      request.header("X-Consul-Token", settings.token());
    }
    return request;
  }

  private IOException refused(Answer answer) {
    return new IOException("%s: %d %s".formatted(where, answer.status(), answer.words()));
  }

  @Override
  public void close() {
    closed.countDown();
    calls.close();
  }
}
