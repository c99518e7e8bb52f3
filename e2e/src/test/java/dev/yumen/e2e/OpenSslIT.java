package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Locale.ROOT;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.yumen.e2e.Tool.Outcome;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.Proc;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code openssl s_client} sees of every kind of listener that has to do with TLS. */
class OpenSslIT {
  private static final Pki ISSUER = Pki.called("Trusted").intermediate("Issuer of sites");
  private static final Pki PARTNERS = Pki.called("Issuer of partners");
  private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

  @TempDir static Path folder;

  private static Tool openssl;
  private static HttpServer responder;
  private static Proc mail;
  private static ScriptedUpstream plain;
  private static GatewayProcess gateway;

  @BeforeAll
  static void start() throws IOException {
    openssl = new Tool(folder, "openssl", "openssl");
    responder = responder();
    String asked = "http://127.0.0.1:" + responder.getAddress().getPort() + "/";
    Issued shop = ISSUER.serverWithOcsp(asked, "shop.example.com");
    write("ca.pem", ISSUER.rootPem());
    write("issuer.pem", pair(ISSUER.own()));
    write("revocations", "V\t991231235959Z\t\t" + serial(shop) + "\tunknown\t/CN=shop\n");
    write("shop.pem", shop.chainPem() + shop.keyPem());
    write("api.pem", pair(ISSUER.server("api.example.com")));
    write("mail.pem", pair(ISSUER.server("mail.example.com")));
    write("partners.pem", PARTNERS.rootPem());
    write("partner.pem", pair(PARTNERS.client("billing")));
    write("server.pem", pair(PARTNERS.server("billing.example.com")));
    Instant now = Instant.now();
    write("old.pem", pair(PARTNERS.server(now.minusSeconds(200), now.minusSeconds(100), "old")));
    mail =
        openssl.start(
            "s_server -accept 127.0.0.1:0 -cert mail.pem -cert_chain issuer.pem -rev".split(" "));
    plain = ScriptedUpstream.startOnConnect(OpenSslIT::greet);
    gateway = GatewayProcess.start(folder, configuration());
  }

  private static String configuration() {
    String mailPort = mail.awaitLine("ACCEPT .*:(\\d+)", GatewayProcess.PATIENCE).group(1);
    return """
    listeners:
      https:
        address: "127.0.0.1:0"
        tls: {certificates: [{cert: shop.pem}, {cert: api.pem}], ocsp-stapling: true}
      modern: {address: "127.0.0.1:0", tls: {certificates: {cert: api.pem}, ciphers: modern}}
      partners:
        address: "127.0.0.1:0"
        tls: {certificates: {cert: api.pem}, client-certificate: partners.pem}
      ended:
        address: "127.0.0.1:0"
        tls: {certificates: {cert: api.pem}}
        tcp: {to: plain, send-proxy-protocol: v2}
      passed:
        address: "127.0.0.1:0"
        tcp: {routes: [{sni: mail.example.com, to: mail}]}
    management: {address: "127.0.0.1:0"}
    upstreams:
      mail: {endpoints: "127.0.0.1:%s"}
      plain: {endpoints: "%s"}
    routes: [{id: all, match: {path: "/**"}, respond: {body: hello}}]
    """
        .formatted(mailPort, plain.address());
  }

  @AfterAll
  static void close() {
    gateway.close();
    plain.close();
    mail.close();
    responder.stop(0);
  }

  private static void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static String pair(Issued issued) {
    return issued.chainPem() + issued.keyPem();
  }

  private static String serial(Issued issued) {
    String digits = issued.certificate().getSerialNumber().toString(16).toUpperCase(ROOT);
    return digits.length() % 2 == 0 ? digits : "0" + digits;
  }

