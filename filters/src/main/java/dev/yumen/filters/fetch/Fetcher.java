package dev.yumen.filters.fetch;

import dev.yumen.api.FilterContext;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.filters.fetch.Fetched.Kind;
import dev.yumen.filters.fetch.Fetched.Page;
import dev.yumen.filters.fetch.Fetched.Trouble;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Fetches small documents from other services: within a time for everything, up to a size, and from
 * nowhere else than it was told. One for the whole gateway and each set of authorities, across
 * reloads. Its work is done on virtual threads.
 */
public final class Fetcher implements AutoCloseable {
  private static final int MOST_REDIRECTS = 3;
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Pattern MAX_AGE =
      Pattern.compile("(?i)(?:^|[,\\s])max-age=\"?([0-9]{1,9})\"?(?:$|[,\\s])");

  private final HttpClient client;

  /** Whether work is done at all, or is put off for good. */
  private final boolean live;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("yumen-fetch-timer").factory());

  /**
   * What to fetch.
   *
   * @param timeout for everything, from the connection to the last byte
   * @param most bytes of the answer
   */
  public record Wish(URI uri, Duration timeout, int most) {}

  /**
   * A form to send.
   *
   * @param fields in order
   * @param authorization how the gateway shows who it is; null when the form says so or nobody asks
   */
  public record Form(Wish wish, Map<String, String> fields, @Nullable String authorization) {

    public Form {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** Without what it holds: that may be secrets. */
    @Override
    public String toString() {
      return "form for " + wish.uri;
    }

    private String encoded() {
      return fields.entrySet().stream()
          .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
          .collect(Collectors.joining("&"));
    }
  }

  private Fetcher(@Nullable InputFile ca, boolean live) {
    this.live = live;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .connectTimeout(CONNECT);
    if (ca != null) {
      builder.sslContext(trusting(ca));
    }
    client = builder.build();
  }

  /**
   * The one that trusts these authorities.
   *
   * @param ca PEM certificates; null for the authorities of the JDK
   * @throws InvalidValue when there is no certificate in it
   */
  public static Fetcher of(FilterContext context, @Nullable InputFile ca) {
    return context.state(Fetcher.class, "ca " + ca, () -> new Fetcher(ca, context.live()));
  }

  /**
   * TLS that trusts these authorities alone.
   *
   * @throws InvalidValue when there is no certificate in it
   */
  public static SSLContext trusting(InputFile ca) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate each :
          CertificateFactory.getInstance("X.509").generateCertificates(ca.open())) {
        store.setCertificateEntry("ca" + store.size(), each);
      }
      if (store.size() == 0) {
        throw new InvalidValue("ca", ca.name(), "PEM certificates of authorities");
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidValue("ca", ca.name(), "PEM certificates of authorities");
    }
  }

  /**
   * An address that may be fetched.
   *
   * @param setting where it stands, for the message
   * @param allowing the setting that allows http
   * @throws InvalidValue when it is none
   */
  public static URI address(String setting, String text, boolean allowHttp, String allowing) {
    try {
      URI uri = new URI(text);
      boolean scheme =
          "https".equalsIgnoreCase(uri.getScheme())
              || (allowHttp && "http".equalsIgnoreCase(uri.getScheme()));
      if (scheme && uri.getHost() != null && uri.getRawUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw new InvalidValue(
        setting, text, "an https address, or an http one with " + allowing + ": true");
  }

  /** The value of {@code Authorization} for a client and its secret (RFC 6749 §2.3.1). */
  public static String basic(String clientId, String clientSecret) {
    byte[] pair = (encode(clientId) + ":" + encode(clientSecret)).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Sends a form, once and to no other address; blocks, so not on an event loop. */
  public Posted post(Form form) throws InterruptedException {
    Wish wish = form.wish;
    HttpRequest.Builder request =
        asking(wish.uri)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form.encoded()));
    if (form.authorization != null) {
      request.header("Authorization", form.authorization);
    }
    Object answer = ask(request.build(), wish, wish.timeout.toNanos());
    if (answer instanceof Trouble trouble) {
      return trouble;
    }
    HttpResponse<?> response = (HttpResponse<?>) answer;
    int status = response.statusCode();
    boolean refused = status >= 400 && status < 500 && status != 408 && status != 429;
    if (status == 200 || refused) {
      return new Posted.Answer(status, (byte[]) response.body());
    }
    return isRedirect(status)
        ? new Trouble(Kind.REDIRECT, wish.uri + " redirects a form")
        : new Trouble(Kind.STATUS, wish.uri + " answered " + status);
  }

  /** Fetches it; blocks, so not on an event loop. */
  public Fetched get(Wish wish) throws InterruptedException {
    long end = System.nanoTime() + wish.timeout.toNanos();
    URI uri = wish.uri;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      Object answer = ask(asking(uri).build(), wish, end - System.nanoTime());
      if (answer instanceof Trouble trouble) {
        return trouble;
      }
      HttpResponse<?> response = (HttpResponse<?>) answer;
      if (!isRedirect(response.statusCode())) {
        return response.statusCode() == 200
            ? new Page((byte[]) response.body(), maxAge(response))
            : new Trouble(Kind.STATUS, uri + " answered " + response.statusCode());
      }
      URI next = target(uri, response);
      if (next == null) {
        return new Trouble(Kind.REDIRECT, uri + " redirects to somewhere else");
      }
      uri = next;
    }
    return new Trouble(Kind.REDIRECT, wish.uri + " redirects without end");
  }

  private static HttpRequest.Builder asking(URI uri) {
    return HttpRequest.newBuilder(uri)
        .header("Accept", "application/json")
        .header("User-Agent", "yumen");
  }

  /** The response, or trouble. */
  private Object ask(HttpRequest request, Wish wish, long nanos) throws InterruptedException {
    URI uri = request.uri();
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), wish.most));
    try {
      // The client's own time-out ends with the head; this one holds for a dripping body too.
      return exchange.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return new Trouble(Kind.TIMEOUT, uri + " took longer than " + wish.timeout.toMillis() + "ms");
    } catch (ExecutionException e) {
      return trouble(uri, wish, Objects.requireNonNullElse(e.getCause(), e));
    } finally {
      exchange.cancel(true);
    }
  }

  private static Trouble trouble(URI uri, Wish wish, Throwable failure) {
    if (failure instanceof HttpTimeoutException) {
      return new Trouble(Kind.TIMEOUT, uri + " did not accept a connection in time");
    }
    String words = failure.getMessage();
    if (words != null && words.contains("exceeds capacity")) {
      return new Trouble(Kind.TOO_LARGE, uri + " sent more than " + wish.most + " bytes");
    }
    String what = words == null ? failure.getClass().getSimpleName() : words;
    return new Trouble(Kind.UNREACHABLE, uri + ": " + what);
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  /** Null when it is not on the same server. */
  private static @Nullable URI target(URI from, HttpResponse<?> response) {
    try {
      URI to = from.resolve(response.headers().firstValue("location").orElse(":"));
      boolean same =
          from.getScheme().equalsIgnoreCase(to.getScheme())
              && from.getRawAuthority().equalsIgnoreCase(to.getRawAuthority());
      return same ? to : null;
    } catch (IllegalArgumentException | NullPointerException _) {
      return null;
    }
  }

  private static @Nullable Duration maxAge(HttpResponse<?> response) {
    Matcher matcher =
        MAX_AGE.matcher(String.join(",", response.headers().allValues("cache-control")));
    return matcher.find() ? Duration.ofSeconds(Long.parseLong(matcher.group(1))) : null;
  }

  /**
   * Runs work on a virtual thread of its own, where it may block; never for a configuration that is
   * only looked at.
   */
  public void start(Runnable work) {
    if (live) {
      Thread.ofVirtual().name("yumen-fetch").start(work);
    }
  }

  /** As {@link #start}, after a time, unless it is cancelled before. */
  public Future<?> after(Duration time, Runnable work) {
    return timer.schedule(() -> start(work), time.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    client.shutdownNow();
  }
}
