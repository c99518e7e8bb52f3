package dev.yumen.config;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Turns what records and scalars refuse into problems: finds the place of the component that is
 * named, and keeps secrets out of the message.
 */
final class Refusals {
  /** Stands in messages for what must not be shown. */
  static final String HIDDEN = "a value that is not shown";

  private static final Pattern NUMBER = Pattern.compile("-?[0-9.]+(E-?[0-9]+)?");

  private final Problems problems;
  private final Set<String> secrets = new HashSet<>();

  Refusals(Problems problems) {
    this.problems = problems;
  }

  /** Remembers a secret, so that no later message repeats it. */
  void noteSecret(Scalar scalar, At at) {
    if (at.secret() && !scalar.text().isEmpty()) {
      secrets.add(scalar.text());
    }
  }

  /** A scalar that can not be read. */
  void report(InvalidValue invalid, Place place, At at) {
    problems.error(place, at, message(invalid, at));
  }

  /** A record whose constructor failed. */
  void report(Throwable failure, Fields fields, At at) {
    switch (failure) {
      case InvalidValue invalid -> refused(invalid, fields, at);
      case Error error when !(error instanceof StackOverflowError) -> throw error;
      default -> {
        String reason = failure.toString();
        String shown = tellsSecret(reason) ? HIDDEN : reason;
        problems.error(fields.node().place(), at, "settings that can not be used: " + shown);
      }
    }
  }

  private void refused(InvalidValue invalid, Fields fields, At at) {
    String component = invalid.component();
    if (component.isEmpty()) {
      report(invalid, fields.node().place(), at);
      return;
    }
    int index = fields.shape().indexOf(component);
    Node value = index < 0 ? null : fields.value(index);
    At there = fields.inShort() && value != null ? at : at.key(component);
    if (index >= 0 && fields.shape().settings().get(index).secret()) {
      there = there.hidden();
    }
    if (value == null) {
      report(invalid, fields.node().place(), there);
      return;
    }
    if (value instanceof Scalar scalar && NUMBER.matcher(invalid.value()).matches()) {
      String written = Text.oneLine(scalar.text(), 64);
      report(InvalidValue.found("", written, invalid.expected()), value.place(), there);
      return;
    }
    int item = item(invalid, value);
    if (item < 0) {
      report(invalid, value.place(), there);
    } else {
      report(invalid, ((Sequence) value).items().get(item).place(), there.item(item));
    }
  }

  /** The index of the item of a list that is meant, or -1. */
  private static int item(InvalidValue invalid, Node value) {
    List<Node> items = value instanceof Sequence sequence ? sequence.items() : List.of();
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof Scalar scalar
          && invalid.value().equals("\"" + scalar.text() + "\"")) {
        return i;
      }
    }
    return -1;
  }

  private String message(InvalidValue invalid, At at) {
    boolean hidden = at.secret() || tellsSecret(invalid.value());
    String found = hidden ? HIDDEN : shown(invalid.value());
    String expected = invalid.expected();
    return tellsSecret(expected) ? found : found + " (expected: " + expected + ")";
  }

  private static String shown(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? Text.quoted(value.substring(1, value.length() - 1)) : value;
  }

  private boolean tellsSecret(String text) {
    return !problems.full() && secrets.stream().anyMatch(text::contains);
  }
}
