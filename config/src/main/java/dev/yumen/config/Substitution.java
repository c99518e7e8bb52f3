package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills in {@code ${NAME}}, {@code ${NAME:-default}} and {@code ${file:path}} in values. Works on
 * nodes, after parsing: what a variable or file holds is text and never becomes structure. {@code
 * ${lower-case}} belongs to filters and stays.
 */
final class Substitution {
  private static final int MOST_BYTES = 1 << 20;

  private static final Pattern REFERENCE =
      Pattern.compile(
          "\\$\\$\\{"
              + "|\\$\\{(?<name>[A-Z_][A-Z0-9_]*)(:-(?<default>[^}]{0,4096}))?}"
              + "|\\$\\{file:(?<file>[^}]{1,4096})}");

  private final Map<String, String> variables;
  private final SourceFiles files;
  private final Map<String, FileText> read = new HashMap<>();

  /** What a file holds, or why it can not be used. */
  private record FileText(String text, @Nullable String failure) {}

  /** What became of one scalar: its text, or what is wrong. */
  private record Filled(String text, Origin origin, @Nullable String failure) {}

  Substitution(Map<String, String> variables, SourceFiles files) {
    this.variables = variables;
    this.files = files;
  }

  /** A value with everything in it filled in. */
  Node fill(Node node, At at, Problems problems) {
    Node changed = changed(node, at, problems);
    return changed == null ? node : changed;
  }

  /** The value to stand in place of this one; null when there is nothing to fill in. */
  private @Nullable Node changed(Node node, At at, Problems problems) {
    return switch (node) {
      case Scalar scalar when scalar.text().contains("${") -> fill(scalar, at, problems);
      case Scalar _ -> null;
      case Sequence sequence -> changed(sequence, at, problems);
      case Mapping mapping -> changed(mapping, at, problems);
    };
  }

  private @Nullable Node changed(Sequence sequence, At at, Problems problems) {
    List<Node> items = new ArrayList<>(sequence.items().size());
    boolean any = false;
    for (Node item : sequence.items()) {
      Node changed = refers(item) ? changed(item, at.item(items.size()), problems) : null;
      any |= changed != null;
      items.add(changed == null ? item : changed);
    }
    return any ? new Sequence(sequence.place(), List.copyOf(items)) : null;
  }

  /** Whether there is anything to fill in; most items of long lists have nothing. */
  private static boolean refers(Node node) {
    return switch (node) {
      case Scalar scalar -> scalar.text().contains("${");
      case Sequence sequence -> refers(sequence);
      case Mapping mapping -> refers(mapping);
    };
  }

  private static boolean refers(Sequence sequence) {
    List<Node> items = sequence.items();
    for (int i = 0; i < items.size(); i++) { // asked of all that is written: without an iterator
      if (refers(items.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean refers(Mapping mapping) {
    List<Entry> entries = mapping.entries();
    for (int i = 0; i < entries.size(); i++) {
      if (refers(entries.get(i).value())) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Node changed(Mapping mapping, At at, Problems problems) {
    List<Entry> entries = new ArrayList<>(mapping.entries().size());
    boolean any = false;
    for (Entry entry : mapping.entries()) {
      Node changed = changed(entry.value(), at.key(entry.key()), problems);
      any |= changed != null;
      entries.add(changed == null ? entry : new Entry(entry.place(), entry.key(), changed));
    }
    return any ? new Mapping(mapping.place(), List.copyOf(entries)) : null;
  }

  /** The same for a single value. */
  Scalar fill(Scalar scalar, At at, Problems problems) {
    Filled filled = fill(scalar.text(), scalar.origin());
    if (filled.failure() != null) {
      problems.error(scalar.place(), at, filled.failure());
      return new Scalar(scalar.place(), scalar.text(), Origin.UNRESOLVED);
    }
    return new Scalar(scalar.place(), filled.text(), filled.origin());
  }

  private Filled fill(String text, Origin written) {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder filled = new StringBuilder(text.length());
    Origin origin = written;
    int at = 0;
    while (matcher.find()) {
      filled.append(text, at, matcher.start());
      at = matcher.end();
      Filled piece = piece(matcher);
      if (piece.failure() != null) {
        return piece;
      }
      filled.append(piece.text());
      origin = origin == Origin.FILE ? Origin.FILE : piece.origin();
    }
    return new Filled(filled.append(text, at, text.length()).toString(), origin, null);
  }

  private Filled piece(Matcher matcher) {
    String name = matcher.group("name");
    if (name != null) {
      return variable(name, matcher.group("default"));
    }
    String file = matcher.group("file");
    if (file != null) {
      FileText content = read.computeIfAbsent(file.strip(), this::readFile);
      return new Filled(content.text(), Origin.FILE, content.failure());
    }
    return new Filled("${", Origin.QUOTED, null);
  }

  private Filled variable(String name, @Nullable String otherwise) {
    if (otherwise != null && otherwise.contains("${")) {
      return failed("${" + name + ":-…} (expected: a default without ${)");
    }
    String value = variables.get(name);
    if (value != null && !(value.isEmpty() && otherwise != null)) {
      return new Filled(value, Origin.VARIABLE, null);
    }
    if (otherwise != null) {
      return new Filled(otherwise, Origin.VARIABLE, null);
    }
    return failed(
        "${%s} is not set (expected: a variable, a line in .env, or ${%s:-default})"
            .formatted(name, name));
  }

  private FileText readFile(String name) {
    try {
      byte[] content = files.bytes(files.folder().resolve(name), MOST_BYTES);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      return new FileText(withoutLineEnd(text), null);
    } catch (CharacterCodingException _) {
      return unreadable(name, "it is not UTF-8");
    } catch (IOException e) {
      return unreadable(name, SourceFiles.reason(e));
    } catch (InvalidPathException _) {
      return unreadable(name, "that is no file name");
    }
  }

  private static FileText unreadable(String name, String reason) {
    return new FileText("", "${file:" + name + "} can not be read: " + reason);
  }

  private static String withoutLineEnd(String text) {
    int end = text.length();
    if (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    if (end > 0 && end < text.length() && text.charAt(end - 1) == '\r') {
      end--;
    }
    return text.substring(0, end);
  }

  private static Filled failed(String why) {
    return new Filled("", Origin.UNRESOLVED, why);
  }
}
