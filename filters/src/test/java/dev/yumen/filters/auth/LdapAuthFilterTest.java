package dev.yumen.filters.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LdapAuthFilterTest {
  private static final String BY_NAME = "bind-dn: 'uid={user},ou=people,dc=example,dc=com'";
  private static final String BY_SEARCH =
      "search: {base: 'ou=people,dc=example,dc=com', bind-dn: 'cn=gateway,dc=example,dc=com',"
          + " password: service}";

  private final Directory directory = Directory.start();

  @AfterEach
  void closeDirectory() {
    directory.close();
  }

  private static String configuration(String url, String settings) {
    return """
    listeners: {http: {address: "127.0.0.1:8080"}}
    limits: {filter-timeout: 30s}
    upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
    consumers:
      - {name: root, credentials: [{api-key: never-used}]}
    routes:
      - id: test
        match: {path: "/**"}
        to: users
        filters: [{ldap-auth: {url: '%s', %s}}]
    """
        .formatted(url, settings);
  }

  private FilterHarness gateway(String settings) {
    String all = "start-tls: false, timeout: 10s, " + settings;
    return FilterHarness.run(
        configuration("ldap://" + directory.address(), all), Path.of("target"));
  }

  private static String basic(String pair) {
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
  }

  private static RawResponse login(FilterHarness gateway, String pair) {
    return gateway.get("/", basic(pair), "X-Consumer-ID: admin", "X-Consumer-Groups: admins");
  }

  // ---- who comes in ----

  @ParameterizedTest
  @ValueSource(strings = {BY_NAME, BY_SEARCH})
  void aPasswordOfTheDirectoryLetsIn(String settings) {
    try (FilterHarness gateway = gateway(settings)) {
      assertEquals(200, login(gateway, "alice:wonder:land").status());
      Recorded seen = gateway.seen();
      assertEquals(List.of("alice"), seen.headerValues("x-consumer-id"));
      assertNull(seen.header("x-consumer-groups"));
      assertNull(seen.header("authorization"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_NAME, BY_SEARCH})
  void othersAreRefused(String settings) {
    try (FilterHarness gateway = gateway(settings)) {
      RawResponse nothing = gateway.get("/");
      assertEquals(401, nothing.status());
      assertTrue(nothing.text().contains("AUTH_MISSING"), nothing::text);
      assertEquals("Basic realm=\"yumen\", charset=\"UTF-8\"", nothing.header("www-authenticate"));
      for (String pair : List.of("alice:wrong", "nobody:wonder:land", "alice", ":x", "\u0000:x")) {
        RawResponse answer = login(gateway, pair);
        assertEquals(401, answer.status(), pair);
        assertTrue(answer.text().contains("AUTH_INVALID"), answer::text);
      }
      assertEquals(0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_NAME, BY_SEARCH})
  void anEmptyPasswordIsNeverTakenToTheDirectory(String settings) {
    try (FilterHarness gateway = gateway(settings)) {
      assertEquals(401, login(gateway, "alice:").status());
      assertEquals(0, directory.binds());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_NAME, BY_SEARCH})
  void namesAreNeverPartOfANameOrAFilter(String settings) {
    try (FilterHarness gateway = gateway(settings)) {
      List<String> tries =
          List.of(
              "*",
              "a*",
              "alice)(uid=*",
              "alice))(|(uid=*",
              "alice,ou=people",
              "x+uid=alice",
              "alice\\",
              "\\61lice",
              "alice,ou=people,dc=example,dc=com",
              "#0405616c696365");
      for (String name : tries) {
        assertEquals(401, login(gateway, name + ":wonder:land").status(), name);
      }
      assertEquals(200, login(gateway, "o'neil, (jr) *:hunter2").status());
      assertEquals("o%27neil%2C%20%28jr%29%20*", gateway.seen().header("x-consumer-id"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BY_NAME, BY_SEARCH})
  void whateverTheCaseItIsTheNameInTheDirectory(String settings) {
    try (FilterHarness gateway = gateway(settings)) {
      assertEquals(200, login(gateway, "ALICE:wonder:land").status());
      assertEquals("alice", gateway.seen().header("x-consumer-id"));
    }
  }

  @Test
  void theDirectoryMakesNobodyAConsumerOfTheConfiguration() {
    try (FilterHarness gateway = gateway(BY_NAME)) {
      assertEquals(403, login(gateway, "root:toor").status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void aNameThatIsNotTheOnlyOneIsNobodys() {
    String settings = "search: {base: 'dc=example,dc=com', filter: '(sn={user})'}";
    try (FilterHarness gateway = gateway(settings)) {
      assertEquals(401, login(gateway, "Liddell:wonder:land").status());
    }
  }

  // ---- groups ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "groups: {attribute: memberOf}",
        "groups: {attribute: cn, base: 'ou=groups,dc=example,dc=com'}"
      })
  void groupsComeFromTheEntryOrFromASearch(String groups) {
    for (String how : List.of(BY_NAME, BY_SEARCH)) {
      try (FilterHarness gateway = gateway(how + ", " + groups)) {
        assertEquals(200, login(gateway, "alice:wonder:land").status());
        assertEquals("staff,vip", gateway.seen().header("x-consumer-groups"));
      }
    }
  }

  // ---- what is remembered ----

  @Test
  void whatWasRightIsRememberedForAWhileAndWhatWasWrongIsNot() {
    ManualClock clock = new ManualClock();
    String yaml =
        configuration(
            "ldap://" + directory.address(), "start-tls: false, timeout: 10s, " + BY_NAME);
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"), clock)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(200, login(gateway, "alice:wonder:land").status());
        assertEquals(401, login(gateway, "alice:wrong").status());
      }
      assertEquals(4, directory.binds());
      clock.advance(Duration.ofSeconds(61));
      assertEquals(200, login(gateway, "alice:wonder:land").status());
      assertEquals(5, directory.binds());
    }
  }

  // ---- TLS ----

  @ParameterizedTest
  @CsvSource({
    "ldaps, localhost, 200",
    "ldap, localhost, 200",
    "ldaps, elsewhere.example, 503",
    "ldap, elsewhere.example, 503"
  })
  void theServerMustBeWhoItSaysItIs(String scheme, String name, int status, @TempDir Path folder)
      throws IOException {
    Pki pki = Pki.called("directory");
    Files.writeString(folder.resolve("ca.pem"), pki.rootPem());
    Issued site = pki.server(name);
    try (Directory secure = Directory.secure(site, scheme.equals("ldaps"))) {
      String url = scheme + "://localhost:" + secure.port();
      String yaml = configuration(url, "ca: ca.pem, timeout: 10s, " + BY_NAME);
      try (FilterHarness gateway = FilterHarness.run(yaml, folder)) {
        assertEquals(status, login(gateway, "alice:wonder:land").status());
      }
    }
  }

  @Test
  void passwordsGoNowhereWithoutTlsUnlessTheSettingsSaySo() {
    String yaml = configuration("ldap://" + directory.address(), BY_NAME);
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      assertEquals(503, login(gateway, "alice:wonder:land").status());
      assertEquals(0, directory.binds());
    }
  }

  // ---- a directory that does not say ----

  @ParameterizedTest
  @ValueSource(strings = {"ldap", "ldaps"})
  void aDirectoryThatIsSilentLetsNobodyIn(String scheme) throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = scheme + "://localhost:" + silent.getLocalPort();
      String yaml = configuration(url, "start-tls: false, timeout: 200ms, " + BY_NAME);
      try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
        assertUnavailable(gateway);
      }
    }
  }

  @Test
  void passwordsThatNobodyWaitsForAnyMoreAreNotAskedAbout() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String yaml =
          configuration(
                  "ldap://localhost:" + silent.getLocalPort(),
                  "start-tls: false, timeout: 500ms, connections: 1, " + BY_NAME)
              .replace("30s", "2s");
      try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
        List<RawClient> flood = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          RawClient client = gateway.connect();
          client.send("GET / HTTP/1.1\r\nHost: a\r\n" + basic("user" + i + ":x") + "\r\n\r\n");
          flood.add(client);
        }
        for (RawClient client : flood) {
          assertTrue(client.readResponse().status() >= 500);
          client.close();
        }
        assertEquals(503, login(gateway, "alice:wonder:land").status());
      }
    }
  }

  @Test
  void aDirectoryThatIsDownLetsNobodyInUntilItIsBack() {
    try (FilterHarness gateway = gateway(BY_NAME)) {
      assertEquals(200, login(gateway, "bob:builder").status());
      directory.stop();
      assertUnavailable(gateway);
      assertEquals(200, login(gateway, "bob:builder").status(), "is remembered");
      directory.again();
      assertEquals(200, login(gateway, "alice:wonder:land").status());
    }
  }

  @Test
  void aDirectoryThatWasRestartedIsAskedOnANewConnection() {
    try (FilterHarness gateway = gateway(BY_NAME)) {
      assertEquals(200, login(gateway, "bob:builder").status());
      directory.stop();
      directory.again();
      assertEquals(200, login(gateway, "alice:wonder:land").status());
    }
  }

  @Test
  void aReferralIsNotFollowed() {
    try (FilterHarness gateway = gateway(BY_NAME)) {
      assertEquals(503, login(gateway, "moved:x").status());
      assertEquals(0, gateway.forwarded());
    }
  }

  private static void assertUnavailable(FilterHarness gateway) {
    RawResponse answer = login(gateway, "alice:wonder:land");
    assertEquals(503, answer.status());
    assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
  }

  // ---- settings ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|url",
        "{url: 'http://h', bind-dn: 'uid={user}'}|url",
        "{url: 'ldap://h/dc=x', bind-dn: 'uid={user}'}|url",
        "{url: 'ldap://'}|url",
        "{url: 'ldap://h:65536', bind-dn: 'uid={user}'}|with a port from 1 to 65535",
        "{url: 'ldap://h:0', bind-dn: 'uid={user}'}|with a port from 1 to 65535",
        "{url: 'ldap://h'}|bind-dn or search",
        "{url: 'ldap://h', bind-dn: 'uid=user'}|{user}",
        "{url: 'ldap://h', bind-dn: '{user}'}|bind-dn",
        "{url: 'ldap://h', bind-dn: 'uid={user}', search: {base: 'dc=x'}}|bind-dn or search",
        "{url: 'ldap://h', search: {base: 'dc=x', filter: '(uid=x)'}}|{user}",
        "{url: 'ldap://h', search: {base: 'dc=x', filter: '(uid={user}'}}|filter",
        "{url: 'ldap://h', search: {base: 'dc=x', bind-dn: 'cn=g'}}|password",
        "{url: 'ldap://h', bind-dn: 'uid={user}', groups: {attribute: 'a b'}}|attribute",
        "{url: 'ldap://h', bind-dn: 'uid={user}', connections: 0}|connections",
        "{url: 'ldap://h', bind-dn: 'uid={user}', timeout: 0s}|timeout: \"0s\"",
        "{url: 'ldap://h', bind-dn: 'uid={user}', remember: 2h}|remember"
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String named) {
    List<String> problems = FilterHarness.problems("- ldap-auth: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(named), problems::toString);
  }
}
