package dev.yumen.config;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.UrlPasswords;
import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.Problem.Severity;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.Choice;
import dev.yumen.config.ValueType.Custom;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import dev.yumen.config.ValueType.Section;
import java.util.HashSet;
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
  private final Severity severity;
  private final Set<String> secrets;
  private int noted;

  Refusals(Problems problems) {
    this(problems, Severity.ERROR, new HashSet<>());
  }

  private Refusals(Problems problems, Severity severity, Set<String> secrets) {
    this.problems = problems;
    this.severity = severity;
    this.secrets = secrets;
  }

  /** The same for what is only advised: its problems are warnings. */
  Refusals asAdvice() {
    return new Refusals(problems, Severity.WARNING, secrets);
  }

  /** Remembers a secret, so that no later message repeats it. */
  void noteSecret(Scalar scalar, At at) {
    if (at.secret() && !scalar.text().isEmpty()) {
      secrets.add(scalar.text());
      noted++;
    }
  }

  /** How many secrets are remembered, a repeated one each time. */
  int noted() {
    return noted;
  }

  /** A scalar that can not be read. */
  void report(InvalidValue invalid, Place place, At at) {
    if (severity == Severity.ERROR) {
      problems.error(place, at, message(invalid, at));
    } else {
      problems.warning(place, at, message(invalid, at));
    }
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
      String written = Text.oneLine(UrlPasswords.hiddenIn(scalar.text()), 64);
      report(InvalidValue.found("", written, invalid.expected()), value.place(), there);
      return;
    }
    refused(invalid, fields.shape().settings().get(index).type(), value, there);
  }

  /** A value, or what is meant within it: an item of a list, an entry of a mapping. */
  private void refused(InvalidValue invalid, ValueType type, Node value, At at) {
    switch (value) {
      case Sequence list -> {
        for (int i = 0; i < list.items().size(); i++) {
          if (isMeant(invalid, type, list.items().get(i))) {
            report(
                asWritten(list.items().get(i), invalid), list.items().get(i).place(), at.item(i));
            return;
          }
        }
      }
      case Mapping mapping when type instanceof MapOf -> {
        for (Entry entry : mapping.entries()) {
          if (isMeant(invalid, type, entry.value())) {
            At there = at.key(entry.key());
            report(asWritten(entry.value(), invalid), entry.value().place(), there);
            return;
          }
        }
      }
      case Mapping _ -> {}
      case Scalar _ -> {
        if (isMeant(invalid, type, value)) {
          report(asWritten(value, invalid), value.place(), at);
          return;
        }
      }
    }
    report(invalid, value.place(), at);
  }

  /** Whether a scalar is what is refused, though perhaps written in another form. */
  private static boolean isMeant(InvalidValue invalid, ValueType type, Node node) {
    if (!(node instanceof Scalar scalar)) {
      return false;
    }
    String refused = invalid.value();
    return refused.equals(quoted(UrlPasswords.hiddenIn(scalar.text())))
        || (scalarType(type) instanceof Custom custom
            && refused.equals(quoted(UrlPasswords.hiddenIn(canonical(custom, scalar)))));
  }

  private static ValueType scalarType(ValueType type) {
    return switch (type) {
      case ListOf list -> scalarType(list.element());
      case MapOf map -> scalarType(map.value());
      case Basic _, Choice _, Custom _, Section _ -> type;
    };
  }

  private static String canonical(Custom type, Scalar scalar) {
    try {
      return String.valueOf(Scalars.read(type, scalar));
    } catch (InvalidValue _) {
      return scalar.text();
    }
  }

  private static InvalidValue asWritten(Node node, InvalidValue invalid) {
    String text = UrlPasswords.hiddenIn(((Scalar) node).text());
    return InvalidValue.found("", quoted(text), invalid.expected());
  }

  private static String quoted(String text) {
    return '"' + text + '"';
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
