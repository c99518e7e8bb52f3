package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text that {@link YamlText} wrote, of which another one takes what is in both: the objects of
 * its sections, where the very nodes that came with the text are written again in the same order.
 */
final class WrittenBefore {
  private final String text;
  private final Mapping root;

  /** Where each line begins, the first one at index 0. */
  private final int[] lineStarts;

  private WrittenBefore(String text, Mapping root) {
    this.text = text;
    this.root = root;
    int lines = 1;
    for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      lines++;
    }
    int[] starts = new int[lines];
    for (int line = 1; line < lines; line++) {
      starts[line] = text.indexOf('\n', starts[line - 1]) + 1;
    }
    lineStarts = starts;
  }

  /** Null when nothing can be taken of it. */
  static @Nullable WrittenBefore of(YamlText.@Nullable Written written) {
    return written == null || written.root() == null
        ? null
        : new WrittenBefore(written.text(), written.root());
  }

  /** The objects of a section, to be written again. */
  Objects objects(String section) {
    return new Objects(root.get(section));
  }

  /** The objects of one section in their order. */
  static final class Objects {
    private final List<?> before;
    private int at;

    private Objects(@Nullable Node section) {
      this.before =
          switch (section) {
            case Sequence sequence -> sequence.items();
            case Mapping mapping -> mapping.entries();
            case Scalar _ -> List.of();
            case null -> List.of();
          };
    }

    /**
     * Whether an object is the next one that was written.
     *
     * @param object an item or an entry
     * @param left how many there still are to be written, with this one
     */
    @SuppressWarnings("ReferenceEquality") // equal ones stand at other places
    boolean has(Object object, int left) {
      while (at < before.size()) {
        int leftBefore = before.size() - at;
        if (before.get(at) == object) {
          at++;
          return true;
        }
        if (leftBefore < left) {
          return false; // this one came in between
        }
        at++;
        if (leftBefore == left) {
          return false; // this one came in place of that
        }
      }
      return false;
    }
  }

  /**
   * Writes lines as they were.
   *
   * @param indent characters of the first line that are written already
   */
  void copy(int first, int last, int indent, StringBuilder out) {
    out.append(text, lineStarts[first - 1] + indent, lineStarts[last] - 1);
  }

  /** The last line of what came with a text. */
  static int lastLine(Node node) {
    return switch (node) {
      case Sequence sequence when !sequence.items().isEmpty() ->
          lastLine(sequence.items().getLast());
      case Mapping mapping when !mapping.entries().isEmpty() ->
          lastLine(mapping.entries().getLast().value());
      default -> node.place().line();
    };
  }

  /** The same some lines further down. */
  static Node moved(Node node, int lines) {
    if (lines == 0) {
      return node;
    }
    Place place = moved(node.place(), lines);
    return switch (node) {
      case Scalar scalar -> new Scalar(place, scalar.text(), scalar.origin());
      case Sequence sequence ->
          new Sequence(place, sequence.items().stream().map(item -> moved(item, lines)).toList());
      case Mapping mapping ->
          new Mapping(place, mapping.entries().stream().map(entry -> moved(entry, lines)).toList());
    };
  }

  static Entry moved(Entry entry, int lines) {
    return lines == 0
        ? entry
        : new Entry(moved(entry.place(), lines), entry.key(), moved(entry.value(), lines));
  }

  private static Place moved(Place place, int lines) {
    return new Place(place.source(), place.line() + lines, place.column());
  }
}
