package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.SourceFiles.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A configuration in which one value is another.
 *
 * @param written the value that is not there any more
 * @param whole all of the configuration
 */
record OneReplaced(Scalar written, Node whole) {
  private static final Path FOLDER = Path.of("src/test/resources");
  private static final List<String> FULL =
      List.of("full", "full-etcd", "full-consul", "full-nacos", "full-http");

  /** The full configurations, once for each value in them, which is replaced there. */
  static Stream<OneReplaced> ofFull(Function<Scalar, Node> instead) {
    return FULL.stream().flatMap(name -> each(read(name + ".yaml"), instead));
  }

  String text() {
    return Objects.requireNonNull(YamlText.of((Mapping) whole));
  }

  /** What reading it gives. */
  LoadedConfig load(ConfigReader reader) {
    return reader.readText("full.yaml", text(), FOLDER);
  }

  private static Node read(String name) {
    try {
      String text = Files.readString(FOLDER.resolve(name));
      SourceText source = new SourceText(new Source(0, name), text);
      return Objects.requireNonNull(NodeParser.parse(source, new Problems()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<OneReplaced> each(Node node, Function<Scalar, Node> instead) {
    return switch (node) {
      case Scalar scalar -> Stream.of(new OneReplaced(scalar, instead.apply(scalar)));
      case Sequence sequence ->
          indexes(sequence.items())
              .flatMap(i -> each(sequence.items().get(i), instead).map(one -> one.in(sequence, i)));
      case Mapping mapping ->
          indexes(mapping.entries())
              .flatMap(
                  i ->
                      each(mapping.entries().get(i).value(), instead)
                          .map(one -> one.in(mapping, i)));
    };
  }

  /** The same inside of a list. */
  private OneReplaced in(Sequence around, int i) {
    return new OneReplaced(written, new Sequence(around.place(), with(around.items(), i, whole)));
  }

  /** The same inside of a mapping. */
  private OneReplaced in(Mapping around, int i) {
    Entry entry = around.entries().get(i);
    Entry changed = new Entry(entry.place(), entry.key(), whole);
    return new OneReplaced(
        written, new Mapping(around.place(), with(around.entries(), i, changed)));
  }

  private static Stream<Integer> indexes(List<?> list) {
    return IntStream.range(0, list.size()).boxed();
  }

  private static <T> List<T> with(List<T> list, int i, T changed) {
    List<T> copy = new ArrayList<>(list);
    copy.set(i, changed);
    return copy;
  }
}
