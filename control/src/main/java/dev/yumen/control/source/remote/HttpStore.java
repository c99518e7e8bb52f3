package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.config.HttpSourceConfig;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.remote.Calls.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A document of a configuration centre, asked for again and again by conditional requests (RFC 9110
 * §13). Its revision is a digest of the document, so a server without validators is as good. Not
 * writable.
 *
 * <p>With a long poll the server is asked to hold the question (RFC 7240 §4.3); one that does not,
 * is asked once an interval as without it. Redirects are followed on the same server alone.
 */
public final class HttpStore implements DocumentStore {
  private static final int MOST_REDIRECTS = 3;

  private final HttpSourceConfig settings;
  private final Calls calls;
  private final String where;
  private final CountDownLatch closed = new CountDownLatch(1);

  private volatile Validators validators = Validators.NONE;

  /** What the server said of the document of a revision. */
  private record Validators(String revision, @Nullable String etag, @Nullable String lastModified) {
    static final Validators NONE = new Validators("", null, null);
  }

  /**
   * @throws IOException when a file of its TLS settings can not be used
   */
  public HttpStore(HttpSourceConfig settings) throws IOException {
    this.settings = settings;
    this.calls = Calls.open(settings.tls(), settings.timeout());
    this.where = Calls.shown(settings.url());
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public boolean writable() {
    return false;
  }

  @Override
  public Stored read() throws IOException, InterruptedException {
    Stored now = ask(Validators.NONE, Duration.ZERO);
    if (now == null) {
      throw new IOException(where + " answered 304 to a question without condition");
    }
    return now;
  }

  @Override
  public Stored await(String revision) throws IOException, InterruptedException {
    Duration hold = settings.longPoll() == null ? Duration.ZERO : settings.longPoll();
    boolean atOnce = hold.isPositive();
    while (true) {
      if (!atOnce) {
        pause(settings.interval());
      }
      Validators known = validators;
      boolean same = known.revision().equals(revision);
      long began = System.nanoTime();
      Stored now = ask(same ? known : Validators.NONE, hold);
      if (now != null && !now.revision().equals(revision)) {
        return now;
      }
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      atOnce = hold.isPositive() && took.compareTo(settings.interval()) >= 0; // it was held
    }
  }

  private void pause(Duration time) throws IOException, InterruptedException {
    if (closed.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IOException(where + " is not asked any more");
    }
  }

  /** Null when it is what the validators are of. */
  private @Nullable Stored ask(Validators known, Duration hold)
      throws IOException, InterruptedException {
    URI uri = settings.url();
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      Answer answer = calls.ask(request(uri, known, hold), settings.timeout().plus(hold));
      switch (answer.status()) {
        case 200 -> {
          return stored(answer);
        }
        case 304 -> {
          return null;
        }
        case 301, 302, 303, 307, 308 -> uri = target(uri, answer);
        default -> throw new IOException(where + " answered " + answer.status());
      }
    }
    throw new IOException(where + " redirects without end");
  }

  private HttpRequest request(URI uri, Validators known, Duration hold) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("User-Agent", "yumen");
    settings.headers().forEach(request::setHeader);
    if (settings.token() != null) {
      request.setHeader("Authorization", "Bearer " + settings.token());
    }
    if (known.etag() != null) {
      request.setHeader("If-None-Match", known.etag());
    }
    if (known.lastModified() != null) {
      request.setHeader("If-Modified-Since", known.lastModified());
    }
    if (hold.isPositive()) {
      request.setHeader("Prefer", "wait=" + hold.toSeconds());
    }
    return request.build();
  }

  private Stored stored(Answer answer) throws IOException {
    String text = StoredBytes.text(answer.body(), where);
    String revision = digest(text);
    Optional<String> etag = answer.headers().firstValue("etag");
    Optional<String> lastModified = answer.headers().firstValue("last-modified");
    validators = new Validators(revision, etag.orElse(null), lastModified.orElse(null));
    return new Stored(text, revision);
  }

  private URI target(URI from, Answer answer) throws IOException {
    String location = answer.headers().firstValue("location").orElse("");
    try {
      URI to = from.resolve(location);
      if (!location.isEmpty()
          && from.getScheme().equalsIgnoreCase(to.getScheme())
          && from.getRawAuthority().equalsIgnoreCase(to.getRawAuthority())) {
        return to;
      }
    } catch (IllegalArgumentException | NullPointerException _) {
      // Said below.
    }
    throw new IOException(where + " redirects to somewhere else");
  }

  private static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Stored write(String document, String revision) throws IOException {
    throw new IOException(where + " can not be written");
  }

  @Override
  public void close() {
    closed.countDown();
    calls.close();
  }
}
