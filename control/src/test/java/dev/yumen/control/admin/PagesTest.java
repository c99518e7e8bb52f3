package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
  private static final Path SOURCES = Path.of("src/main/resources/dev/yumen/control/ui");
  private static final Pattern FILE = Pattern.compile("(?:href|src)=\"(ui/[^\"]+)\"");
  private static final Pattern KEY = Pattern.compile("^ {2}\"([^\"]+)\": \"(.*)\",$");
  private static final Pattern USED = Pattern.compile("\\bt\\('([^']*[^.'])'[,)]");

  @TempDir static Path folder;

  private static ManagedGateway gateway;

  @BeforeAll
  static void start() throws Exception {
    String config =
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        management: {enabled: false}
        runtime: {loops: 1}
        admin:
          address: "127.0.0.1:0"
          tokens: [{name: eve, token: viewer-0123456789}]
        """;
    Files.writeString(folder.resolve("yumen.yaml"), config);
    gateway =
        ManagedGateway.start(
            folder.resolve("yumen.yaml"), new ConfigReader(Map.of(), Map.of()), loaded -> {});
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  // ---- what is served ----

  @Test
  void theFirstPageNeedsNoTokenAndTheDataDoes() {
    RawResponse page = get("/");

    assertEquals(200, page.status());
    assertEquals("text/html; charset=utf-8", page.header("content-type"));
    assertEquals("no-cache", page.header("cache-control"));
    assertEquals(401, get("/api/v1/status").status());
  }

  @Test
  void scriptsOfOthersAndFramesAreForbidden() {
    for (String path : List.of("/", files().getFirst())) {
      String policy = get(path).header("content-security-policy");
      assertEquals(
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
              + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
          policy);
      assertEquals("nosniff", get(path).header("x-content-type-options"));
      assertEquals("same-origin", get(path).header("cross-origin-resource-policy"));
    }
  }

  @Test
  void everyFileThatThePageNamesIsThere() {
    List<String> files = files();

    assertTrue(files.size() > 5, files.toString());
    for (String path : files) {
      RawResponse file = get(path);
      assertEquals(200, file.status(), path);
      assertEquals(
          "public, max-age=31536000, immutable", file.header("cache-control"), "of " + path);
    }
  }

  @Test
  void aFileThatTheBrowserHasIsNotSentAgain() {
    for (String path : List.of("/", files().getFirst())) {
      String tag = Objects.requireNonNull(get(path).header("etag"));

      RawResponse again = get(path, "If-None-Match: W/\"other\", " + tag);
      assertEquals(304, again.status(), path);
      assertEquals("", again.text());
      assertEquals(tag, again.header("etag"));
      assertEquals(200, get(path, "If-None-Match: \"another\"").status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gzip, true",
    "'deflate, gzip;q=0.5, br', true",
    "GZIP, true",
    "gzip;q=0, false",
    "identity, false",
    "xgzip, false",
  })
  void itIsCompressedForThoseWhoTakeIt(String accepted, boolean zipped) throws IOException {
    RawResponse plain = get("/");
    RawResponse page = get("/", "Accept-Encoding: " + accepted);

    assertEquals(zipped ? "gzip" : null, page.header("content-encoding"));
    assertEquals("accept-encoding", page.header("vary"));
    if (zipped) {
      byte[] read = new GZIPInputStream(new ByteArrayInputStream(page.body())).readAllBytes();
      assertEquals(plain.text(), new String(read, StandardCharsets.UTF_8));
    }
  }

  @Test
  void theHeadAloneCanBeAskedForAndNothingSent() {
    try (RawClient client = RawClient.connect(port())) {
      client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      RawResponse head = client.readResponse("HEAD");
      assertEquals(200, head.status());
      assertNotEquals("0", head.header("content-length"));
    }
    try (RawClient client = RawClient.connect(port())) {
      client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
      assertEquals(405, client.readResponse("POST").status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/index.html",
        "/ui/",
        "/ui/app.js",
        "/ui/0000000000000000/app.js",
        "/files.txt",
        "/{hash}/files.txt",
        "/{hash}/../../admin/Pages.class",
        "/{hash}/..%2f..%2fadmin%2fPages.class",
        "/{hash}/%2e%2e/admin/Pages.class",
        "/{hash}/lib",
        "/{hash}/lib/",
        "/{hash}/vendor/licenses/htm.txt",
        "/{hash}/app.js/",
        "/{hash}/app.js%00",
        "//etc/passwd",
        "/etc/passwd",
        "/api/v2/status",
      })
  void nothingElseIsServed(String path) {
    String prefix = files().getFirst().replaceFirst("^/(ui/[0-9a-f]+)/.*", "$1");
    int status = get(path.replace("{hash}", prefix)).status();

    assertTrue(status == 404 || status == 400, path + ": " + status);
  }

  @Test
  void namesOfOthersAreNotOurs() {
    try (RawClient client = RawClient.connect(port())) {
      client.send("GET / HTTP/1.1\r\nHost: evil.example.com\r\n\r\n");
      assertEquals(421, client.readResponse("GET").status());
    }
  }

  @Test
  void aLinkOnAnotherSiteOpensThePageAndNotTheData() {
    assertEquals(200, get("/", "Sec-Fetch-Site: cross-site").status());
    assertEquals(403, get("/api/v1/status", "Sec-Fetch-Site: cross-site").status());
    assertNull(get("/").header("access-control-allow-origin"));
  }

  // ---- what they are ----

  @Test
  void theListNamesEveryFile() throws IOException {
    TreeSet<String> listed = new TreeSet<>(Files.readAllLines(SOURCES.resolve(Pages.LIST)));
    TreeSet<String> there = new TreeSet<>(names(""));
    there.removeIf(
        name ->
            name.equals("index.html") || name.equals(Pages.LIST) || name.contains("/licenses/"));

    assertEquals(there, listed);
  }

  @Test
  void textsAreThereInBothLanguages() throws IOException {
    Map<String, String> english = texts("en");
    Map<String, String> chinese = texts("zh");

    assertEquals(english.keySet(), chinese.keySet());
    english.forEach(
        (key, text) -> assertEquals(places(text), places(chinese.getOrDefault(key, "")), key));
  }

  @Test
  void everyTextThatIsUsedIsThere() throws IOException {
    Map<String, String> texts = texts("en");
    for (String name : names("")) {
      if (name.startsWith("lib/") || name.startsWith("pages/")) {
        Matcher used = USED.matcher(Files.readString(SOURCES.resolve(name)));
        while (used.find()) {
          assertTrue(texts.containsKey(used.group(1)), name + " uses " + used.group(1));
        }
      }
    }
  }

  @Test
  void dataNeverBecomesMarkupAndNothingComesFromElsewhere() throws IOException {
    for (String name : names("")) {
      if (name.startsWith("vendor/")) {
        continue;
      }
      String text = Files.readString(SOURCES.resolve(name));
      for (String forbidden :
          List.of(
              "innerHTML",
              "outerHTML",
              "insertAdjacentHTML",
              "document.write",
              "eval(",
              "new Function",
              "<style",
              "javascript:")) {
        assertFalse(text.contains(forbidden), name + " has " + forbidden);
      }
      String ours = text.replace("http://www.w3.org/2000/svg", "").replace("http://localhost", "");
      assertFalse(ours.matches("(?s).*https?://[a-z0-9].*"), name + " names another site");
    }
  }

  @Test
  void noFileIsLong() throws IOException {
    for (String name : names("")) {
      assertTrue(Files.size(SOURCES.resolve(name)) < 1 << 20, name);
    }
  }

  private static List<String> names(String under) throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES.resolve(under))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> SOURCES.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  private static Map<String, String> texts(String language) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (String line : Files.readAllLines(SOURCES.resolve("i18n/" + language + ".js"))) {
      Matcher text = KEY.matcher(line);
      if (text.matches()) {
        assertNull(texts.put(text.group(1), text.group(2)), text.group(1) + " is there twice");
      }
    }
    assertTrue(texts.size() > 100, language);
    return texts;
  }

  private static Set<String> places(String text) {
    Set<String> places = new TreeSet<>();
    Matcher place = Pattern.compile("\\{\\w+}").matcher(text);
    while (place.find()) {
      places.add(place.group());
    }
    return places;
  }

  /** What the first page names, as paths. */
  private static List<String> files() {
    return FILE.matcher(get("/").text()).results().map(found -> "/" + found.group(1)).toList();
  }

  private static int port() {
    return Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
  }

  private static RawResponse get(String path, String... fields) {
    StringBuilder lines = new StringBuilder();
    for (String field : fields) {
      lines.append(field).append("\r\n");
    }
    try (RawClient client = RawClient.connect(port())) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n");
      return client.readResponse("GET");
    }
  }
}
