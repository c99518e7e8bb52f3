package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is written of one section: the node of each of its settings. */
final class Fields {
  private final Shape shape;
  private final Node node;
  private final @Nullable Node[] values;
  private final boolean inShort;
  private final List<Entry> unknown = new ArrayList<>();

  /** A section written as a mapping. */
  Fields(Shape shape, Mapping mapping) {
    this.shape = shape;
    this.node = mapping;
    this.values = new @Nullable Node[shape.settings().size()];
    this.inShort = false;
    for (Entry entry : mapping.entries()) {
      int index = shape.indexOf(entry.key());
      if (index < 0) {
        unknown.add(entry);
      } else {
        values[index] = entry.value();
      }
    }
  }

  /** A section written as the value of one setting alone. */
  Fields(Shape shape, Setting shorthand, Node node) {
    this.shape = shape;
    this.node = node;
    this.values = new @Nullable Node[shape.settings().size()];
    this.inShort = true;
    values[shape.settings().indexOf(shorthand)] = node;
  }

  Shape shape() {
    return shape;
  }

  /** The section as a whole. */
  Node node() {
    return node;
  }

  /** What is written for the setting of this index; null when nothing is. */
  @Nullable Node value(int index) {
    return values[index];
  }

  /** Whether the whole node is the value of the shorthand's setting. */
  boolean inShort() {
    return inShort;
  }

  /** Keys that the section does not have. */
  List<Entry> unknown() {
    return unknown;
  }

  /** Whether one of the unknown keys was meant to be this setting. */
  boolean misspelt(Setting setting) {
    return unknown.stream().anyMatch(entry -> setting.key().equals(shape.meant(entry.key())));
  }
}
