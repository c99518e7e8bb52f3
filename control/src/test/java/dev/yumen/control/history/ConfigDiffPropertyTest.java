package dev.yumen.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.filters.BuiltInFilters;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was edited is what is found, over documents with random edits. */
class ConfigDiffPropertyTest {
  private static final ConfigReader READER = new ConfigReader(BuiltInFilters.byName(), Map.of());
  private static final int ROUNDS = 40;

  /** Settings by their path, each of which can be any of some whole numbers. */
  private static Map<String, Integer> settings(Random random) {
    Map<String, Integer> settings = new TreeMap<>();
    for (int route = 0; route < 4; route++) {
      settings.put("routes[r" + route + "].respond.status", 200 + random.nextInt(3));
      settings.put("routes[r" + route + "].match.priority", random.nextInt(3));
      settings.put("routes[r" + route + "].filters[1].rate-limit.burst", 100 + random.nextInt(3));
    }
    for (String name : Set.of("a", "b")) {
      settings.put("upstreams." + name + ".retry.attempts", random.nextInt(3));
      settings.put("upstreams." + name + ".endpoints[1].weight", 1 + random.nextInt(3));
    }
    settings.put("limits.http2.streams", 50 + random.nextInt(3));
    return settings;
  }

  private static LoadedConfig document(Map<String, Integer> settings) {
    StringBuilder yaml = new StringBuilder("upstreams:\n");
    for (String name : Set.of("a", "b")) {
      yaml.append(
          "  %s: {retry: {attempts: %d}, endpoints: ['h:1', {address: 'h:2', weight: %d}]}\n"
              .formatted(
                  name,
                  settings.get("upstreams." + name + ".retry.attempts"),
                  settings.get("upstreams." + name + ".endpoints[1].weight")));
    }
    yaml.append("limits: {http2: {streams: %d}}\n".formatted(settings.get("limits.http2.streams")));
    yaml.append("routes:\n");
    for (int route = 0; route < 4; route++) {
      String path = "routes[r" + route + "]";
      yaml.append(
          """
          - id: r%d
            match: {path: /r%d, priority: %d}
            filters: [request-id, {rate-limit: {rate: 1/s, burst: %d}}]
            respond: {status: %d}
          """
              .formatted(
                  route,
                  route,
                  settings.get(path + ".match.priority"),
                  settings.get(path + ".filters[1].rate-limit.burst"),
                  settings.get(path + ".respond.status")));
    }
    LoadedConfig loaded = READER.readText("text", yaml.toString(), Path.of("."));
    assertTrue(loaded.config() != null, () -> loaded.problems() + "\n" + yaml);
    return loaded;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyEditIsFoundAndNothingElse(long seed) {
    Random random = new Random(seed);
    Map<String, Integer> before = settings(random);
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, Integer> after = settings(random);
      Set<String> edits = new TreeSet<>();
      before.forEach(
          (path, value) -> {
            if (!value.equals(after.get(path))) {
              edits.add(path + ": " + value + " → " + after.get(path));
            }
          });
      Set<String> found = new TreeSet<>();
      ConfigDiff.between(document(before), document(after)).objects().stream()
          .flatMap(object -> object.settings().stream())
          .forEach(
              change ->
                  found.add(
                      change.where().path() + ": " + change.before() + " → " + change.after()));
      assertEquals(edits, found);
      assertTrue(ConfigDiff.between(document(after), document(after)).isEmpty());
      before = after;
    }
  }
}
