package dev.yumen.filters.extauthz;

import com.google.rpc.Status;
import dev.yumen.testkit.Eventually;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A service as others write them: a gRPC server with the classes that are generated from Envoy's
 * files. Unless it is told what to answer, it lets in who shows the token {@code abc}.
 */
public final class AuthzServer implements AutoCloseable {
  private final Queue<CheckResponse> answers = new ConcurrentLinkedQueue<>();
  private final List<CheckRequest> requests = new CopyOnWriteArrayList<>();
  private final Server server;

  private final class Service extends AuthorizationGrpc.AuthorizationImplBase {
    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> answer) {
      requests.add(request);
      CheckResponse next = answers.poll();
      answer.onNext(next == null ? byToken(request) : next);
      answer.onCompleted();
    }
  }

  private AuthzServer() {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = NettyServerBuilder.forAddress(address).addService(new Service()).build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it, and has it asked once: what gRPC does the first time takes long. */
  public static AuthzServer start() {
    AuthzServer server = new AuthzServer();
    ManagedChannel channel = NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
    AuthorizationGrpc.newBlockingStub(channel).check(CheckRequest.getDefaultInstance());
    channel.shutdownNow();
    server.requests.clear();
    return server;
  }

  private static CheckResponse byToken(CheckRequest request) {
    String token =
        request.getAttributes().getRequest().getHttp().getHeadersOrDefault("authorization", "");
    return token.equals("Bearer abc")
        ? allowed(OkHttpResponse.newBuilder().addHeaders(header("X-User-ID", "alice")))
        : denied(
            DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCode(StatusCode.Unauthorized))
                .addHeaders(header("WWW-Authenticate", "Bearer"))
                .setBody("who are you?"));
  }

  static CheckResponse allowed(OkHttpResponse.Builder how) {
    return CheckResponse.newBuilder()
        .setStatus(Status.getDefaultInstance())
        .setOkResponse(how)
        .build();
  }

  static CheckResponse denied(DeniedHttpResponse.Builder how) {
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(16))
        .setDeniedResponse(how)
        .build();
  }

  static HeaderValueOption.Builder header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value));
  }

  AuthzServer next(CheckResponse answer) {
    answers.add(answer);
    return this;
  }

  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The request of this number, counted from 1. */
  CheckRequest request(int number) {
    Eventually.within(
        Duration.ofSeconds(10), number + " questions", () -> requests.size() >= number);
    return requests.get(number - 1);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
