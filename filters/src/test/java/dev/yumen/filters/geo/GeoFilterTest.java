package dev.yumen.filters.geo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeoFilterTest {
  @TempDir private Path folder;

  @BeforeEach
  void write() {
    GeoFile.countries(
        folder.resolve("country.mmdb"),
        Map.of(
            "198.51.100.0/24", "CN AS",
            "203.0.113.0/25", "DE EU",
            "203.0.113.128/25", "FR EU registered_country",
            "2001:db8:1::/48", "BR SA"));
    GeoFile.systems(
        folder.resolve("asn.mmdb"),
        Map.of("198.51.100.0/24", 64_500L, "203.0.113.0/24", 4_200_000_000L));
  }

  private static String configuration(String settings) {
    return """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
        trusted-proxies: ["127.0.0.0/8"]
        routes:
          - id: users
            match: {path: "/**"}
            filters: [{geo: {%s}}]
            to: users
        """
        .formatted(settings);
  }

  private FilterHarness gateway(String settings) {
    return FilterHarness.run(configuration(settings), folder);
  }

  private String problem(String settings) {
    return FilterHarness.problems(configuration(settings), folder).toString();
  }

  private static int from(FilterHarness gateway, String client) {
    return gateway.get("/", "X-Forwarded-For: " + client).status();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          allow: CN | 198.51.100.7 | 200
          allow: CN | 203.0.113.7 | 403
          allow: CN | 192.0.2.1 | 403
          allow: CN, unknown: allow | 192.0.2.1 | 200
          allow: [CN, DE] | 203.0.113.127 | 200
          allow: [CN, DE] | 203.0.113.128 | 403
          allow: FR | 203.0.113.128 | 200
          deny: CN | 198.51.100.7 | 403
          deny: CN | 203.0.113.7 | 200
          deny: CN | 192.0.2.1 | 403
          deny: CN, unknown: allow | 192.0.2.1 | 200
          allow: CN, deny: CN | 198.51.100.7 | 403
          allow: BR | 2001:db8:1::9 | 200
          allow: BR | 2001:db8:2::9 | 403
          allow: CN | ::ffff:198.51.100.7 | 200
          allow-continents: EU | 203.0.113.200 | 200
          allow-continents: EU | 198.51.100.7 | 403
          deny-continents: [EU, SA] | 203.0.113.7 | 403
          deny-continents: [EU, SA] | 198.51.100.7 | 200
          allow: CN, allow-continents: EU | 203.0.113.7 | 200
          allow: CN, allow-continents: EU | 2001:db8:1::9 | 403
          allow-continents: EU, deny: DE | 203.0.113.7 | 403
          """)
  void clientsComeInByTheirPlace(String lists, String client, int status) {
    try (FilterHarness gateway = gateway("database: country.mmdb, " + lists)) {
      assertEquals(status, from(gateway, client));
      assertEquals(status == 200 ? 1 : 0, gateway.forwarded());
    }
  }

  @Test
  void clientsComeInByTheirNetwork() {
    try (FilterHarness gateway =
        gateway("asn-database: asn.mmdb, deny-asns: [AS64500], unknown: allow")) {
      assertEquals(403, from(gateway, "198.51.100.7"));
      assertEquals(200, from(gateway, "203.0.113.7"));
      assertEquals(200, from(gateway, "192.0.2.1"));
      String metrics = new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
      assertTrue(metrics.contains("gateway_geo_refused_total{route=\"users\"} 1"), metrics);
    }
  }

  @Test
  void servicesAreToldAndClientsAreNotBelieved() {
    String headers =
        ", country-header: X-Country, continent-header: X-Continent, asn-header: X-Asn";
    try (FilterHarness gateway =
        gateway("database: country.mmdb, asn-database: asn.mmdb" + headers)) {
      assertEquals(200, from(gateway, "203.0.113.7"));
      assertEquals("DE", gateway.seen().header("X-Country"));
      assertEquals("EU", gateway.seen().header("X-Continent"));
      assertEquals("AS4200000000", gateway.seen().header("X-Asn"));
      gateway.get(
          "/", "X-Country: CN", "X_Continent: AS", "x-asn: AS1", "X-Forwarded-For: 192.0.2.1");
      assertNull(gateway.seen().header("X-Country"));
      assertNull(gateway.seen().header("X_Continent"));
      assertNull(gateway.seen().header("X-Asn"));
    }
  }

  @Test
  void aFileThatHasChangedIsReadWithTheNextConfiguration() throws IOException {
    Path file = folder.resolve("country.mmdb");
    String filter = "- geo: {database: '" + file + "', allow: %s, unknown: allow}";
    GeoFile.countries(file, Map.of("127.0.0.0/8", "CN AS"));
    try (FilterHarness gateway = FilterHarness.of(filter.formatted("CN"))) {
      assertEquals(200, gateway.get("/").status());
      GeoFile.countries(file, Map.of("127.0.0.0/8", "DE EU"));
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
      assertEquals(200, gateway.get("/").status());
      assertTrue(gateway.reload(filter.formatted("[CN, BR]")).isEmpty());
      assertEquals(403, gateway.get("/").status());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          database: none.mmdb, allow: CN | none.mmdb": there is no such file
          database: bad.mmdb, allow: CN | bad.mmdb": of another format, or damaged
          database: ., allow: CN | ": a folder (expected: a database of MaxMind's format)
          database: asn.mmdb, allow: CN | a database of countries
          database: country.mmdb, allow: cn | an ISO 3166-1 code
          database: country.mmdb, deny: UK | an ISO 3166-1 code
          database: country.mmdb, deny-continents: XX | AF, AN
          asn-database: asn.mmdb, deny-asns: 64500 | an autonomous system
          allow: CN | no database
          database: country.mmdb | nothing asks for
          database: country.mmdb, allow: CN, deny-asns: AS1 | no database
          unknown: deny | nothing to do
          database: country.mmdb, country-header: Host | the filter host
          """)
  void settingsAreChecked(String settings, String expected) throws IOException {
    Files.writeString(folder.resolve("bad.mmdb"), "no database");
    String problem = problem(settings);
    assertTrue(problem.contains(expected), problem);
  }

  /** What could not be read is not said to be missing, too. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          database: country.mmdb, allow: [cn] | an ISO 3166-1 code
          database: country.mmdb, allow: {a: b} | a mapping
          database: country.mmdb, alow: [CN] | did you mean "allow"?
          databse: country.mmdb, allow: [CN] | did you mean "database"?
          database: [1], allow: CN | expected: a file name
          database: country.mmdb, country-header: Host | the filter host
          asn-database: asn.mmdb, deny-asns: 64500 | an autonomous system
          """)
  void oneMistakeIsOneProblem(String settings, String expected) {
    List<String> problems = FilterHarness.problems(configuration(settings), folder);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(expected), problems::toString);
  }

  @Test
  void everyPartOfADamagedFileCostsNoMoreThanTheAnswer() throws IOException {
    byte[] whole = Files.readAllBytes(folder.resolve("country.mmdb"));
    for (int length = 0; length < whole.length; length += 97) {
      Files.write(folder.resolve("cut.mmdb"), Arrays.copyOf(whole, length));
      String problem = problem("database: cut.mmdb, allow: CN");
      assertTrue(problem.contains("a database of MaxMind's format"), problem);
    }
  }
}
