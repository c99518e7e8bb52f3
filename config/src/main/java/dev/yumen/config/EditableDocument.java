package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A document of the configuration, to be looked at and changed object by object: one route, one
 * upstream, one consumer. Values are as written, with their references to variables and files.
 * Immutable; a change gives another document, whose text has no comments any more.
 */
public final class EditableDocument {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9]\\d{0,14})(\\.\\d{1,15})?([eE][+-]?\\d{1,2})?");

  private final Source source;
  private final Mapping root;

  /** What it is as text, once somebody asked; always the same. */
  private volatile YamlText.@Nullable Written written;

  /** The last text of what this was made of; null where there is none yet. */
  private final YamlText.@Nullable Written before;

  private EditableDocument(Source source, Mapping root, YamlText.@Nullable Written before) {
    this.source = source;
    this.root = root;
    this.before = before;
  }

  /** A text that is no document of settings. */
  public static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    Unreadable(List<Problem> problems) {
      super(problems.toString());
      this.problems = List.copyOf(problems);
    }

    /** What is wrong with it, at least one. */
    public List<Problem> problems() {
      return problems;
    }
  }

  /**
   * Reads a document; an empty text is one without settings.
   *
   * @param name how it is called in messages
   * @throws Unreadable when it is no YAML, or no mapping
   */
  public static EditableDocument of(String name, String text) throws Unreadable {
    return new EditableDocument(new Source(Source.BESIDE, name), mapping(name, text, true), null);
  }

  Mapping root() {
    return root;
  }

  /** A document of the same name with other nodes. */
  EditableDocument with(Mapping other) {
    return new EditableDocument(source, other, written == null ? before : written);
  }

  private static Mapping mapping(String name, String text, boolean mayBeEmpty) throws Unreadable {
    Problems problems = new Problems();
    SourceFiles files = new SourceFiles(Path.of(""), problems);
    SourceFiles.SourceText source =
        files.configuration(files.source(name), text.getBytes(StandardCharsets.UTF_8));
    Node node = source == null ? null : NodeParser.parse(source, problems);
    if (node != null && Node.absent(node) && mayBeEmpty) {
      return new Mapping(node.place(), List.of());
    }
    if (node != null && !(node instanceof Mapping)) {
      problems.error(node.place(), At.TOP, node.kind() + " (expected: a mapping of settings)");
    }
    if (problems.hasErrors() || !(node instanceof Mapping mapping)) {
      throw new Unreadable(problems.sorted());
    }
    return mapping;
  }

  /** As YAML. */
  public String text() {
    return written().text();
  }

  /** The same document as its text would be read: its objects stand where the text has them. */
  public EditableDocument asWritten() {
    YamlText.Written written = written();
    if (written.root() == null) {
      return this;
    }
    EditableDocument same = new EditableDocument(source, written.root(), null);
    same.written = written;
    return same;
  }

  /** The name that it was read by, as it stands in messages. */
  public String name() {
    return source.name();
  }

  /** The text with what would be read of it; null in place of the latter when nothing would. */
  YamlText.Written written() {
    YamlText.Written known = written;
    if (known == null) {
      known =
          root.entries().isEmpty()
              ? new YamlText.Written("", null)
              : YamlText.written(root, source, before);
      if (known == null) {
        throw new IllegalStateException("a document that is too large"); // it was read: it is not
      }
      written = known;
    }
    return known;
  }

  /** Whether an object of this name is written here. */
  public boolean has(Section section, String name) {
    return find(section, name) != null;
  }

  /**
   * An object as data for JSON: maps, lists, text, numbers, true and false.
   *
   * @return null when there is none of this name
   */
  public @Nullable Object object(Section section, String name) {
    Node found = find(section, name);
    return found == null ? null : data(found);
  }

  /**
   * An object as YAML.
   *
   * @return null when there is none of this name
   */
  public @Nullable String objectText(Section section, String name) {
    return find(section, name) instanceof Mapping mapping ? YamlText.of(mapping) : null;
  }

  /** Lines of a text, counted from 1, both ends included. */
  public record Lines(int first, int last) {
    public boolean has(int line) {
      return line >= first && line <= last;
    }
  }

  /** The lines that an object was read from; null when there is none of this name. */
  public @Nullable Lines lines(Section section, String name) {
    Node found = find(section, name);
    return found == null ? null : new Lines(found.place().line(), lastLine(found));
  }

  private static int lastLine(Node node) {
    int last = node.place().line();
    List<Node> inside =
        switch (node) {
          case Scalar _ -> List.of();
          case Sequence sequence -> sequence.items();
          case Mapping mapping -> mapping.entries().stream().map(Entry::value).toList();
        };
    for (Node each : inside) {
      last = Math.max(last, lastLine(each));
    }
    return last;
  }

  /** The whole document as data for JSON. */
  public Object data() {
    return data(root);
  }

  private @Nullable Node find(Section section, String name) {
    Node all = root.get(section.key());
    if (section.nameKey() == null) {
      return all instanceof Mapping mapping ? mapping.get(name) : null;
    }
    return Node.items(all).stream()
        .filter(item -> name.equals(nameOf(section, item)))
        .findFirst()
        .orElse(null);
  }

  private static @Nullable String nameOf(Section section, Node item) {
    String key = section.nameKey();
    return key != null && item instanceof Mapping mapping && mapping.get(key) instanceof Scalar name
        ? name.text()
        : null;
  }

  // ---- changes ----

  /**
   * Puts an object in place of the one of this name, or after the others. A list's object that does
   * not say its name is given it.
   *
   * @param text of the object, YAML or JSON
   * @throws Unreadable when that is no mapping, or says another name
   */
  public EditableDocument with(Section section, String name, String text) throws Unreadable {
    return replaced(section, name, named(section, name, mapping("body", text, false)));
  }

  /**
   * Changes an object by a merge patch (RFC 7396): what it names is replaced, mappings are gone
   * into, and {@code null} takes away.
   *
   * @param patch YAML or JSON
   * @return null when there is none of this name
   * @throws Unreadable when the patch is no mapping, or gives another name
   */
  public @Nullable EditableDocument patched(Section section, String name, String patch)
      throws Unreadable {
    Node found = find(section, name);
    if (found == null) {
      return null;
    }
    Mapping change = mapping("body", patch, false);
    Mapping base =
        found instanceof Mapping mapping ? mapping : new Mapping(change.place(), List.of());
    return replaced(section, name, named(section, name, merged(base, change)));
  }

  /** Takes an object away; null when there is none of this name. */
  public @Nullable EditableDocument without(Section section, String name) {
    return has(section, name) ? replaced(section, name, null) : null;
  }

  private static Mapping named(Section section, String name, Mapping object) throws Unreadable {
    String key = section.nameKey();
    if (key == null) {
      return object;
    }
    Node said = object.get(key);
    if (said == null) {
      List<Entry> entries = new ArrayList<>();
      entries.add(new Entry(object.place(), key, new Scalar(object.place(), name, Origin.QUOTED)));
      entries.addAll(object.entries());
      return new Mapping(object.place(), List.copyOf(entries));
    }
    if (!(said instanceof Scalar scalar) || !scalar.text().equals(name)) {
      Problems problems = new Problems();
      problems.error(
          said.place(), At.TOP.key(key), said.kind() + " (expected: " + Text.quoted(name) + ")");
      throw new Unreadable(problems.sorted());
    }
    return object;
  }

  private static Mapping merged(Mapping base, Mapping patch) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    base.entries().forEach(entry -> entries.put(entry.key(), entry));
    for (Entry change : patch.entries()) {
      Entry below = entries.get(change.key());
      if (change.value() instanceof Scalar scalar && scalar.isNull()) {
        entries.remove(change.key());
      } else if (change.value() instanceof Mapping upper) {
        Mapping lower =
            below != null && below.value() instanceof Mapping mapping
                ? mapping
                : new Mapping(upper.place(), List.of());
        entries.put(change.key(), new Entry(change.place(), change.key(), merged(lower, upper)));
      } else {
        entries.put(change.key(), change);
      }
    }
    return new Mapping(base.place(), List.copyOf(entries.values()));
  }

  private EditableDocument replaced(Section section, String name, @Nullable Mapping object) {
    Node before = root.get(section.key());
    Node after =
        section.nameKey() == null
            ? inMapping(before, name, object)
            : inList(section, before, name, object);
    List<Entry> entries = new ArrayList<>();
    boolean there = false;
    for (Entry entry : root.entries()) {
      boolean same = entry.key().equals(section.key());
      there |= same;
      entries.add(same ? new Entry(entry.place(), entry.key(), after) : entry);
    }
    if (!there) {
      entries.add(new Entry(root.place(), section.key(), after));
    }
    return with(new Mapping(root.place(), List.copyOf(entries)));
  }

  private Node inMapping(@Nullable Node before, String name, @Nullable Mapping object) {
    List<Entry> entries = new ArrayList<>();
    boolean there = object == null;
    for (Entry entry : before instanceof Mapping mapping ? mapping.entries() : List.<Entry>of()) {
      if (!entry.key().equals(name)) {
        entries.add(entry);
      } else if (object != null) {
        there = true;
        entries.add(new Entry(entry.place(), name, object));
      }
    }
    if (!there && object != null) {
      entries.add(new Entry(object.place(), name, object));
    }
    return new Mapping(root.place(), List.copyOf(entries));
  }

  private Node inList(
      Section section, @Nullable Node before, String name, @Nullable Mapping object) {
    List<Node> items = new ArrayList<>();
    boolean there = object == null;
    for (Node item : Node.items(before)) {
      if (!name.equals(nameOf(section, item))) {
        items.add(item);
      } else if (object != null) {
        there = true;
        items.add(object);
      }
    }
    if (!there && object != null) {
      items.add(object);
    }
    return new Sequence(root.place(), List.copyOf(items));
  }

  /** Names of the objects of a section that say theirs. */
  public List<String> names(Section section) {
    Node all = root.get(section.key());
    if (section.nameKey() == null) {
      return all instanceof Mapping mapping
          ? mapping.entries().stream().map(Entry::key).toList()
          : List.of();
    }
    List<String> names = new ArrayList<>();
    for (Node item : Node.items(all)) {
      String name = nameOf(section, item);
      if (name != null) {
        names.add(name);
      }
    }
    return names;
  }

  /** Only the objects that fit, and no other setting. */
  public EditableDocument only(BiPredicate<Section, String> fits) {
    List<Entry> entries = new ArrayList<>();
    for (Section section : Section.values()) {
      Node all = root.get(section.key());
      if (section.nameKey() == null && all instanceof Mapping mapping) {
        List<Entry> own =
            mapping.entries().stream().filter(one -> fits.test(section, one.key())).toList();
        entries.add(new Entry(all.place(), section.key(), new Mapping(all.place(), own)));
      } else if (section.nameKey() != null && all != null) {
        List<Node> own = new ArrayList<>();
        for (Node item : Node.items(all)) {
          String name = nameOf(section, item);
          if (name != null && fits.test(section, name)) {
            own.add(item);
          }
        }
        entries.add(new Entry(all.place(), section.key(), new Sequence(all.place(), own)));
      }
    }
    return with(new Mapping(root.place(), List.copyOf(entries)));
  }

  /** The settings of an object as they are written, for what must be known before it is read. */
  @Nullable Node written(Section section, String name) {
    return find(section, name);
  }

  // ---- as data ----

  private static Object data(Node node) {
    return switch (node) {
      case Scalar scalar -> data(scalar);
      case Sequence sequence -> sequence.items().stream().map(EditableDocument::data).toList();
      case Mapping mapping -> {
        Map<String, Object> data = new LinkedHashMap<>();
        mapping.entries().forEach(entry -> data.put(entry.key(), data(entry.value())));
        yield data;
      }
    };
  }

  private static Object data(Scalar scalar) {
    String text = scalar.text();
    if (scalar.origin() != Origin.PLAIN) {
      return text;
    }
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    if (!NUMBER.matcher(text).matches()) {
      return scalar.isNull() ? "" : text;
    }
    return text.matches("-?\\d+") ? (Object) Long.valueOf(text) : (Object) Double.valueOf(text);
  }
}
