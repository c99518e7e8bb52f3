package dev.yumen.dataplane.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Leaks;
import dev.yumen.testkit.Pki;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Towards a service that speaks the JDK's TLS. */
@ParameterizedClass
@ValueSource(strings = {"openssl", "jdk"})
class UpstreamTlsTest {
  static {
    Leaks.install();
  }

  private static final Pki CA = Pki.called("Services' CA");
  private static final Pki GATEWAY_CA = Pki.called("Gateways' CA");
  private static final Issued SERVICE = CA.server("users.internal", "users", "127.0.0.1");

  @Parameter String provider = "";
  @TempDir Path folder;
  private final BlockingQueue<SSLSocket> accepted = new LinkedBlockingQueue<>();
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private TlsFixture fixture;
  private @Nullable ServerSocket service;
  private final List<Channel> channels = new CopyOnWriteArrayList<>();
  private final List<UpstreamTls> opened = new ArrayList<>();

  @BeforeEach
  void files() {
    fixture =
        new TlsFixture(folder)
            .write("ca.pem", CA.rootPem())
            .write("other-ca.pem", GATEWAY_CA.rootPem())
            .write("own", GATEWAY_CA.client("gateway"));
  }

  @AfterEach
  void stop() throws IOException {
    TlsFixture.stop(group, channels);
    if (service != null) {
      service.close();
    }
    opened.forEach(UpstreamTls::close);
  }

  @AfterAll
  static void noLeaks() {
    Leaks.assertNone();
  }

  private int listen(Issued certificate, boolean clientCertificate, String... alpn)
      throws IOException {
    SSLServerSocket socket =
        (SSLServerSocket)
            Pki.context(certificate, GATEWAY_CA.root())
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    service = socket;
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(alpn);
    parameters.setNeedClientAuth(clientCertificate);
    socket.setSSLParameters(parameters);
    Thread.ofVirtual()
        .start(
            () -> {
              while (!socket.isClosed()) {
                try {
                  SSLSocket client = (SSLSocket) socket.accept();
                  client.startHandshake();
                  accepted.add(client);
                } catch (IOException e) {
                  // The client says what was wrong.
                }
              }
            });
    return socket.getLocalPort();
  }

