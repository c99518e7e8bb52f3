package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One watch on a key, from now on: tells that something happened, not what. Whoever opened it looks
 * at the key after that and acts on what is there, so that what was lost or compacted meanwhile
 * does not matter.
 */
final class EtcdWatch implements AutoCloseable {
  /** Messages without a value are shorter. */
  private static final int LONGEST_LINE = 4_096;

  private final URI endpoint;
  private final InputStream lines;
  private final CompletableFuture<String> created = new CompletableFuture<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  /** Why a watch is over. */
  sealed interface End {
    /** The key was written or deleted. */
    record Event() implements End {}

    /** Nothing happened for as long as one wanted to wait. */
    record Quiet() implements End {}

    /** There will be no more events. */
    record Broken(String why) implements End {}
  }

  private EtcdWatch(EtcdCalls.Stream stream) {
    this.endpoint = stream.endpoint();
    this.lines = stream.lines();
  }

  /**
   * Reads a stream, and returns when etcd says that the watch is there.
   *
   * @throws IOException when it does not say so in time
   */
  static EtcdWatch on(EtcdCalls.Stream stream, Duration timeout)
      throws IOException, InterruptedException {
    EtcdWatch watch = new EtcdWatch(stream);
    Thread.ofVirtual().name("config-etcd-watch").start(watch::read);
    boolean good = false;
    try {
      watch.created.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      good = true;
      return watch;
    } catch (TimeoutException _) {
      throw new IOException(
          "etcd: %s did not begin to watch within %dms"
              .formatted(Calls.shown(watch.endpoint), timeout.toMillis()));
    } catch (ExecutionException e) {
      throw new IOException(Objects.requireNonNullElse(e.getCause(), e).getMessage(), e);
    } finally {
      if (!good) {
        watch.close();
      }
    }
  }

  URI endpoint() {
    return endpoint;
  }

  /** Waits until it is over, or for this time. */
  End await(Duration time) throws InterruptedException {
    try {
      return end.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return new End.Quiet();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it is never completed so
    }
  }

  private void read() {
    byte[] line = new byte[LONGEST_LINE];
    int length = 0;
    byte[] some = new byte[LONGEST_LINE];
    try {
      for (int count; (count = lines.read(some)) >= 0; ) {
        for (int i = 0; i < count; i++) {
          if (some[i] == '\n') {
            take(new String(line, 0, length, UTF_8));
            length = 0;
          } else if (length < LONGEST_LINE) {
            line[length++] = some[i];
          } else {
            end.complete(new End.Event()); // no other message is so long
            return;
          }
        }
      }
      broken("ended the watch");
    } catch (IOException e) {
      broken("ended the watch: " + e.getMessage());
    }
  }

  private void take(String line) {
    JsonNode message;
    try {
      message = EtcdCalls.JSON.readTree(line);
    } catch (JacksonException _) {
      broken("sent no JSON");
      return;
    }
    JsonNode result = message.path("result");
    if (message.has("error") || result.path("canceled").asBoolean(false)) {
      String why = result.path("cancel_reason").asString(message.path("error").toString());
      broken("ended the watch: " + Calls.shown(why));
    } else if (result.has("events")) {
      end.complete(new End.Event());
    } else if (result.path("created").asBoolean(false)) {
      created.complete("");
    }
  }

  private void broken(String why) {
    String words = "etcd: " + Calls.shown(endpoint) + " " + why;
    created.completeExceptionally(new IOException(words));
    end.complete(new End.Broken(words));
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException _) {
      // It is given up in any case.
    }
  }
}
