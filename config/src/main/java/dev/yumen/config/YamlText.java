package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes nodes as YAML that {@link NodeParser} reads back as equal nodes, but for their places. */
final class YamlText {
  private static final int MOST_CHARS = 128 << 20;

  /** What stands without quotes in every place and reads back as it is. */
  private static final Pattern BARE = Pattern.compile("-?[A-Za-z0-9_][A-Za-z0-9_.+-]*");

  private static final Pattern BARE_KEY = Pattern.compile("[a-z][a-z0-9]*-[a-z0-9-]+|[a-z]{4,}");

  /** Keys that would not be text without quotes. */
  private static final Set<String> WORDS = Set.of("null", "true", "false");

  private final StringBuilder out = new StringBuilder();

  private YamlText() {}

  /** The text, or null when it would be unreasonably large, which aliases can make it. */
  static @Nullable String of(Mapping root) {
    YamlText text = new YamlText();
    return text.write(root, 0) ? text.out.append('\n').toString() : null;
  }

  /** A text in double quotes, as it can stand in place of any scalar. */
  static String quotedText(String text) {
    YamlText quoted = new YamlText();
    quoted.quoted(text);
    return quoted.out.toString();
  }

  private boolean write(Node node, int indent) {
    if (out.length() > MOST_CHARS) {
      return false;
    }
    return switch (node) {
      case Scalar scalar -> scalar(scalar);
      case Mapping mapping -> mapping(mapping, indent);
      case Sequence sequence -> sequence(sequence, indent);
    };
  }

  private boolean mapping(Mapping mapping, int indent) {
    if (mapping.entries().isEmpty()) {
      out.append("{}");
      return true;
    }
    boolean first = true;
    for (Entry entry : mapping.entries()) {
      if (!first) {
        newLine(indent);
      }
      first = false;
      key(entry.key());
      if (isBlock(entry.value())) {
        newLine(indent + 2);
      } else {
        out.append(' ');
      }
      if (!write(entry.value(), indent + 2)) {
        return false;
      }
    }
    return true;
  }

  private boolean sequence(Sequence sequence, int indent) {
    if (sequence.items().isEmpty()) {
      out.append("[]");
      return true;
    }
    boolean first = true;
    for (Node item : sequence.items()) {
      if (!first) {
        newLine(indent);
      }
      first = false;
      out.append("- ");
      if (!write(item, indent + 2)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBlock(Node node) {
    return switch (node) {
      case Scalar _ -> false;
      case Mapping mapping -> !mapping.entries().isEmpty();
      case Sequence sequence -> !sequence.items().isEmpty();
    };
  }

  private void newLine(int indent) {
    out.append('\n').append(" ".repeat(indent));
  }

  private void key(String key) {
    if (BARE_KEY.matcher(key).matches() && !WORDS.contains(key)) {
      out.append(key);
    } else {
      quoted(key);
    }
    out.append(':');
  }

  private boolean scalar(Scalar scalar) {
    if (scalar.isNull()) {
      out.append("null");
    } else if (scalar.origin() == Origin.PLAIN && BARE.matcher(scalar.text()).matches()) {
      out.append(scalar.text());
    } else {
      quoted(scalar.text());
    }
    return true;
  }

  private void quoted(String text) {
    out.append('"');
    text.codePoints().forEach(this::quoted);
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
        } else {
          out.append(String.format(c > 0xffff ? "\\U%08x" : "\\u%04x", c));
        }
      }
    }
  }
}
