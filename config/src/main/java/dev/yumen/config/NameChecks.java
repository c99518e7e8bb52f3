package dev.yumen.config;

import dev.yumen.api.Invisible;
import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.ValueType.MapOf;
import org.jspecify.annotations.Nullable;

/**
 * That names can stand in lines of a log, in labels and in header fields: those of objects that are
 * keys, as of upstreams, and those of consumers with their groups, tiers and tags. A part of {@link
 * CrossChecks}.
 */
final class NameChecks {
  private static final int LONGEST = 128;
  private static final String OBJECT =
      "letters, digits and . _ : / @ - , at most 128, starting with a letter or digit";
  private static final String PERSON = "at most 128 characters, none of them invisible";

  private final Mapping root;
  private final Problems problems;

  NameChecks(Mapping root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  void check(Shape top) {
    for (Setting setting : top.settings()) {
      if (setting.type() instanceof MapOf && root.get(setting.key()) instanceof Mapping objects) {
        for (Entry entry : objects.entries()) {
          if (!isOfObject(entry.key())) {
            wrong(entry.place(), At.TOP.key(setting.key()), entry.key(), OBJECT);
          }
        }
      }
    }
    int index = 0;
    for (Node consumer : CrossChecks.items(root, "consumers")) {
      consumer(consumer, At.TOP.key("consumers").item(index++));
    }
  }

  private void consumer(Node consumer, At at) {
    person(CrossChecks.scalar(consumer, "name"), at.key("name"));
    person(CrossChecks.scalar(consumer, "tier"), at.key("tier"));
    if (consumer instanceof Mapping mapping) {
      for (Node group : Node.items(mapping.get("groups"))) {
        if (group instanceof Scalar scalar) {
          person(scalar, at.key("groups"));
        }
      }
      if (mapping.get("tags") instanceof Mapping tags) {
        for (Entry tag : tags.entries()) {
          if (!isVisible(tag.key())) {
            wrong(tag.place(), at.key("tags"), tag.key(), PERSON);
          }
        }
      }
    }
  }

  private void person(@Nullable Scalar name, At at) {
    if (name != null && !isVisible(name.text())) {
      wrong(name.place(), at, name.text(), PERSON);
    }
  }

  private void wrong(Place place, At at, String name, String expected) {
    problems.error(place, at, "name " + Text.quoted(name) + " (expected: " + expected + ")");
  }

  /** As ids of routes are, with letters of any script. */
  private static boolean isOfObject(String name) {
    boolean good = !name.isEmpty() && name.length() <= LONGEST;
    for (int i = 0; good && i < name.length(); i += Character.charCount(name.codePointAt(i))) {
      int c = name.codePointAt(i);
      good = Character.isLetterOrDigit(c) || (i > 0 && ("._:/@-".indexOf(c) >= 0 || isMark(c)));
    }
    return good;
  }

  /** An accent or vowel that belongs to the letter before it. */
  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private static boolean isVisible(String name) {
    return name.length() <= LONGEST && name.chars().noneMatch(c -> Invisible.is((char) c));
  }
}
