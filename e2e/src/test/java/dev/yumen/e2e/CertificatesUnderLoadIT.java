package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate is replaced again and again while clients make handshakes and send requests. */
@Tag("alone")
class CertificatesUnderLoadIT {
  private static final int CLIENTS = 8;
  private static final int REQUESTS_OF_A_CONNECTION = 20;
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);
  private static final Pki PKI = Pki.called("e2e");

  @TempDir Path folder;

  /** What the clients share. */
  private static final class Load {
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong handshakes = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final Set<X509Certificate> seen = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    void run(int port) {
      // A context of its own for each connection: none takes up the session of another.
      while (!over.get()) {
        try (SSLSocket socket =
            (SSLSocket)
                PKI.clientContext(null)
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), port)) {
          socket.setSoTimeout(10_000);
          socket.startHandshake();
          seen.add((X509Certificate) socket.getSession().getPeerCertificates()[0]);
          handshakes.incrementAndGet();
          for (int i = 0; i < REQUESTS_OF_A_CONNECTION && !over.get(); i++) {
            ask(socket);
          }
        } catch (IOException e) {
          failures.add(e.toString());
        }
      }
    }

    private void ask(SSLSocket socket) throws IOException {
      socket.getOutputStream().write(REQUEST);
      InputStream in = socket.getInputStream();
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("fine") < 0) {
        int next = in.read();
        if (next < 0) {
          failures.add("cut after: " + answer);
          return;
        }
        answer.append((char) next);
      }
      requests.incrementAndGet();
    }
  }

  /** Certificate and key in one file, so that no half of a pair is ever to be seen. */
  private X509Certificate replace() {
    Issued issued = PKI.server("localhost", "127.0.0.1");
    try {
      Path next = folder.resolve("site.next");
      Files.writeString(next, issued.chainPem() + issued.keyPem());
      Files.move(
          next,
          folder.resolve("site.pem"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return issued.certificate();
  }

  @Test
  void noHandshakeAndNoRequestFails() throws InterruptedException, IOException {
    int replacements = Scale.of(10, 100);
    replace();
    String yaml =
        """
        listeners:
          https: {address: "127.0.0.1:0", tls: {certificates: {cert: site.pem}}}
        management: {address: "127.0.0.1:0"}
        audit: {path: audit.jsonl, sync: 0s}
        routes: [{id: all, match: {path: /}, respond: {body: fine}}]
        """;
    Load load = new Load();
    try (GatewayProcess gateway = GatewayProcess.start(folder, yaml)) {
      int port = gateway.port("https");
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(Thread.ofPlatform().start(() -> load.run(port)));
      }
      for (int i = 0; i < replacements; i++) {
        X509Certificate next = replace();
        // Nobody tells the gateway: it sees by itself that the file has changed.
        Eventually.within(
            GatewayProcess.PATIENCE,
            "clients see certificate " + i,
            () -> load.seen.contains(next) || !load.failures.isEmpty());
      }
      load.over.set(true);
      for (Thread client : clients) {
        client.join();
      }
    }
    System.out.printf(
        "%d certificates, %d handshakes, %d requests, %d failed%n",
        load.seen.size(), load.handshakes.get(), load.requests.get(), load.failures.size());
    assertEquals(List.of(), List.copyOf(load.failures));
    assertTrue(load.seen.size() >= replacements, "seen: " + load.seen.size());
    List<String> told =
        Files.readAllLines(folder.resolve("audit.jsonl")).stream()
            .filter(line -> line.contains("\"kind\":\"certificate-replaced\""))
            .toList();
    assertTrue(told.size() >= replacements, told::toString);
    assertTrue(told.getFirst().contains("\"certificate\":\"site.pem\""), told::toString);
  }
}
