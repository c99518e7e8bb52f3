package dev.yumen.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.publish.ReloadStatus.Rejection;
import dev.yumen.testkit.Eventually;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/reload.md tells users to try happens as it says. */
class ReloadPageTest {
  private static final Path PAGE = Path.of("../docs/reload.md");
  private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n# yumen.yaml\n(.*?)```");
  private static final Pattern EDIT = Pattern.compile("sed -i 's/(.+?)/(.+?)/' yumen.yaml");
  private static final Pattern PROBLEM = Pattern.compile("\"problems\": \\[\"(.*?)\"]");
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void theExampleGoesAsThePageSays() throws Exception {
    String page = Files.readString(PAGE);
    Matcher example = EXAMPLE.matcher(page);
    assertTrue(example.find());
    Matcher edits = EDIT.matcher(page);
    Path file = folder.resolve("yumen.yaml");
    Files.writeString(
        file, "# yumen.yaml\n" + example.group(1).replaceAll("127.0.0.1:808[01]", "127.0.0.1:0"));
    ConfigReader reader = new ConfigReader(Map.of(), Map.of());
    try (ManagedGateway gateway = ManagedGateway.start(file, reader, loaded -> {})) {
      assertEquals("hello\n", hello(gateway));

      edit(file, edits);
      Eventually.within(SOON, () -> Objects.requireNonNull(gateway.status().live()).number() == 2);
      assertEquals("good day\n", hello(gateway));

      edit(file, edits);
      Eventually.within(SOON, () -> gateway.status().rejected() != null);
      assertEquals("good day\n", hello(gateway));
      Rejection rejection = Objects.requireNonNull(gateway.status().rejected());
      Matcher problem = PROBLEM.matcher(page);
      assertTrue(problem.find());
      assertEquals(problem.group(1), rejection.problems().getFirst().toString());
    }
  }

  private static void edit(Path file, Matcher edits) throws Exception {
    assertTrue(edits.find());
    String before = Files.readString(file);
    String after = before.replace(edits.group(1), edits.group(2));
    assertTrue(!after.equals(before), edits.group());
    Files.writeString(file, after);
  }

  private static String hello(ManagedGateway gateway) throws Exception {
    var address = gateway.gateway().addresses().get("http");
    assertNotNull(address);
    URI uri = URI.create("http://127.0.0.1:" + address.getPort() + "/hello");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }
}
