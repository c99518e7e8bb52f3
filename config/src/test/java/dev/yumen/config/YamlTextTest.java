package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.yumen.config.EditableDocument.Unreadable;
import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.SourceFiles.SourceText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The nodes that come with a text are those that a reader of the text makes. */
class YamlTextTest {
  private static final Source SOURCE = new Source(3, "written");
  private static final Place PLACE = new Place(SOURCE, 7, 9);

  @Property(tries = 1_000)
  void nodesOfTheTextAreThoseThatAreRead(@ForAll("mappings") Mapping mapping) {
    check(mapping);
  }

  @Property(tries = 1_000)
  void whatIsTakenOfTheTextBeforeIsAsIfItWereWrittenAnew(
      @ForAll("mappings") Mapping mapping,
      @ForAll("mappings") Mapping other,
      @ForAll Random random) {
    YamlText.Written before = written(mapping);
    Mapping edited = edited(Objects.requireNonNull(before.root()), other, random);

    assertEquals(written(edited), YamlText.written(edited, SOURCE, before));
  }

  /** Objects of sections taken away, and those of another one put before them or in their place. */
  private static Mapping edited(Mapping root, Mapping other, Random random) {
    List<Entry> sections = new ArrayList<>();
    for (Entry section : root.entries()) {
      Node value =
          switch (section.value()) {
            case Sequence sequence ->
                new Sequence(
                    PLACE,
                    edited(
                        sequence.items(),
                        other.entries().stream().map(Entry::value).toList(),
                        random));
            case Mapping mapping ->
                new Mapping(PLACE, edited(mapping.entries(), other.entries(), random));
            case Scalar scalar -> scalar;
          };
      sections.add(new Entry(PLACE, section.key(), value));
    }
    return new Mapping(PLACE, List.copyOf(sections));
  }

  private static <T> List<T> edited(List<T> objects, List<T> others, Random random) {
    List<T> edited = new ArrayList<>();
    for (T object : objects) {
      switch (random.nextInt(5)) {
        case 0 -> {}
        case 1 -> edited.addAll(others);
        case 2 -> {
          edited.addAll(others);
          edited.add(object);
        }
        default -> edited.add(object);
      }
    }
    return List.copyOf(edited);
  }

  @Test
  void allThatCanBeSetIsReadAsWritten() throws Exception {
    for (String name : List.of("full", "full-etcd", "full-consul")) {
      String text = Files.readString(Path.of("src/test/resources/" + name + ".yaml"));
      check(read(text));
    }
  }

  @Test
  void whatNobodyCouldReadHasNoNodes() {
    assertNull(written(nested(NodeParser.DEEPEST + 1)).root());
    assertNull(written(with("k".repeat(1_100), new Scalar(PLACE, "v", Origin.PLAIN))).root());
    assertNotNull(written(nested(NodeParser.DEEPEST)).root());
  }

  @Test
  void anEditedDocumentIsReadAsItsText() throws Unreadable {
    EditableDocument edited =
        EditableDocument.of("store", "routes: [{id: a, respond: {body: \"😀 x\"}}, {id: b}] # c\n")
            .with(Section.ROUTES, "a", "{respond: {status: 201}}");

    assertEquals(parsed(edited.text(), Source.BESIDE, "store"), Sourced.of(edited).root());
    assertEquals(
        new EditableDocument.Lines(2, 4),
        edited.asWritten().lines(Section.ROUTES, "a"),
        edited::text);
  }

  @Test
  void onlyWhatAnEditMovesIsMadeAnew() throws Unreadable {
    EditableDocument document =
        EditableDocument.of("store", "routes: [{id: a, to: x}, {id: b, to: x}, {id: c, to: x}]")
            .asWritten();
    EditableDocument edited = document.with(Section.ROUTES, "b", "{to: y}").asWritten();

    assertSame(document.written(Section.ROUTES, "a"), edited.written(Section.ROUTES, "a"));
    assertSame(document.written(Section.ROUTES, "c"), edited.written(Section.ROUTES, "c"));
    EditableDocument longer = edited.with(Section.ROUTES, "b", "{to: y, host: h}").asWritten();
    assertSame(document.written(Section.ROUTES, "a"), longer.written(Section.ROUTES, "a"));
    assertEquals(new EditableDocument.Lines(7, 8), longer.asWritten().lines(Section.ROUTES, "c"));
  }

  // ---- all of it ----

  private static void check(Mapping mapping) {
    YamlText.Written written = written(mapping);
    assertEquals(parsed(written.text(), SOURCE.order(), SOURCE.name()), written.root());
  }

  private static YamlText.Written written(Mapping mapping) {
    YamlText.Written written = YamlText.written(mapping, SOURCE, null);
    assertNotNull(written);
    return written;
  }

  private static Node parsed(String text, int order, String name) {
    Problems problems = new Problems();
    Node node = NodeParser.parse(new SourceText(new Source(order, name), text), problems);
    assertEquals(List.of(), problems.sorted(), text);
    assertNotNull(node);
    return node;
  }

  private static Mapping read(String text) {
    Node node = parsed(text, 0, "text");
    return (Mapping) node;
  }

  private static Mapping nested(int depth) {
    Mapping inner = new Mapping(PLACE, List.of());
    for (int i = 0; i < depth; i++) {
      inner = with("a", inner);
    }
    return inner;
  }

  private static Mapping with(String key, Node value) {
    return new Mapping(PLACE, List.of(new Entry(PLACE, key, value)));
  }

  @Provide
  Arbitrary<Mapping> mappings() {
    return mapping(nodes());
  }

  private static Arbitrary<Mapping> mapping(Arbitrary<Node> values) {
    Arbitrary<Entry> entry =
        Combinators.combine(texts(), values).as((key, value) -> new Entry(PLACE, key, value));
    return entry
        .list()
        .ofMaxSize(4)
        .uniqueElements(Entry::key)
        .map(entries -> new Mapping(PLACE, List.copyOf(entries)));
  }

  private Arbitrary<Node> nodes() {
    return Arbitraries.lazyOf(
        this::scalars, this::scalars, this::sequences, () -> mappings().map(Node.class::cast));
  }

  private Arbitrary<Node> sequences() {
    return nodes().list().ofMaxSize(3).map(items -> new Sequence(PLACE, List.copyOf(items)));
  }

  private Arbitrary<Node> scalars() {
    return Combinators.combine(texts(), Arbitraries.of(Origin.PLAIN, Origin.QUOTED))
        .as((text, origin) -> new Scalar(PLACE, text, origin));
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "", "~", "null", "true", "yes", "-", "-1", "1.5", "0x10", "a b", "# c", "a: b", "&a",
            "*a", "!x", "- a", "{", "\"", "'", "\\", "\t", "\n", "é", "中文", "𠀀", "𠀀 x", "😀",
            "a😀b", "\u0085", "\u2028", "ﬀ", "..", "---", "a-b", "route", "on"),
        Arbitraries.strings().alpha().numeric().withChars("-._+/:*?{}[],&#| ").ofMaxLength(12),
        Arbitraries.strings().ofMaxLength(6).filter(YamlTextTest::isWhole));
  }

  /** Without half of a pair, which no file can hold. */
  private static boolean isWhole(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
