package dev.yumen.grpcpeers;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.TlsTesting;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/**
 * The service {@code grpc.testing.TestService} on a port of the loopback address: {@code
 * InteropServer [port] [tls]}. The certificate is the gRPC project's, for {@code *.test.google.fr}.
 */
public final class InteropServer {
  private InteropServer() {}

  /** Prints the port, and serves until the process is ended. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0;
    boolean tls = arguments.length > 1 && arguments[1].equals("tls");
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), credentials(tls))
            .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
            .addService(
                ServerInterceptors.intercept(
                    new TestServiceImpl(Executors.newSingleThreadScheduledExecutor()),
                    TestServiceImpl.interceptors()))
            .build()
            .start();
    System.out.println("listening on port " + server.getPort());
    server.awaitTermination();
  }

  private static ServerCredentials credentials(boolean tls) throws IOException {
    if (!tls) {
      return InsecureServerCredentials.create();
    }
    return TlsServerCredentials.create(
        TlsTesting.loadCert("server1.pem"), TlsTesting.loadCert("server1.key"));
  }
}
