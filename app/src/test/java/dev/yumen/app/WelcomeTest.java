package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.ManagedGateway;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WelcomeTest {
  private static final String GOOD =
      """
      listeners: {http: {address: "127.0.0.1:0"}, shop: {address: "127.0.0.1:0", tls: self-signed}}
      management: {address: "127.0.0.1:0"}
      routes: [{id: a, match: {path: /a}, respond: {}}]
      """;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeAGoodFile() throws Exception {
    file = Files.writeString(folder.resolve("my.yaml"), GOOD);
  }

  private String welcome(@Nullable Map<String, String> demo) throws Exception {
    StringWriter out = new StringWriter();
    try (ManagedGateway gateway =
        ManagedGateway.start(file, Wiring.reader(Map.of()), loaded -> {})) {
      Welcome.print(new PrintWriter(out, true), gateway, file, demo);
    }
    return out.toString();
  }

  @Test
  void saysWhereItListensAndWithWhich() throws Exception {
    String text = welcome(null);
    assertTrue(text.matches("(?s)Yumen \\S+ is up after \\S+ s with \\S*/my\\.yaml\n.*"), text);
    assertTrue(text.matches("(?s).*\n  http        http://127\\.0\\.0\\.1:\\d+\n.*"), text);
    assertTrue(text.matches("(?s).*\n  shop        https://127\\.0\\.0\\.1:\\d+\n.*"), text);
    assertTrue(text.matches("(?s).*\n  management  http://127\\.0\\.0\\.1:\\d+\n.*"), text);
    assertFalse(text.contains("Try:"), text);
  }

  @Test
  void saysWhereTheDashboardIs() throws Exception {
    Files.writeString(file, GOOD + "admin: {address: \"127.0.0.1:0\"}\n");
    String text = welcome(null);
    assertTrue(
        text.matches(
            "(?s).*\n  admin       http://127\\.0\\.0\\.1:\\d+  \\(dashboard and API\\)\n.*"),
        text);
    Files.writeString(file, GOOD + "admin: {address: \"127.0.0.1:0\", tls: self-signed}\n");
    assertTrue(welcome(null).contains("\n  admin       https://127.0.0.1:"));
  }

  @Test
  void listenersOfOtherKindsAreToldApart() throws Exception {
    Files.writeString(
        file,
        """
        listeners:
          db: {address: "127.0.0.1:0", tcp: {to: service}}
          mail: {address: "127.0.0.1:0", tls: self-signed, tcp: {to: service}}
          dns: {address: "127.0.0.1:0", udp: {to: service}}
        management: {address: "127.0.0.1:0"}
        upstreams: {service: {endpoints: "127.0.0.1:9"}}
        """);
    String text = welcome(null);
    assertTrue(text.matches("(?s).*\n  db          tcp://127\\.0\\.0\\.1:\\d+\n.*"), text);
    assertTrue(text.matches("(?s).*\n  mail        tls://127\\.0\\.0\\.1:\\d+\n.*"), text);
    assertTrue(text.matches("(?s).*\n  dns         udp://127\\.0\\.0\\.1:\\d+\n.*"), text);
  }

  @Test
  void quickStartSaysWhereItsServicesAre() throws Exception {
    String text = welcome(Map.of("user-service", "127.0.0.1:9001"));
    assertTrue(text.contains("\n  user-service  http://127.0.0.1:9001  (demo)\n"), text);
    assertTrue(text.contains("\nTry:\n"), text);
  }

  @Test
  void startWithTheLastGoodCopySaysSo() throws Exception {
    welcome(null);
    Files.writeString(file, GOOD.replace("path: /a", "path: a"));
    String text = welcome(null);
    assertTrue(text.matches("(?s)Yumen .* s with the last good copy of \\S*/my\\.yaml\n.*"), text);
  }
}
