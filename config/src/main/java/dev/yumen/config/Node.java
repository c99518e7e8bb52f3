package dev.yumen.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value as it is written, with its place. Lighter than the nodes of the YAML library by more than
 * half; see {@code RATIONALE.md#own-nodes}. A node that several aliases refer to is one object.
 */
sealed interface Node {
  Place place();

  /** What kind of value it is, for messages. */
  String kind();

  /**
   * Text, a number, true or false, or nothing.
   *
   * @param text as written, without quotes and escapes
   */
  record Scalar(Place place, String text, Origin origin) implements Node {
    /** Whether nothing is written: {@code key:} with no value, or {@code null}. */
    boolean isNull() {
      return origin == Origin.PLAIN
          && switch (text) {
            case "", "~", "null", "Null", "NULL" -> true;
            default -> false;
          };
    }

    @Override
    public String kind() {
      return isNull() ? "nothing" : Text.quoted(text);
    }
  }

  /** How a scalar came to its text. */
  enum Origin {
    /** Written without quotes: may be a number, true, false or null. */
    PLAIN,
    /** Written in quotes or as a block: text. */
    QUOTED,
    /** Filled in from a variable: text, a number, true or false, never null. */
    VARIABLE,
    /** Filled in from a file: as from a variable, and never shown. */
    FILE,
    /** Could not be filled in, and a problem says so already. */
    UNRESOLVED
  }

  /** A list. */
  record Sequence(Place place, List<Node> items) implements Node {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** Keys with values, in the order written. */
  record Mapping(Place place, List<Entry> entries) implements Node {
    /** The value of a key, or null when it is not written. */
    @Nullable Node get(String key) {
      for (int i = 0; i < entries.size(); i++) { // asked of every route: without an iterator
        Entry entry = entries.get(i);
        if (entry.key().equals(key)) {
          return entry.value();
        }
      }
      return null;
    }

    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /** One key with its value. */
  record Entry(Place place, String key, Node value) {}

  /** Whether a value is not there or nothing is written. */
  static boolean absent(@Nullable Node node) {
    return node == null || (node instanceof Scalar scalar && scalar.isNull());
  }

  /** The items of a list; a single value is a list of one, an absent value one of none. */
  static List<Node> items(@Nullable Node node) {
    if (node == null || absent(node)) {
      return List.of();
    }
    return node instanceof Sequence sequence ? sequence.items() : List.of(node);
  }
}
