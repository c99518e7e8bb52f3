package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.e2e.Tool.Outcome;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What curl, nghttp and dig get from the gateway. */
class CurlIT {
  private static final Pki PKI = Pki.called("Issuer of sites");
  private static final ScriptedUpstream SERVICE = ScriptedUpstream.start(CurlIT::answer);
  private static final LocalNames NAMES = new LocalNames();

  @TempDir static Path folder;

  private static Tool curl;
  private static Tool nghttp;
  private static Tool dig;
  private static GatewayProcess gateway;

  @BeforeAll
  static void start() throws IOException {
    curl = new Tool(folder, "curl", "curl");
    nghttp = new Tool(folder, "nghttp", "nghttp2-client");
    dig = new Tool(folder, "dig", "bind9-dnsutils");
    Issued site = PKI.server("shop.example.com");
    Files.writeString(folder.resolve("ca.pem"), PKI.rootPem());
    Files.writeString(folder.resolve("site.pem"), site.chainPem() + site.keyPem());
    gateway = GatewayProcess.start(folder, configuration(SERVICE.port()));
    // What is announced on the way out is read on another way in.
    gateway.rewrite(configuration(gateway.port("announced")));
    gateway.proc().awaitLine("configuration 2 is live", GatewayProcess.PATIENCE);
  }

  private static String configuration(int behindBytes) {
    return """
    listeners:
      http: {address: "127.0.0.1:0"}
      https: {address: "127.0.0.1:0", tls: {certificates: {cert: site.pem}}}
      bytes: {address: "127.0.0.1:0", tcp: {to: announced, send-proxy-protocol: v1}}
      announced: {address: "127.0.0.1:0", proxy-protocol: {from: 127.0.0.1}}
      dns: {address: "127.0.0.1:0", udp: {to: names}}
    management: {address: "127.0.0.1:0"}
    upstreams:
      service: {endpoints: "%s"}
      announced: {endpoints: "127.0.0.1:%d"}
      names: {endpoints: "%s"}
    routes: [{id: all, match: {path: "/**"}, to: service}]
    """
        .formatted(SERVICE.address(), behindBytes, NAMES.address());
  }

  @AfterAll
  static void close() {
    gateway.close();
    SERVICE.close();
    NAMES.close();
  }

  /** Says what it was sent, with a trailer after it. */
  private static void answer(Incoming request) throws IOException {
    Recorded recorded = request.readBody();
    String body = recorded.method() + " " + recorded.bodyLength();
    request.write(
        "HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n"
            .formatted(body.length(), body));
    request.write("x-sum: " + recorded.bodyLength() + "\r\n\r\n");
  }

  private static Recorded received(String target) {
    return SERVICE.requests().stream()
        .filter(request -> request.target().equals(target))
        .findFirst()
        .orElseThrow();
  }

  private static String http(String path) {
    return "http://127.0.0.1:" + gateway.port() + path;
  }

  /** The body and the version of HTTP that carried it. */
  private static String curl(String first, String... others) {
    List<String> all =
        new ArrayList<>(List.of("-sS", "--noproxy", "*", "-w", " HTTP/%{http_version}"));
    all.add(first);
    all.addAll(List.of(others));
    return curl.run(all.toArray(String[]::new)).output();
  }

  @Test
  void curlSpeaksHttp2ByPriorKnowledgeByUpgradeAndByAlpn() {
    assertEquals("GET 0 HTTP/2", curl("--http2-prior-knowledge", http("/")));
    assertEquals("GET 0 HTTP/2", curl("--http2", http("/")));
    int port = gateway.port("https");
    String here = "shop.example.com:" + port + ":127.0.0.1";
    String url = "https://shop.example.com:" + port + "/";
    assertEquals("GET 0 HTTP/2", curl("--cacert", "ca.pem", "--resolve", here, url));
    assertEquals("GET 0 HTTP/1.1", curl("--http1.1", "--cacert", "ca.pem", "--resolve", here, url));
  }

  @Test
  void curlUploadsInEachVersion() throws IOException {
    Files.write(folder.resolve("body"), new byte[900_000]);
    String[] post = {"--data-binary", "@body", http("/")};
    assertEquals("POST 900000 HTTP/1.1", curl("--http1.1", post));
    // An upgrade is for requests without a body alone.
    assertEquals("POST 900000 HTTP/1.1", curl("--http2", post));
    assertEquals("POST 900000 HTTP/2", curl("--http2-prior-knowledge", post));
  }

  @Test
  void curlIsAnnouncedByTheProxyProtocol() {
    String announced = "http://127.0.0.1:" + gateway.port("announced") + "/own";
    assertEquals("GET 0 HTTP/1.1", curl("--haproxy-protocol", announced));
    assertTrue(curl(announced).contains("curl: ("), "without its header, nothing is answered");

    String through = "http://127.0.0.1:" + gateway.port("bytes") + "/through";
    assertEquals("GET 0 HTTP/1.1", curl("--interface", "127.0.0.2", through));
    assertEquals("127.0.0.2", received("/through").header("x-forwarded-for"));
  }

  @Test
  void nghttpSendsAndReceivesTrailers() throws IOException {
    Files.writeString(folder.resolve("text"), "12345");
    for (String option : List.of("--no-dep", "--upgrade")) {
      String path = "/trailers" + option;
      Outcome outcome =
          nghttp.run(
              "-v",
              option,
              "--no-content-length",
              "-d",
              "text",
              "--trailer",
              "x-mine: yes",
              http(path));
      assertEquals(0, outcome.exit(), outcome::output);
      assertTrue(outcome.output().contains("POST 5"), outcome::output);
      assertTrue(outcome.output().contains("x-sum: 5"), outcome::output);
      assertEquals(List.of(Map.entry("x-mine", "yes")), received(path).trailers());
    }
  }

  @Test
  void digIsAnsweredThroughUdp() {
    String port = Integer.toString(gateway.port("dns"));
    Outcome outcome = dig.run("@127.0.0.1", "-p", port, "+short", "+tries=1", "shop.example.com");
    assertEquals("127.0.0.1", outcome.output());
    assertEquals(0, outcome.exit());
  }
}
