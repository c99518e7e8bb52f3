package dev.yumen.bench;

import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.Exchange;
import dev.yumen.api.Headers;
import dev.yumen.api.Identity;
import dev.yumen.api.Key;
import dev.yumen.api.MirrorRef;
import dev.yumen.api.Priority;
import dev.yumen.api.RequestHead;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.RetryRef;
import dev.yumen.api.TlsSession;
import dev.yumen.api.UpstreamRef;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** An exchange without connections around real heads, as filters see it. */
final class BenchExchange implements Exchange, RequestHead {
  private static final HeadLimits LIMITS = new HeadLimits(8_192, 16_384, 65_536, 100, 256);

  private final HeadParser requestParser = new HeadParser(HeadParser.Kind.REQUEST, LIMITS);
  private final HeadParser responseParser = new HeadParser(HeadParser.Kind.RESPONSE, LIMITS);
  private final HeadTable requestTable = new HeadTable();
  private final HeadTable responseTable = new HeadTable();
  private final Answer answer = new Answer(responseTable);
  private final ByteBuf requestBytes;
  private final ByteBuf responseBytes;
  private final InetAddress client = InetAddress.ofLiteral("192.0.2.7");
  private final IdentityHashMap<Key<?>, Object> values = new IdentityHashMap<>(4);
  private String path = "/";
  private String traceId = "";
  private String authority = "shop.example.com";

  BenchExchange(String request, String response) {
    requestBytes = Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1);
    responseBytes = Unpooled.copiedBuffer(response, StandardCharsets.ISO_8859_1);
  }

  /** Reads the request's head anew, as it is before the first filter. */
  BenchExchange request(String withPath) {
    requestTable.reset();
    requestParser.reset();
    requestParser.parse(requestBytes.readerIndex(0), requestTable);
    values.clear();
    path = withPath;
    traceId = id();
    return this;
  }

  /** Reads the answer's head anew, as it comes from the upstream. */
  ResponseHead response() {
    responseTable.reset();
    responseParser.reset();
    responseParser.parse(responseBytes.readerIndex(0), responseTable);
    return answer;
  }

  @Override
  public String id() {
    return "0af7651916cd43dd8448eb211c80319c";
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
    return client;
  }

  @Override
  public InetAddress peerAddress() {
    return client;
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
    return "/api/user/**";
  }

  @Override
  public Map<String, String> pathVariables() {
    return Map.of();
  }

  @Override
  public @Nullable Identity identity() {
    return null;
  }

  @Override
  public void identity(Identity identity) {}

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
    return requestTable.method();
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
    return "full=1";
  }

  @Override
  public void query(@Nullable String query) {}

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public void authority(String changed) {
    authority = changed;
  }

  @Override
  public String version() {
    return "1.1";
  }

  @Override
  public Headers headers() {
    return requestTable;
  }

  /** The answer's head. */
  private record Answer(Headers headers) implements ResponseHead {
    @Override
    public int status() {
      return 200;
    }

    @Override
    public void status(int status) {}
  }
}