  /** Lets openssl, too, speak for the authority. */
  private static HttpServer responder() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(any, 10);
    server.createContext(
        "/",
        exchange -> {
          Files.write(folder.resolve("question"), exchange.getRequestBody().readAllBytes());
          openssl.run(
              "ocsp -index revocations -rsigner issuer.pem -CA issuer.pem -ndays 1"
                  .concat(" -reqin question -respout answer")
                  .split(" "));
          byte[] answer = Files.readAllBytes(folder.resolve("answer"));
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return server;
  }

  /** Waits for a greeting, whatever comes before it, answers, and closes. */
  private static void greet(Incoming connection) throws IOException {
    StringBuilder heard = new StringBuilder();
    byte[] piece = new byte[4096];
    for (int count; !heard.toString().endsWith("hello\n"); ) {
      count = connection.read(piece);
      if (count < 0) {
        return;
      }
      heard.append(new String(piece, 0, count, ISO_8859_1));
    }
    connection.write("hello you\n");
    connection.close();
  }

  /** Connects, makes the handshake, and ends. */
  private static Outcome shake(String listener, String options) {
    return openssl.run(client(listener, options));
  }

  /** Sends this after the handshake, and waits for the other side to end. */
  private static Outcome send(String input, String listener, String options) {
    return openssl.feed(input, client(listener, "-ign_eof " + options));
  }

  private static String[] client(String listener, String options) {
    return "s_client -connect 127.0.0.1:%d -CAfile ca.pem %s"
        .formatted(gateway.port(listener), options)
        .split(" ");
  }

  private static void assertSays(String expected, Outcome outcome) {
    assertTrue(outcome.output().contains(expected), outcome::output);
  }

  @Test
  void versionsAndCiphersAreThoseOfThePreset() {
    String old = "-tls1_1 -cipher DEFAULT@SECLEVEL=0";
    assertSays("alert protocol version", shake("https", old));
    assertSays("New, TLSv1.2, Cipher is ECDHE-ECDSA-AES", shake("https", "-tls1_2"));
    assertSays("New, TLSv1.3, Cipher is TLS_AES_", shake("https", "-tls1_3"));
    String cbc = "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA";
    assertSays("alert handshake failure", shake("https", cbc));
    assertSays("alert protocol version", shake("modern", "-tls1_2"));
    assertSays("New, TLSv1.3, Cipher is TLS_AES_", shake("modern", "-tls1_3"));
  }

  @Test
  void protocolIsTheOneThatBothSidesLike() {
    assertSays("ALPN protocol: h2", shake("https", "-alpn http/1.1,h2"));
    assertSays("ALPN protocol: http/1.1", shake("https", "-alpn spdy/1,http/1.1"));
    assertSays("alert no application protocol", shake("https", "-alpn spdy/1"));
    assertSays("No ALPN negotiated", shake("https", ""));
  }

  @Test
  void serverNameChoosesTheCertificate() {
    String good = "Verify return code: 0 (ok)";
    for (String name : List.of("shop.example.com", "api.example.com")) {
      assertSays(good, shake("https", "-servername " + name + " -verify_hostname " + name));
    }
    String first = "-verify_hostname shop.example.com";
    assertSays(good, shake("https", "-noservername " + first));
    assertSays(good, shake("https", "-servername unknown.example.com " + first));
    assertSays("hostname mismatch", shake("https", "-verify_hostname api.example.com"));
  }

  @Test
  void wordOfTheIssuerIsStapled() {
    // The issuer is asked when the first client has come.
    Eventually.within(
        GatewayProcess.PATIENCE,
        "a stapled answer",
        () -> shake("https", "-status").output().contains("OCSP Response Status: successful"));
    Outcome stapled = shake("https", "-status -servername shop.example.com");
    assertSays("Cert Status: good", stapled);
    assertSays(
        "OCSP response: no response sent", shake("https", "-status -servername api.example.com"));
  }

  @Test
  void sessionIsTakenUpAgain() {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      String option = "-" + version.replace("TLSv", "tls").replace('.', '_');
      assertSays("New, " + version, send(GET, "https", option + " -sess_out " + version));
      Outcome second = send(GET, "https", option + " -sess_in " + version);
      assertSays("Reused, " + version, second);
      assertSays("200 OK", second);
    }
  }

  @Test
  void clientWithoutTheRightCertificateIsRefused() {
    assertSays("alert certificate required", send(GET, "partners", ""));
    assertSays("alert handshake failure", send(GET, "partners", "-tls1_2"));
    assertSays("alert unknown ca", send(GET, "partners", "-cert shop.pem"));
    assertSays("alert bad certificate", send(GET, "partners", "-cert server.pem"));
    assertSays("alert certificate expired", send(GET, "partners", "-cert old.pem"));
    assertSays("200 OK", send(GET, "partners", "-cert partner.pem"));
  }

  @Test
  void tlsEndsAtTheGatewayAndPlainBytesGoOn() {
    Outcome outcome = send("hello\n", "ended", "-servername api.example.com -quiet");
    assertSays("hello you", outcome);
    String seen = plain.received(1);
    assertTrue(seen.startsWith("\r\n\r\n\0\r\nQUIT\n!"), seen);
    assertTrue(seen.contains("api.example.com"), seen);
    assertTrue(seen.endsWith("hello\n"), seen);
  }

  @Test
  void tlsPassesThroughByItsServerName() {
    Outcome outcome =
        send(
            "liame\nCLOSE\n",
            "passed",
            "-servername mail.example.com -verify_hostname mail.example.com");
    assertSays("email", outcome);
    assertSays("Verify return code: 0 (ok)", outcome);
    assertSays("tlsv1 unrecognized name", shake("passed", "-servername shop.example.com"));
  }
}
