package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
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

/** Writes what no setting takes in place of each value of the full configuration. */
class OneProblemTest {
  private static final Path FOLDER = Path.of("src/test/resources");
  private static final ConfigReader READER = ConfigFolder.reader();

  @Test
  void whatIsWrongWithOneSettingIsToldOnce() throws IOException {
    List<String> others = new ArrayList<>();
    for (String name : List.of("full", "full-etcd", "full-consul", "full-nacos", "full-http")) {
      Mapping root = root(name + ".yaml");
      for (Scalar place : scalars(root)) {
        String text = Objects.requireNonNull(YamlText.of((Mapping) with(root, place)));
        List<Problem> problems =
            READER.readText("full.yaml", text, FOLDER).problems().stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .toList();
        if (problems.size() != 1) {
          others.add(place.place() + " " + place.text() + ": " + problems);
        }
      }
    }
    assertEquals("", String.join("\n", others));
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

  private static Node with(Node node, Scalar place) {
    IdentityHashMap<Scalar, Boolean> here = new IdentityHashMap<>();
    here.put(place, true);
    return switch (node) {
      case Scalar scalar ->
          here.containsKey(scalar)
              ? new Sequence(scalar.place(), List.of(new Sequence(scalar.place(), List.of())))
              : scalar;
      case Sequence sequence ->
          new Sequence(
              sequence.place(), sequence.items().stream().map(item -> with(item, place)).toList());
      case Mapping mapping ->
          new Mapping(
              mapping.place(),
              mapping.entries().stream()
                  .map(e -> new Entry(e.place(), e.key(), with(e.value(), place)))
                  .toList());
    };
  }
}
