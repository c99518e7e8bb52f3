package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes nodes as YAML that {@link NodeParser} reads back as equal nodes, but for their places. */
final class YamlText {
  private static final int MOST_CHARS = 128 << 20;

  /** Longest key that YAML lets stand on a line of its own, in characters as written. */
  private static final int LONGEST_KEY = 1_024;

  private static final Pattern BARE_KEY = Pattern.compile("[a-z][a-z0-9]*-[a-z0-9-]+|[a-z]{4,}");

  /** Keys that would not be text without quotes. */
  private static final Set<String> WORDS = Set.of("null", "true", "false");

  private static final Source NOWHERE = new Source(0, "");

  private final Source source;
  private final @Nullable WrittenBefore before;
  private final StringBuilder out = new StringBuilder();
  private final Map<String, Boolean> bareKeys = new HashMap<>();

  /** Line of the next character, counted from 1, and where in the text it starts. */
  private int line = 1;

  private int lineStart;

  /** Characters of this line that are two of the text. */
  private int pairs;

  private boolean readable = true;

  /**
   * A text, and the nodes as {@link NodeParser} would make them of it.
   *
   * @param root null when it would not read the text: what is too deep, or has a key too long
   */
  record Written(String text, @Nullable Mapping root) {}

  /** Ends the writing of what is unreasonably large. */
  private static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLarge() {
      super(null, null, false, false);
    }
  }

  private YamlText(Source source, @Nullable WrittenBefore before) {
    this.source = source;
    this.before = before;
  }

  /** The text, or null when it would be unreasonably large, which aliases can make it. */
  static @Nullable String of(Mapping root) {
    return of(root, null);
  }

  /**
   * The same.
   *
   * @param before some of whose nodes may be among these; null when that is not known
   */
  static @Nullable String of(Mapping root, @Nullable Written before) {
    Written written = written(root, NOWHERE, before);
    return written == null ? null : written.text();
  }

  /**
   * The text with its nodes; null when it would be unreasonably large.
   *
   * @param source that the text will be read from
   * @param before some of whose nodes may be among these; null when that is not known
   */
  static @Nullable Written written(Mapping root, Source source, @Nullable Written before) {
    YamlText yaml = new YamlText(source, WrittenBefore.of(before));
    try {
      Mapping placed = yaml.mapping(root, 0, 0, null);
      String text = yaml.out.append('\n').toString();
      return new Written(text, yaml.readable ? placed : null);
    } catch (TooLarge _) {
      return null;
    }
  }

  /** A text in double quotes, as it can stand in place of any scalar. */
  static String quotedText(String text) {
    YamlText quoted = new YamlText(NOWHERE, null);
    quoted.quoted(text);
    return quoted.out.toString();
  }

  private Node write(Node node, int indent, int depth) {
    if (out.length() > MOST_CHARS) {
      throw new TooLarge();
    }
    readable &= depth <= NodeParser.DEEPEST;
    return switch (node) {
      case Scalar scalar -> scalar(scalar);
      case Mapping mapping -> mapping(mapping, indent, depth, null);
      case Sequence sequence -> sequence(sequence, indent, depth, null);
    };
  }

  private Place here() {
    return new Place(source, line, out.length() - lineStart - pairs + 1);
  }

  /** The settings of a section, of whose objects some may have been written before. */
  private Node section(String key, Node node) {
    if (before == null) {
      return write(node, 2, 1);
    }
    return switch (node) {
      case Scalar scalar -> scalar(scalar);
      case Mapping mapping -> mapping(mapping, 2, 1, before.objects(key));
      case Sequence sequence -> sequence(sequence, 2, 1, before.objects(key));
    };
  }

  private Mapping mapping(
      Mapping mapping, int indent, int depth, WrittenBefore.@Nullable Objects known) {
    Place place = here();
    if (mapping.entries().isEmpty()) {
      out.append("{}");
      return new Mapping(place, List.of());
    }
    List<Entry> entries = new ArrayList<>(mapping.entries().size());
    for (Entry entry : mapping.entries()) {
      if (!entries.isEmpty()) {
        newLine(indent);
      }
      if (known != null && known.has(entry, mapping.entries().size() - entries.size())) {
        entries.add(again(entry, indent));
        continue;
      }
      Place at = here();
      key(entry.key());
      if (isBlock(entry.value())) {
        newLine(indent + 2);
      } else {
        out.append(' ');
      }
      Node value =
          depth == 0
              ? section(entry.key(), entry.value())
              : write(entry.value(), indent + 2, depth + 1);
      entries.add(new Entry(at, entry.key(), value));
    }
    return new Mapping(place, List.copyOf(entries));
  }

  private Sequence sequence(
      Sequence sequence, int indent, int depth, WrittenBefore.@Nullable Objects known) {
    Place place = here();
    if (sequence.items().isEmpty()) {
      out.append("[]");
      return new Sequence(place, List.of());
    }
    List<Node> items = new ArrayList<>(sequence.items().size());
    for (Node item : sequence.items()) {
      if (!items.isEmpty()) {
        newLine(indent);
      }
      if (known != null && known.has(item, sequence.items().size() - items.size())) {
        items.add(again(item, indent));
        continue;
      }
      out.append("- ");
      items.add(write(item, indent + 2, depth + 1));
    }
    return new Sequence(place, List.copyOf(items));
  }

  private Node again(Node item, int indent) {
    return WrittenBefore.moved(item, copied(item.place(), item, indent));
  }

  private Entry again(Entry entry, int indent) {
    return WrittenBefore.moved(entry, copied(entry.place(), entry.value(), indent));
  }

  /** Writes an object with the lines that it had; returns how many lines further down it is. */
  private int copied(Place place, Node end, int indent) {
    if (out.length() > MOST_CHARS) {
      throw new TooLarge();
    }
    int last = WrittenBefore.lastLine(end);
    Objects.requireNonNull(before).copy(place.line(), last, indent, out);
    int moved = line - place.line();
    line += last - place.line();
    return source.equals(NOWHERE) ? 0 : moved; // nobody looks where they stand
  }

  private static boolean isBlock(Node node) {
    return switch (node) {
      case Scalar _ -> false;
      case Mapping mapping -> !mapping.entries().isEmpty();
      case Sequence sequence -> !sequence.items().isEmpty();
    };
  }

  private void newLine(int indent) {
    out.append('\n');
    line++;
    lineStart = out.length();
    pairs = 0;
    out.repeat(' ', indent);
  }

  private void key(String key) {
    int start = out.length();
    if (bareKeys.computeIfAbsent(key, YamlText::isBareKey)) {
      out.append(key);
    } else {
      quoted(key);
    }
    readable &= out.length() - start < LONGEST_KEY;
    out.append(':');
  }

  private static boolean isBareKey(String key) {
    return BARE_KEY.matcher(key).matches() && !WORDS.contains(key);
  }

  private Scalar scalar(Scalar scalar) {
    Place place = here();
    if (scalar.isNull()) {
      out.append("null");
      return new Scalar(place, "null", Origin.PLAIN);
    }
    if (scalar.origin() == Origin.PLAIN && isBare(scalar.text())) {
      out.append(scalar.text());
      return new Scalar(place, scalar.text(), Origin.PLAIN);
    }
    quoted(scalar.text());
    return new Scalar(place, scalar.text(), Origin.QUOTED);
  }

  /** What stands without quotes in every place and reads back as it is. */
  private static boolean isBare(String text) {
    int first = text.startsWith("-") ? 1 : 0;
    if (text.length() == first || !isWordly(text.charAt(first))) {
      return false;
    }
    for (int i = first + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isWordly(c) && c != '.' && c != '+' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isWordly(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  private void quoted(String text) {
    out.append('"');
    if (text.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\')) {
      out.append(text);
    } else {
      text.codePoints().forEach(this::quoted);
    }
    out.append('"');
  }

  private void quoted(int c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\t' -> out.append("\\t");
      default -> {
        boolean plain = (c >= ' ' && c <= '~') || Character.isLetterOrDigit(c);
        if (plain) {
          out.appendCodePoint(c);
          pairs += Character.charCount(c) - 1;
        } else {
          out.append(String.format(c > 0xffff ? "\\U%08x" : "\\u%04x", c));
        }
      }
    }
  }
}
