package dev.yumen.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.filters.BuiltInFilters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDiffTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @TempDir private Path folder;

  private LoadedConfig read(String yaml) {
    LoadedConfig loaded =
        new ConfigReader(BuiltInFilters.byName(), Map.of()).readText("text", yaml, folder);
    assertNotNull(loaded.config(), () -> String.valueOf(loaded.problems()));
    return loaded;
  }

  /** As lines {@code kind path: before → after}. */
  private List<String> diff(String before, String after) {
    List<String> lines = new ArrayList<>();
    for (ObjectChange object : ConfigDiff.between(read(before), read(after)).objects()) {
      if (object.settings().isEmpty()) {
        lines.add(object.kind().text() + " " + object.where().path());
      }
      for (SettingChange change : object.settings()) {
        lines.add(
            "%s %s: %s → %s"
                .formatted(
                    change.kind().text(), change.where().path(), change.before(), change.after()));
      }
    }
    return lines;
  }

  /** The same for two routes that differ in these filters. */
  private List<String> filters(String before, String after) {
    return diff(
        "routes: [{id: a, match: {path: /a}, respond: {}, filters: " + before + "}]",
        "routes: [{id: a, match: {path: /a}, respond: {}, filters: " + after + "}]");
  }

  @Test
  void routesUpstreamsAndTheLikeAreComparedByTheirNames() {
    assertEquals(
        List.of(
            "changed listeners.http.address: 127.0.0.1:8080 → 127.0.0.1:8083",
            "added listeners.more",
            "changed upstreams.a.balance.way: round-robin → random",
            "removed upstreams.b",
            "added consumers[ann]",
            "changed routes[one].respond.status: 200 → 204",
            "added routes[three]",
            "removed routes[two]",
            "changed log.level: info → debug"),
        diff(
            """
            listeners: {http: {address: "127.0.0.1:8080"}}
            upstreams: {a: {endpoints: "h:1"}, b: {endpoints: "h:2"}}
            routes:
              - {id: two, match: {path: /2}, respond: {}}
              - {id: one, match: {path: /1}, respond: {}}
            """,
            """
            listeners: {http: {address: "127.0.0.1:8083"}, more: {address: "127.0.0.1:8082"}}
            upstreams: {a: {endpoints: "h:1", balance: random}}
            consumers: [{name: ann}]
            routes:
              - {id: one, match: {path: /1}, respond: {status: 204}}
              - {id: three, match: {path: /3}, respond: {}}
            log: {level: debug}
            """));
  }

  @Test
  void theOrderOfRoutesIsNoDifference() {
    assertEquals(
        List.of(),
        diff(
            "routes: [{id: a, match: {path: /a}, respond: {}}, {id: b, respond: {}}]",
            "routes: [{id: b, respond: {}}, {id: a, match: {path: /a}, respond: {}}]"));
  }

  @Test
  void settingsOfFiltersAreNamedByTheirPath() {
    assertEquals(
        List.of("changed routes[a].filters[2].rate-limit.rate: 100/min → 200/min"),
        filters(
            "[request-id, trace-id, {rate-limit: {rate: 100/min}}]",
            "[request-id, trace-id, {rate-limit: {rate: 200/min}}]"));
    assertEquals(
        List.of(
            "removed routes[a].filters[0]: request-id → null",
            "added routes[a].filters[1]: null → rate-limit {rate: 5/s, burst: 7}"),
        filters("[request-id, trace-id]", "[trace-id, {rate-limit: {rate: 5/s, burst: 7}}]"));
  }

  @Test
  void anotherOrderOfFiltersIsAMove() {
    assertEquals(
        List.of("moved routes[a].filters[0].csrf: 2 → 0"),
        filters("[request-id, trace-id, csrf]", "[csrf, request-id, trace-id]"));
    assertEquals(
        List.of(
            "moved routes[a].filters[0].rate-limit: 1 → 0",
            "changed routes[a].filters[0].rate-limit.rate: 1/s → 2/s"),
        filters(
            "[request-id, {rate-limit: {rate: 1/s}}]", "[{rate-limit: {rate: 2/s}}, request-id]"));
  }

  @Test
  void itemsOfListsArePairedByWhatTheyAre() {
    assertEquals(
        List.of(
            "removed upstreams.a.endpoints[0]: h:1 → null",
            "changed upstreams.a.endpoints[0].weight: 1 → 5",
            "added upstreams.a.endpoints[2]: null → {address: h:4, weight: 2}"),
        diff(
            "upstreams: {a: {endpoints: ['h:1', 'h:2', 'h:3']}}",
            "upstreams: {a: {endpoints: [{address: 'h:2', weight: 5}, 'h:3',"
                + " {address: 'h:4', weight: 2}]}}"));
    assertEquals(
        List.of("changed routes[a].match.methods: [GET] → [GET, POST]"),
        diff(
            "routes: [{id: a, match: {methods: GET}, respond: {}}]",
            "routes: [{id: a, match: {methods: [GET, POST]}, respond: {}}]"));
  }

  @Test
  void entriesOfMappingsComeAndGo() {
    assertEquals(
        List.of(
            "removed routes[a].filters[0].response-headers.set.x-a: 1 → null",
            "changed routes[a].filters[0].response-headers.set.x-b: 2 → 3",
            "added routes[a].filters[0].response-headers.set.x-c: null → \"\""),
        filters(
            "[{response-headers: {set: {x-a: '1', x-b: '2'}}}]",
            "[{response-headers: {set: {x-b: '3', x-c: ''}}}]"));
  }

  @Test
  void secretsAreNeverShown() throws IOException {
    Files.writeString(folder.resolve("one"), "from-file-one");
    Files.writeString(folder.resolve("two"), "from-file-two");
    List<String> lines =
        new ArrayList<>(
            diff(
                "consumers: [{name: ann, credentials: [{api-key: hidden-one}]}]",
                "consumers: [{name: ann, credentials: [{api-key: hidden-two},"
                    + " {hmac: {key-id: k, secret: hidden-"
                    + SECRET
                    + "}}]}]"));
    lines.addAll(
        filters(
            "[{request-headers: {set: {x-a: '${file:one}', Authorization: hidden-a}}}]",
            "[{request-headers: {set: {x-a: '${file:two}', Authorization: hidden-b}}},"
                + " {response-headers: {add: {x-b: '${file:two}'}}},"
                + " {jwt: {issuer: i, algorithm: HS256, secret: hidden-"
                + SECRET
                + "}}]"));
    lines.addAll(filters("[]", "[{mock: {body: 'https://me:hidden-pass@keys.test/'}}]"));
    assertEquals(
        List.of(
            "changed consumers[ann].credentials[0].api-key: *** → ***",
            "added consumers[ann].credentials[1]: null → {hmac: {key-id: k, secret: ***}}",
            "changed routes[a].filters[0].request-headers.set.x-a: *** → ***",
            "changed routes[a].filters[0].request-headers.set.Authorization: *** → ***",
            "added routes[a].filters[1]: null → response-headers {add: {x-b: ***}}",
            "added routes[a].filters[2]: null → jwt {issuer: i, algorithm: [hs256], secret: ***}",
            "added routes[a].filters[0]: null → mock {body: https://***@keys.test/}"),
        lines);
  }

  @Test
  void aValueCanNeitherFillThePageNorSteerTheTerminal() {
    List<String> lines =
        diff(
            "routes: [{id: a, respond: {body: \"\\e[31mred\\n\\u202e\"}}]",
            "routes: [{id: a, respond: {body: " + "x".repeat(5000) + "}}]");
    assertEquals(
        List.of(
            "changed routes[a].respond.body: \\u001b[31mred\\n\\u202e → "
                + "x".repeat(160)
                + "… (5000)"),
        lines);
  }

  @Test
  void whatIsFoundIsFoundInBothDocuments() {
    LoadedConfig before =
        read("routes: [{id: b, respond: {}}, {id: a, match: {path: /a}, respond: {}}]");
    LoadedConfig after = read("routes: [{id: a, match: {path: /b}, respond: {}}]");
    ConfigDiff diff = ConfigDiff.between(before, after);
    ObjectChange changed = diff.of("routes", "a");
    assertNotNull(changed);
    assertEquals(
        new Where(
            "routes[a].match.path.pattern",
            "routes[1].match.path.pattern",
            "routes[0].match.path.pattern"),
        changed.settings().getFirst().where());
    ObjectChange removed = diff.of("routes", "b");
    assertNotNull(removed);
    assertEquals(new Where("routes[b]", "routes[0]", null), removed.where());
    assertFalse(diff.isEmpty());
    assertTrue(ConfigDiff.between(before, before).isEmpty());
  }
}
