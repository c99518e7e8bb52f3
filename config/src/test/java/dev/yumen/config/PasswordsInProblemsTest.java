package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.SourceFiles.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes an address with a password in place of each value of the full configuration. */
class PasswordsInProblemsTest {
  private static final Path FOLDER = Path.of("src/test/resources");
  private static final ConfigReader READER = ConfigFolder.reader();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:pass-word@host/path",
        "redis://:a pass-word%40@host:no-port",
        "user:pass-word@host:80",
        "https://user:1/pass-word?-and-more-and-more-and-more-and-more-and-more-and-more-and-more"
            + "-and-more-and-more-and-more-and-more-and-more-and-more-and-more-and-more#@host"
      })
  void noProblemTellsAPasswordOfAnAddress(String address) throws IOException {
    int seen = 0;
    for (String name : List.of("full", "full-etcd", "full-consul", "full-nacos", "full-http")) {
      Mapping root = root(name + ".yaml");
      for (Scalar place : scalars(root)) {
        String text = Objects.requireNonNull(YamlText.of((Mapping) with(root, place, address)));
        seen += assertNothingTold(READER.readText("full.yaml", text, FOLDER), text);
      }
    }
    assertTrue(seen > 250, seen + " problems");
  }

  @Test
  void noProblemTellsAPasswordInAVariable() {
    for (String variable : List.of("CONFIG_CENTER_URL", "API_GATEWAY_PORT", "LOG_LEVEL")) {
      ConfigReader reader = ConfigFolder.reader(variable, "https://user:pass-word@host /");
      LoadedConfig loaded = reader.readText("text", "listeners: {web: {address: '${A}'}}", FOLDER);
      assertTrue(assertNothingTold(loaded, variable) > 0, variable);
    }
  }

  @Test
  void noProblemTellsAPasswordInAKey() {
    String text =
        "routes: [{id: a, 'https://user:pass-word@host': 1}]\nredis: {'//u:pass-word@h:': 1}";
    assertTrue(assertNothingTold(READER.readText("text", text, FOLDER), text) > 1);
  }

  @Test
  void noProblemTellsAPasswordInWhatIsNoYaml() {
    String text =
        "redis: {a: {nodes: [redis://user:pass-word@host\n  ]]\n a: 'redis://u:pass-word@h";
    assertTrue(assertNothingTold(READER.readText("text", text, FOLDER), text) > 0);
  }

  private static int assertNothingTold(LoadedConfig loaded, String text) {
    for (Problem problem : loaded.problems()) {
      assertEquals(-1, problem.toString().indexOf("pass-word"), () -> problem + " of\n" + text);
    }
    return loaded.problems().size();
  }

  private static Mapping root(String name) throws IOException {
    Problems problems = new Problems();
    SourceText source = new SourceText(new Source(0, name), Files.readString(FOLDER.resolve(name)));
    return (Mapping) Objects.requireNonNull(NodeParser.parse(source, problems));
  }

  private static List<Scalar> scalars(Node node) {
    List<Scalar> all = new ArrayList<>();
    switch (node) {
      case Scalar scalar -> all.add(scalar);
      case Sequence sequence -> sequence.items().forEach(item -> all.addAll(scalars(item)));
      case Mapping mapping ->
          mapping.entries().forEach(entry -> all.addAll(scalars(entry.value())));
    }
    return all;
  }

  private static Node with(Node node, Scalar place, String text) {
    IdentityHashMap<Scalar, Boolean> here = new IdentityHashMap<>();
    here.put(place, true);
    return switch (node) {
      case Scalar scalar ->
          here.containsKey(scalar) ? new Scalar(scalar.place(), text, Origin.QUOTED) : scalar;
      case Sequence sequence ->
          new Sequence(
              sequence.place(),
              sequence.items().stream().map(item -> with(item, place, text)).toList());
      case Mapping mapping ->
          new Mapping(
              mapping.place(),
              mapping.entries().stream()
                  .map(e -> new Entry(e.place(), e.key(), with(e.value(), place, text)))
                  .toList());
    };
  }
}