  private SslHandler connect(String settings, String host, int port, String... alpn) {
    String all = settings.isEmpty() ? "" : settings + ", ";
    UpstreamTls.Compiled compiled =
        UpstreamTls.compile(
            fixture.upstream("{" + all + "provider: " + provider + "}"), fixture.around);
    UpstreamTls made = compiled.tls();
    assertNotNull(made, compiled.problems()::toString);
    opened.add(made);
    CompletableFuture<SslHandler> added = new CompletableFuture<>();
    new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channels.add(channel);
                SslHandler handler = made.handler(channel.alloc(), host, port, List.of(alpn));
                channel.pipeline().addLast(handler, new Quiet());
                added.complete(handler);
              }
            })
        .connect("127.0.0.1", port)
        .syncUninterruptibly();
    SslHandler handler = added.join();
    assertTrue(handler.handshakeFuture().awaitUninterruptibly(10_000));
    return handler;
  }

  private @Nullable String failure(String settings, String host, int port) {
    SslHandler handler = connect(settings, host, port);
    Throwable cause = handler.handshakeFuture().cause();
    return cause == null ? null : UpstreamTls.reason(cause);
  }

  @Test
  void aServiceIsTrustedByItsAuthorityAndName() throws IOException {
    int port = listen(SERVICE, false);
    assertNull(failure("ca: ca.pem", "users.internal", port));
  }

  @Test
  void anAddressIsLookedForInTheCertificate() throws IOException {
    int port = listen(SERVICE, false);
    assertNull(failure("ca: ca.pem", "127.0.0.1", port));
    assertEquals(
        "the certificate of the service is not for 127.0.0.2",
        failure("ca: ca.pem", "127.0.0.2", port));
  }

  @Test
  void anotherNameIsRefused() throws IOException {
    int port = listen(SERVICE, false);
    assertEquals(
        "the certificate of the service is not for orders.internal",
        failure("ca: ca.pem", "orders.internal", port));
    assertNull(failure("ca: ca.pem, server-name: users.internal", "orders.internal", port));
    assertNull(failure("ca: ca.pem, verify: chain", "orders.internal", port));
  }

  @Test
  void anotherAuthorityIsRefused() throws IOException {
    int port = listen(SERVICE, false);
    String untrusted = "the certificate of the service is of no authority that is trusted";
    assertEquals(untrusted, failure("", "users.internal", port));
    assertEquals(untrusted, failure("ca: other-ca.pem", "users.internal", port));
    assertEquals(untrusted, failure("ca: other-ca.pem, verify: chain", "users.internal", port));
    assertNull(failure("verify: none", "users.internal", port));
  }

  @Test
  void anExpiredCertificateIsRefused() throws IOException {
    Issued old =
        CA.server(
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2026-01-02T00:00:00Z"),
            "users.internal");
    int port = listen(old, false);
    assertEquals(
        "the certificate of the service has expired or is not valid yet",
        failure("ca: ca.pem", "users.internal", port));
  }

  @Test
  void theNameIsAskedFor() throws Exception {
    int port = listen(SERVICE, false);
    connect("ca: ca.pem", "users.internal", port);
    assertEquals("users.internal", asked());
    connect("ca: ca.pem", "users", port);
    assertEquals("users", asked());
    connect("ca: ca.pem, server-name: users.internal", "127.0.0.1", port);
    assertEquals("users.internal", asked());
  }

  private String asked() throws InterruptedException {
    SSLSocket socket = accepted.poll(10, TimeUnit.SECONDS);
    assertNotNull(socket);
    ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
    return ((SNIHostName) session.getRequestedServerNames().getFirst()).getAsciiName();
  }

  @Test
  void theGatewayShowsItsCertificate() throws Exception {
    int port = listen(SERVICE, true);
    assertNull(
        failure("ca: ca.pem, certificate: {cert: own.pem, key: own.key}", "users.internal", port));
    SSLSocket socket = accepted.poll(10, TimeUnit.SECONDS);
    assertNotNull(socket);
    X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
    assertEquals("CN=gateway", shown.getSubjectX500Principal().getName());
  }

  @Test
  void theProtocolIsAgreedOn() throws IOException {
    int port = listen(SERVICE, false, "h2");
    SslHandler handler = connect("ca: ca.pem", "users.internal", port, "h2", "http/1.1");
    assertEquals("h2", handler.applicationProtocol());
    assertEquals("TLSv1.3", TlsSessions.of(handler).protocol());
  }

  @Test
  void aServiceWithoutTlsIsNamedAsSuch() throws IOException {
    ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    service = plain;
    Thread.ofVirtual()
        .start(
            () -> {
              try (Socket client = plain.accept()) {
                client
                    .getOutputStream()
                    .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                client.getInputStream().readAllBytes();
              } catch (IOException e) {
                // The client closes when it has seen enough.
              }
            });
    assertEquals(
        "the service does not speak TLS",
        failure("ca: ca.pem", "users.internal", plain.getLocalPort()));
  }

  @Test
  void aServiceThatIsSilentIsTimedOut() throws IOException {
    ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    service = silent;
    assertEquals(
        "the handshake took too long",
        failure("handshake-timeout: 100ms", "users.internal", silent.getLocalPort()));
  }

  @Test
  void settingsAreChecked() {
    fixture.write("empty.pem", "");
    assertEquals(
        "ERROR ca: empty.pem: there is no certificate in it (expected: PEM)\n",
        fixture.upstreamProblems("{ca: empty.pem}"));
    assertEquals(
        "WARNING verify: nothing is checked, so anybody on the way can pose as the service\n",
        fixture.upstreamProblems("{verify: none}"));
    assertEquals(
        "WARNING verify: names are not checked, so anybody with a certificate for any name can pose"
            + " as the service; give a ca of your own\n",
        fixture.upstreamProblems("{verify: chain}"));
    assertEquals(
        "ERROR certificate.cert: own.pem: no private keys in it (expected: one here, or a file"
            + " under key)\n",
        fixture.upstreamProblems("{certificate: {cert: own.pem}}"));
  }

  /** The handshake's future tells what the exception tells. */
  private static final class Quiet extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
