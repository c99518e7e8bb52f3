package dev.yumen.control.source.remote;

import dev.yumen.api.UrlPasswords;
import dev.yumen.config.SourceTlsConfig;
import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.dataplane.tls.JdkTls;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a place that holds a document: bounded in time and size, and ended all together by
 * {@link #close}. What it says of failures has neither queries nor header fields in it, where
 * secrets may be.
 */
final class Calls implements AutoCloseable {
  /** Room for a document in base64, and for what stands around it. */
  static final int MOST_ANSWER = Stored.MOST_BYTES / 3 * 4 + (64 << 10);

  private static final int SHOWN = 300;

  private final HttpClient client;

  /** An answer, read whole. */
  record Answer(int status, HttpHeaders headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** The beginning of what it says, for a message: one line. */
    String words() {
      return shown(text());
    }
  }

  /** No answer came. */
  static final class NoAnswer extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    NoAnswer(String message, boolean sent) {
      super(message);
      this.sent = sent;
    }

    /** Whether the request may have been received nevertheless. */
    boolean sent() {
      return sent;
    }
  }

  private Calls(HttpClient client) {
    this.client = client;
  }

  /**
   * @param connect for a connection to be made
   * @throws IOException when a file of the TLS settings can not be used
   */
  static Calls open(@Nullable SourceTlsConfig tls, Duration connect) throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .connectTimeout(connect);
    if (tls != null) {
      builder.sslContext(JdkTls.context(tls.ca(), tls.certificate()));
    }
    return new Calls(builder.build());
  }

  /**
   * The beginning of a text from elsewhere, as one line without control characters and without
   * passwords of addresses.
   */
  static String shown(String text) {
    String line = UrlPasswords.hiddenInText(text.strip()).replaceAll("[\\p{Cntrl}\\s]+", " ");
    return line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line;
  }

  /** An address without what may be secret. */
  static String shown(URI uri) {
    return UrlPasswords.hiddenIn(
        uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath());
  }

  /**
   * Sends a request and reads the whole answer, whatever its status.
   *
   * @param timeout for everything, from the connection to the last byte
   */
  Answer ask(HttpRequest request, Duration timeout) throws NoAnswer, InterruptedException {
    HttpResponse<byte[]> response =
        send(request, timeout, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_ANSWER));
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  /**
   * Sends a request whose answer goes on and on.
   *
   * @param timeout until the head of the answer
   */
  HttpResponse<InputStream> stream(HttpRequest request, Duration timeout)
      throws NoAnswer, InterruptedException {
    return send(request, timeout, BodyHandlers.ofInputStream());
  }

  private <T> HttpResponse<T> send(HttpRequest request, Duration timeout, BodyHandler<T> body)
      throws NoAnswer, InterruptedException {
    CompletableFuture<HttpResponse<T>> exchange = client.sendAsync(request, body);
    boolean answered = false;
    try {
      // The client's own time-out ends with the head; this one holds for a dripping body, too.
      HttpResponse<T> response = exchange.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      answered = true;
      return response;
    } catch (TimeoutException _) {
      throw new NoAnswer(
          shown(request.uri()) + " did not answer within " + timeout.toMillis() + "ms", true);
    } catch (ExecutionException e) {
      throw noAnswer(request.uri(), Objects.requireNonNullElse(e.getCause(), e));
    } finally {
      if (!answered) {
        exchange.cancel(true);
      }
    }
  }

  private static NoAnswer noAnswer(URI uri, Throwable failure) {
    if (failure instanceof HttpConnectTimeoutException) {
      return new NoAnswer(shown(uri) + " did not accept a connection in time", false);
    }
    if (failure instanceof ConnectException) {
      return new NoAnswer(shown(uri) + " accepts no connection", false);
    }
    String words = failure.getMessage();
    if (words != null && words.contains("exceeds capacity")) {
      return new NoAnswer(shown(uri) + " sent more than " + MOST_ANSWER + " bytes", true);
    }
    String what = words == null ? failure.getClass().getSimpleName() : shown(words);
    return new NoAnswer(shown(uri) + ": " + what, true);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
