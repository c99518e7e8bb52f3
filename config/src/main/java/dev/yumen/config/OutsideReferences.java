package dev.yumen.config;

import dev.yumen.api.FilterType;
import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds what an object takes from outside of the document: variables, files by {@code ${file:…}},
 * and settings that name files. Looks at what is written and reads nothing, so that nobody learns
 * by it which files there are. Any thread.
 */
public final class OutsideReferences {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Z_]|file:)");

  private final Shapes shapes;

  OutsideReferences(Shapes shapes) {
    this.shapes = shapes;
  }

  /**
   * What an object takes from outside.
   *
   * @return paths within the object, such as {@code tls.ca}
   */
  public List<String> in(EditableDocument document, Section section, String name) {
    List<String> found = new ArrayList<>();
    Node node = document.written(section, name);
    if (node != null) {
      Shape top = shapes.of(GatewayConfig.class);
      ValueType all = top.settings().get(top.indexOf(section.key())).type();
      ValueType one =
          switch (all) {
            case ListOf list -> list.element();
            case MapOf map -> map.value();
            default -> throw new IllegalStateException(section + " has no objects");
          };
      find(node, one, At.TOP, found);
    }
    return found;
  }

  /**
   * @param type null where it is not known what stands there
   */
  private void find(Node node, @Nullable ValueType type, At at, List<String> found) {
    switch (node) {
      case Scalar scalar -> {
        if (REFERENCE.matcher(scalar.text()).find() || namesFile(type)) {
          found.add(at.toString());
        }
      }
      case Sequence sequence -> {
        ValueType element = type instanceof ListOf list ? list.element() : type;
        for (int i = 0; i < sequence.items().size(); i++) {
          find(sequence.items().get(i), element, at.item(i), found);
        }
      }
      case Mapping mapping -> {
        for (Entry entry : mapping.entries()) {
          ValueType inner = inner(single(type), entry.key());
          find(entry.value(), inner, at.key(entry.key()), found);
        }
      }
    }
  }

  /** A list with one item may be written without brackets. */
  private static @Nullable ValueType single(@Nullable ValueType type) {
    return type instanceof ListOf list ? list.element() : type;
  }

  /** Also of what is written in short for a section. */
  private boolean namesFile(@Nullable ValueType type) {
    ValueType one = single(type);
    if (one instanceof ValueType.Section section) {
      Setting shorthand = shapes.of(section.type()).shorthand();
      return shorthand != null && namesFile(shorthand.type());
    }
    return one == Basic.PATH || one == Basic.FILE;
  }

  private @Nullable ValueType inner(@Nullable ValueType type, String key) {
    if (type instanceof ValueType.Section section) {
      Shape shape = shapes.of(section.type());
      int index = shape.indexOf(key);
      return index < 0 ? null : shape.settings().get(index).type();
    }
    if (type instanceof MapOf map) {
      return map.value();
    }
    FilterType<?> filter = type == Basic.FILTER ? shapes.filters().get(key) : null;
    return filter == null ? null : new ValueType.Section(filter.config());
  }
}
