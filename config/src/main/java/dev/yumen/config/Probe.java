package dev.yumen.config;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.Choice;
import dev.yumen.config.ValueType.Custom;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import dev.yumen.config.ValueType.Section;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds what else a record's constructor refuses when some of its settings are wrong already, so
 * that all of it is said at once. What is wrong is replaced by its default and by values of its
 * type one after the other; a refusal counts when it is the same with every example, because it
 * does not come from one of them then. What is wrong with the record as a whole is not said.
 */
final class Probe {
  private static final Place NOWHERE = new Place(new Source(0, "example"), 0, 0);

  private final Refusals refusals;
  private final Function<Setting, @Nullable Object> otherwise;

  /**
   * @param otherwise what a setting that is not required is when it is not written
   */
  Probe(Refusals refusals, Function<Setting, @Nullable Object> otherwise) {
    this.refusals = refusals;
    this.otherwise = otherwise;
  }

  /**
   * Reports every further refusal.
   *
   * @param arguments of the constructor; changed
   * @param failed keys of those that are wrong; grows
   */
  void refusals(Fields fields, @Nullable Object[] arguments, Set<String> failed, At at) {
    InvalidValue invalid = refusal(fields.shape(), arguments, failed);
    while (invalid != null && failed.add(invalid.component())) {
      refusals.report(invalid, fields, at);
      invalid = refusal(fields.shape(), arguments, failed);
    }
  }

  /** What the constructor refuses whatever stands in for the failed settings, or null. */
  private @Nullable InvalidValue refusal(
      Shape shape, @Nullable Object[] arguments, Set<String> failed) {
    InvalidValue always = null;
    for (int round = 0; round < rounds(shape, failed); round++) {
      for (String key : failed) {
        int index = shape.indexOf(key);
        arguments[index] = standIn(shape.settings().get(index), round);
      }
      InvalidValue invalid = make(shape, arguments);
      if (invalid != null && failed.contains(invalid.component())) {
        continue; // the stand-in itself does not do
      }
      if (invalid == null || (always != null && !same(always, invalid))) {
        return null;
      }
      always = invalid;
    }
    return always;
  }

  /** How often to try, each time with other stand-ins; 0 when something has none. */
  private int rounds(Shape shape, Set<String> failed) {
    int rounds = 1;
    for (String key : failed) {
      int index = shape.indexOf(key);
      if (index < 0) {
        return 0;
      }
      Setting setting = shape.settings().get(index);
      int others = others(setting.type()).size();
      if (setting.required() && others < 2) {
        return 0; // nobody knows what is meant, and what depends on it
      }
      rounds = Math.max(rounds, setting.required() ? others : others + 1);
    }
    return rounds;
  }

  private @Nullable Object standIn(Setting setting, int round) {
    List<?> others = others(setting.type());
    if (setting.required()) {
      return others.get(round % others.size());
    }
    int other = round % (others.size() + 1);
    return other == 0 ? otherwise.apply(setting) : others.get(other - 1);
  }

  /** Values of a type; none where there is nothing that fits everywhere. */
  private static List<?> others(ValueType type) {
    return switch (type) {
      case Custom custom ->
          Stream.of(custom.info().examples())
              .map(text -> Scalars.read(custom, new Scalar(NOWHERE, text, Origin.QUOTED)))
              .toList();
      case Choice choice -> List.of(choice.type().getEnumConstants());
      case Basic basic when basic == Basic.TEXT -> List.of("example");
      case Basic basic when basic == Basic.URI -> List.of(URI.create("https://example.com"));
      case Basic _, ListOf _, MapOf _, Section _ -> List.of();
    };
  }

  /** What the constructor says about one of its settings; null for everything else. */
  private static @Nullable InvalidValue make(Shape shape, @Nullable Object[] arguments) {
    try {
      shape.constructor().newInstance(arguments);
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause() instanceof InvalidValue invalid && shape.indexOf(invalid.component()) >= 0
          ? invalid
          : null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean same(InvalidValue one, InvalidValue other) {
    return one.component().equals(other.component())
        && one.value().equals(other.value())
        && one.expected().equals(other.expected());
  }
}
