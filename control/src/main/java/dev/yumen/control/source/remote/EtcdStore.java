package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.config.EtcdSourceConfig;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.remote.Calls.NoAnswer;
import dev.yumen.control.source.remote.EtcdCalls.Reply;
import dev.yumen.control.source.remote.EtcdWatch.End;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A key of etcd. Its revision is the {@code mod_revision} of the key, {@code 0} while there is no
 * such key.
 *
 * <p>{@link #await} opens a watch from now on, looks at the key, and looks again when the watch
 * tells of something: between the two nothing can be missed, and it does not matter what etcd has
 * compacted. A watch is opened anew every ten seconds, so that one which is dead without a sign
 * holds up a change for no longer.
 */
public final class EtcdStore implements DocumentStore {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
  private static final int MOST_BROKEN = 3;
  private static final String ABSENT = "0";
  private static final String RANGE = "/v3/kv/range";

  private final EtcdSourceConfig settings;
  private final EtcdCalls calls;
  private final String key;
  private final String where;

  /**
   * @throws IOException when a file of its TLS settings can not be used
   */
  public EtcdStore(EtcdSourceConfig settings) throws IOException {
    this.settings = settings;
    this.calls = new EtcdCalls(settings);
    String name = settings.prefix() + "/config";
    this.key = Base64.getEncoder().encodeToString(name.getBytes(UTF_8));
    this.where = "etcd: key " + name;
  }

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public Stored read() throws IOException, InterruptedException {
    return stored(calls.call(RANGE, Map.of("key", key)).body());
  }

  @Override
  public Stored await(String revision) throws IOException, InterruptedException {
    int broken = 0;
    while (true) {
      End end;
      try (EtcdWatch watch = watch()) {
        if (!revision.equals(revision())) {
          return read();
        }
        end = watch.await(LOOK_AGAIN);
        if (end instanceof End.Broken) {
          calls.avoid(watch.endpoint());
        }
      }
      switch (end) {
        case End.Event() -> {
          Stored now = read();
          if (!revision.equals(now.revision())) {
            return now;
          }
        }
        case End.Quiet() -> broken = 0;
        case End.Broken(String why) -> {
          if (++broken == MOST_BROKEN) {
            throw new IOException(why);
          }
        }
      }
    }
  }

  private EtcdWatch watch() throws IOException, InterruptedException {
    Map<String, ?> request = Map.of("create_request", Map.of("key", key));
    try {
      return EtcdWatch.on(calls.stream("/v3/watch", request), settings.timeout());
    } catch (NoAnswer e) {
      throw e;
    } catch (IOException _) {
      // Said in the stream, where a token that is too old is told of, too.
      calls.forgetToken();
      return EtcdWatch.on(calls.stream("/v3/watch", request), settings.timeout());
    }
  }

  /** Of what is there now, without fetching all of it. */
  private String revision() throws IOException, InterruptedException {
    JsonNode answer = calls.call(RANGE, Map.of("key", key, "keys_only", true)).body();
    return revision(answer.path("kvs").path(0));
  }

  @Override
  public Stored write(String document, String revision)
      throws Conflict, IOException, InterruptedException {
    if (!revision.matches("[0-9]{1,19}")) {
      throw new Conflict(where + " has no revision " + revision);
    }
    String value = Base64.getEncoder().encodeToString(StoredBytes.of(document));
    Map<String, ?> same =
        Map.of("key", key, "target", "MOD", "result", "EQUAL", "mod_revision", revision);
    Map<String, ?> put = Map.of("request_put", Map.of("key", key, "value", value));
    Map<String, ?> get = Map.of("request_range", Map.of("key", key));
    Map<String, ?> transaction =
        Map.of("compare", List.of(same), "success", List.of(put), "failure", List.of(get));
    Reply reply;
    try {
      reply = calls.call("/v3/kv/txn", transaction);
    } catch (NoAnswer e) {
      if (e.sent()) {
        return whenItIsThere(document, revision, e);
      }
      throw e;
    }
    if (reply.body().path("succeeded").asBoolean(false)) {
      return new Stored(document, reply.body().path("header").path("revision").asString());
    }
    Stored now = stored(reply.body().path("responses").path(0).path("response_range"));
    if (reply.sentBefore() && document.equals(now.document())) {
      return now;
    }
    throw new Conflict(
        "%s is at revision %s by now, not at %s".formatted(where, now.revision(), revision));
  }

  /** After a call that was not answered: it may have been carried out nevertheless. */
  private Stored whenItIsThere(String document, String revision, NoAnswer unanswered)
      throws IOException, InterruptedException {
    Stored now;
    try {
      now = read();
    } catch (IOException e) {
      unanswered.addSuppressed(e);
      throw unanswered;
    }
    if (document.equals(now.document()) && !now.revision().equals(revision)) {
      return now;
    }
    throw unanswered;
  }

  private Stored stored(JsonNode range) throws IOException {
    JsonNode entry = range.path("kvs").path(0);
    String revision = revision(entry);
    if (revision.equals(ABSENT)) {
      return new Stored(null, ABSENT);
    }
    byte[] value;
    try {
      value = Base64.getDecoder().decode(entry.path("value").asString(""));
    } catch (IllegalArgumentException e) {
      throw new IOException(where + " came in broken base64", e);
    }
    return new Stored(StoredBytes.text(value, where), revision);
  }

  private static String revision(JsonNode entry) {
    return entry.path("mod_revision").asString(ABSENT);
  }

  @Override
  public void close() {
    calls.close();
  }
}
