package dev.yumen.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** An exchange without a connection: its request is what the test says. */
final class MemoryExchange implements Exchange, RequestHead {
  final Map<String, String> pathVariables = new HashMap<>();
  private final IdentityHashMap<Key<?>, Object> values = new IdentityHashMap<>();
  private final Headers headers = new MemoryHeaders();
  private String traceId = "exchange-1";
  private String path;
  private @Nullable String query;
  private String authority = "shop.example.com:8080";
  private @Nullable Identity identity;

  /**
   * @param target path and query
   */
  MemoryExchange(String target) {
    int mark = target.indexOf('?');
    path = mark < 0 ? target : target.substring(0, mark);
    query = mark < 0 ? null : target.substring(mark + 1);
  }

  @Override
  public String id() {
    return "exchange-1";
  }

  @Override
  public String configVersion() {
    return "1-0123456789ab";
  }

  @Override
  public String traceId() {
    return traceId;
  }

  @Override
  public void traceId(String id) {
    traceId = id;
  }

  @Override
  public RequestHead request() {
    return this;
  }

  @Override
  public InetSocketAddress localAddress() {
    return new InetSocketAddress(peerAddress(), 8080);
  }

  @Override
  public @Nullable TlsSession tls() {
    return null;
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public InetAddress clientAddress() {
    return InetAddress.ofLiteral("192.0.2.7");
  }

  @Override
  public InetAddress peerAddress() {
    return InetAddress.ofLiteral("10.0.0.1");
  }

  @Override
  public int peerPort() {
    return 50_000;
  }

  @Override
  public String routeId() {
    return "users";
  }

  @Override
  public String routePattern() {
    return "/users/**";
  }

  @Override
  public Map<String, String> pathVariables() {
    return pathVariables;
  }

  @Override
  public @Nullable Identity identity() {
    return identity;
  }

  @Override
  public void identity(Identity found) {
    identity = found;
  }

  @Override
  @SuppressWarnings("unchecked") // put takes a value of the key's type
  public <T> @Nullable T get(Key<T> key) {
    return (T) values.get(key);
  }

  @Override
  public <T> void put(Key<T> key, T value) {
    values.put(key, value);
  }

  @Override
  public Executor executor() {
    return Runnable::run;
  }

  @Override
  public CompletionStage<Void> after(Duration time) {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void requestTimeout(Duration timeout) {}

  @Override
  public Priority priority() {
    return Priority.NORMAL;
  }

  @Override
  public void priority(Priority priority) {}

  @Override
  public void paceResponse(long bytesPerSecond) {}

  @Override
  public void forwardTo(UpstreamRef upstream) {}

  @Override
  public CompletionStage<CallAnswer> call(UpstreamRef to, Call call) {
    return new CompletableFuture<>();
  }

  @Override
  public void retries(RetryRef rules) {}

  @Override
  public void mirror(MirrorRef to) {}

  @Override
  public CompletionStage<byte[]> peekBody(int most) {
    return CompletableFuture.completedStage(new byte[0]);
  }

  @Override
  public CompletionStage<byte[]> takeBody(int most) {
    return CompletableFuture.completedStage(new byte[0]);
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public void path(String changed) {
    path = changed;
  }

  @Override
  public @Nullable String query() {
    return query;
  }

  @Override
  public void query(@Nullable String changed) {
    query = changed;
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public void authority(String changed) {
    authority = changed;
  }

  @Override
  public Headers headers() {
    return headers;
  }

  @Override
  public String version() {
    return "1.1";
  }
}
