package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.respond;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS on both sides, and what is spoken over it. */
class SecureTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(SecureTest::mirror);

  /** Stands for a service that speaks TLS, and for a gateway that browsers talk to. */
  private static final GatewayFixture SERVICE =
      GatewayFixture.start(
          """
          listeners:
            http: {address: "127.0.0.1:0", protocols: [http1]}
            https: {address: "127.0.0.1:0", tls: self-signed}
            https1: {address: "127.0.0.1:0", protocols: [http1], tls: self-signed}
            jdk: {address: "127.0.0.1:0", tls: {source: self-signed, provider: jdk}}
            left: {address: "127.0.0.1:0", tls: self-signed}
            left-jdk: {address: "127.0.0.1:0", tls: {source: self-signed, provider: jdk}}
          forwarded: {via: service}
          upstreams: {service: {endpoints: %s}}
          routes: [{id: all, match: {path: "/**"}, to: service}]
          """
              .formatted(UPSTREAM.address()));

  private static final GatewayFixture FRONT =
      GatewayFixture.start(
          """
          upstreams:
            auto: {endpoints: "127.0.0.1:%1$d", tls: {verify: none}}
            http1: {endpoints: "127.0.0.1:%1$d", protocol: http1, tls: {verify: none}}
            http2: {endpoints: "127.0.0.1:%1$d", protocol: http2, tls: {verify: none}}
            only1: {endpoints: "127.0.0.1:%2$d", tls: {verify: none}}
            not2: {endpoints: "127.0.0.1:%2$d", protocol: http2, tls: {verify: none}}
            stranger: {endpoints: "127.0.0.1:%1$d", tls: true}
            plain: {endpoints: "127.0.0.1:%3$d", tls: {verify: none}}
            not-h2c: {endpoints: "127.0.0.1:%3$d", protocol: h2c}
          routes:
            - {id: auto, match: {path: "/auto"}, to: auto}
            - {id: http1, match: {path: "/http1"}, to: http1}
            - {id: http2, match: {path: "/http2"}, to: http2}
            - {id: only1, match: {path: "/only1"}, to: only1}
            - {id: not2, match: {path: "/not2"}, to: not2}
            - {id: stranger, match: {path: "/stranger"}, to: stranger}
            - {id: plain, match: {path: "/plain"}, to: plain}
            - {id: not-h2c, match: {path: "/not-h2c"}, to: not-h2c}
          """
              .formatted(SERVICE.port("https"), SERVICE.port("https1"), SERVICE.port("http")));

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().sslContext(TlsTools.trusting()).build();

  /** Answers with the body that came. */
  private static void mirror(Incoming request) throws IOException {
    request.respond(200, Map.of(), request.readBody().body());
  }

  @RegisterExtension static final Shared SHARED = Shared.of(CLIENT, FRONT, SERVICE, UPSTREAM);

  private static HttpResponse<byte[]> ask(String uri, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri)).POST(BodyPublishers.ofByteArray(body)).build();
    return CLIENT.send(request, BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @CsvSource({"https,HTTP_2", "jdk,HTTP_2", "https1,HTTP_1_1"})
  void bothSidesAgreeOnTheProtocol(String listener, HttpClient.Version version) throws Exception {
    int before = UPSTREAM.requests().size();
    HttpResponse<byte[]> answer =
        ask("https://localhost:" + SERVICE.port(listener) + "/", new byte[] {1, 2, 3});
    assertEquals(200, answer.statusCode());
    assertEquals(version, answer.version());
    assertArrayEquals(new byte[] {1, 2, 3}, answer.body());
    Recorded seen = UPSTREAM.awaitRequest(before + 1);
    assertEquals("https", seen.header("x-forwarded-proto"));
    assertEquals(
        (version == HttpClient.Version.HTTP_2 ? "2" : "1.1") + " service", seen.header("via"));
  }

  @ParameterizedTest
  @CsvSource({"auto,2", "http1,1.1", "http2,2", "only1,1.1"})
  void servicesAreSpokenToAsConfigured(String upstream, String version) throws Exception {
    byte[] body = PatternBytes.of(1 << 20);
    int before = UPSTREAM.requests().size();
    for (int i = 1; i <= 3; i++) {
      HttpResponse<byte[]> answer = ask("http://127.0.0.1:" + FRONT.port() + "/" + upstream, body);
      assertEquals(200, answer.statusCode());
      assertArrayEquals(body, answer.body());
      assertEquals(version + " service", UPSTREAM.awaitRequest(before + i).header("via"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "not2,UPSTREAM_TLS",
    "stranger,UPSTREAM_TLS",
    "plain,UPSTREAM_TLS",
    "not-h2c,UPSTREAM_PROTOCOL"
  })
  void servicesThatSpeakOtherwiseAreNotBelieved(String upstream, String code) throws Exception {
    int before = UPSTREAM.requests().size();
    HttpResponse<byte[]> answer =
        ask("http://127.0.0.1:" + FRONT.port() + "/" + upstream, new byte[0]);
    assertEquals(502, answer.statusCode());
    assertTrue(new String(answer.body(), US_ASCII).contains(code), code);
    assertEquals(before, UPSTREAM.requests().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void clientThatClosesWhileItWaitsIsForgotten(String version) throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    for (String listener : new String[] {"left", "left-jdk"}) {
      UPSTREAM.next(await(slow).then(respond(200, "late")));
      SSLSocket socket = connect(listener, version);
      socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(US_ASCII));
      SERVICE.awaitMetric("gateway_requests_in_flight", listener.equals("left") ? 1 : 2);
      socket.close();
    }
    slow.countDown();
    SERVICE.awaitMetric("gateway_connections{listener=\"left\"}", 0);
    SERVICE.awaitMetric("gateway_connections{listener=\"left-jdk\"}", 0);
  }

  @Test
  void connectionIsClosedByCloseNotify() throws Exception {
    try (SSLSocket socket = connect("https1", "TLSv1.3")) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
      // A socket of the JDK throws when the stream ends without close_notify.
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
    }
  }

  private static SSLSocket connect(String listener, String version) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            TlsTools.trusting()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), SERVICE.port(listener));
    socket.setEnabledProtocols(new String[] {version});
    socket.setSoTimeout(10_000);
    return socket;
  }
}
