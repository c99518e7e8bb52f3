package dev.yumen.config;

import dev.yumen.api.Advised;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.UpstreamName;
import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.SourceFiles.SourceText;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.Choice;
import dev.yumen.config.ValueType.Custom;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import dev.yumen.config.ValueType.Section;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of nodes. Reports everything that does not fit and goes on; a record is made when
 * all of its components could be.
 */
final class Binder {
  /** Stands for a value that could not be made; a problem says why. */
  private enum Failed {
    FAILED
  }

  private final Shapes shapes;
  private final InputFiles files;
  private final IdentityHashMap<Setting, Object> defaults;
  private final Refusals refusals;
  private final Probe probe;
  private final Problems problems;
  private final List<TargetChecks.Named> upstreams = new ArrayList<>();
  private final Remembered.@Nullable Items remembered;

  /**
   * @param files reads those that settings name
   * @param defaults of {@link #defaults}
   */
  Binder(
      Shapes shapes,
      InputFiles files,
      IdentityHashMap<Setting, Object> defaults,
      Problems problems) {
    this(shapes, files, defaults, null, problems);
  }

  /**
   * The same.
   *
   * @param remembered what was made by the read before, and takes what is made by this one
   */
  Binder(
      Shapes shapes,
      InputFiles files,
      IdentityHashMap<Setting, Object> defaults,
      Remembered.@Nullable Items remembered,
      Problems problems) {
    this.remembered = remembered;
    this.shapes = shapes;
    this.files = files;
    this.defaults = defaults;
    this.problems = problems;
    this.refusals = new Refusals(problems);
    this.probe = new Probe(refusals, this::otherwise);
  }

  /** The values of every {@link Setting#defaultText}; fails when one does not fit its setting. */
  static IdentityHashMap<Setting, Object> defaults(Shapes shapes) {
    IdentityHashMap<Setting, Object> defaults = new IdentityHashMap<>();
    Problems problems = new Problems();
    InputFiles files = new InputFiles(new SourceFiles(Path.of(""), problems));
    Binder binder = new Binder(shapes, files, defaults, problems);
    for (Shape shape : shapes.all()) {
      for (Setting setting : shape.settings()) {
        if (setting.defaultText() != null && binder.byDefault(setting) instanceof Failed) {
          throw new IllegalArgumentException(
              shape.type().getName() + ": default of " + setting.key() + problems.sorted());
        }
      }
    }
    return defaults;
  }

  /** The configuration, or null when there is any problem with it. */
  @Nullable GatewayConfig bind(Node root) {
    Object config = section(shapes.top(), root, At.TOP);
    return config instanceof Failed ? null : (GatewayConfig) config;
  }

  /** The names of upstreams that were found among the settings of filters. */
  List<TargetChecks.Named> upstreams() {
    return upstreams;
  }

  /** One setting, or null when there is any problem with it. */
  @Nullable Object part(Setting setting, Node node, At at) {
    Object value = bind(setting, node, at);
    return value instanceof Failed ? null : value;
  }

  /** One value, or null when there is any problem with it. */
  @Nullable Object part(ValueType type, Node node, At at) {
    Object value = bind(type, node, at);
    return value instanceof Failed ? null : value;
  }

  private Object bind(Setting setting, Node node, At at) {
    At here = setting.secret() ? at.hidden() : at;
    if (setting.oneOrMany()
        && setting.type() instanceof ListOf list
        && !(node instanceof Sequence)) {
      Object element = bind(list.element(), node, here);
      return element instanceof Failed ? Failed.FAILED : List.of(element);
    }
    return bind(setting.type(), node, here);
  }

  private Object bind(ValueType type, Node node, At at) {
    if (node instanceof Scalar scalar && scalar.origin() == Origin.UNRESOLVED) {
      return Failed.FAILED;
    }
    return switch (type) {
      case Basic basic when basic == Basic.FILTER -> filter(node, at);
      case Basic basic when basic == Basic.FILE ->
          scalar(node, at, basic.expected(), scalar -> files.read(scalar.text()));
      case Basic basic -> scalar(node, at, basic.expected(), scalar -> Scalars.read(basic, scalar));
      case Choice choice ->
          scalar(node, at, Text.oneOf(choice.names()), scalar -> Scalars.read(choice, scalar));
      case Custom custom -> custom(custom, node, at);
      case ListOf list -> list(list, node, at);
      case MapOf map -> map(map, node, at);
      case Section section -> section(shapes.of(section.type()), node, at);
    };
  }

  private Object custom(Custom type, Node node, At at) {
    Object value = scalar(node, at, type.info().expected(), scalar -> Scalars.read(type, scalar));
    if (value instanceof UpstreamName && node instanceof Scalar name) {
      upstreams.add(new TargetChecks.Named(name, at));
    }
    return value;
  }

  private Object scalar(Node node, At at, String expected, Function<Scalar, Object> read) {
    if (!(node instanceof Scalar scalar) || scalar.isNull()) {
      return wrong(node, at, expected);
    }
    At here = scalar.origin() == Origin.FILE ? at.hidden() : at;
    refusals.noteSecret(scalar, here);
    try {
      return read.apply(scalar);
    } catch (InvalidValue e) {
      refusals.report(e, scalar.place(), here);
      return Failed.FAILED;
    }
  }

  private Object list(ListOf type, Node node, At at) {
    if (!(node instanceof Sequence sequence)) {
      return wrong(node, at, "a list");
    }
    boolean isLong = at.isTop() && sequence.items().size() >= Remembered.FEWEST;
    Remembered.Items items = isLong ? remembered : null;
    List<Object> values = new ArrayList<>(sequence.items().size());
    boolean failed = false;
    for (int i = 0; i < sequence.items().size(); i++) {
      Node item = sequence.items().get(i);
      Object value =
          items != null
              ? remembered(items, type.element(), item, at.item(i))
              : bind(type.element(), item, at.item(i));
      failed |= value instanceof Failed;
      values.add(value);
    }
    return failed ? Failed.FAILED : Collections.unmodifiableList(values);
  }

  /** What was made of the same item before; now made where that is not known. */
  private Object remembered(Remembered.Items items, ValueType type, Node node, At at) {
    Object known = items.get(node);
    if (known != null) {
      return known;
    }
    long before = effects();
    Object value = bind(type, node, at);
    if (!(value instanceof Failed) && effects() == before) {
      items.put(node, value);
    }
    return value;
  }

  /** Grows with whatever binding does beside making a value. */
  private long effects() {
    return (long) problems.count() + upstreams.size() + files.asked() + refusals.noted();
  }

  private Object map(MapOf type, Node node, At at) {
    if (!(node instanceof Mapping mapping)) {
      return wrong(node, at, "a mapping");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    boolean failed = false;
    for (Entry entry : mapping.entries()) {
      Object value = bind(type.value(), entry.value(), at.key(entry.key()));
      failed |= value instanceof Failed;
      values.put(entry.key(), value);
    }
    return failed ? Failed.FAILED : Collections.unmodifiableMap(values);
  }

  private Object filter(Node node, At at) {
    if (node instanceof Scalar scalar && !scalar.isNull()) {
      Mapping none = new Mapping(node.place(), List.of());
      return filter(new Entry(node.place(), scalar.text(), none), at);
    }
    if (!(node instanceof Mapping mapping)) {
      return wrong(node, at, Basic.FILTER.expected());
    }
    if (mapping.entries().size() != 1) {
      String hint =
          mapping.entries().isEmpty() || !Node.absent(mapping.entries().getFirst().value())
              ? ""
              : "; its settings stand two columns further in";
      problems.error(
          node.place(),
          at,
          mapping.entries().size() + " keys (expected: one, the filter's name" + hint + ")");
      return Failed.FAILED;
    }
    return filter(mapping.entries().getFirst(), at);
  }

  private Object filter(Entry entry, At at) {
    String name = entry.key();
    FilterType<?> type = shapes.filters().get(name);
    if (type == null) {
      String hint = Suggestion.hint(name, shapes.filters().keySet());
      problems.error(entry.place(), at, "unknown filter " + Text.quoted(name) + hint);
      return Failed.FAILED;
    }
    Object settings = bind(new Section(type.config()), entry.value(), at.key(name));
    return settings instanceof Failed ? Failed.FAILED : new FilterConfig(type, (Record) settings);
  }

  private Object section(Shape shape, Node node, At at) {
    Fields fields = fields(shape, node, at);
    if (fields == null) {
      return Failed.FAILED;
    }
    List<Setting> settings = shape.settings();
    @Nullable Object[] arguments = new @Nullable Object[settings.size()];
    Set<String> failed = new HashSet<>();
    for (int i = 0; i < arguments.length; i++) {
      Setting setting = settings.get(i);
      Node value = fields.value(i);
      arguments[i] =
          value == null || Node.absent(value)
              ? missing(setting, value, fields, at)
              : bind(setting, value, fields.inShort() ? at : at.key(setting.key()));
      if (arguments[i] instanceof Failed) {
        failed.add(setting.key());
      }
    }
    if (failed.isEmpty() && fields.unknown().isEmpty()) {
      return make(fields, arguments, at);
    }
    probe.refusals(fields, arguments, failed, at);
    return Failed.FAILED;
  }

  /** The node of each setting, by its index; null when the node can not be a section at all. */
  private @Nullable Fields fields(Shape shape, Node node, At at) {
    if (node instanceof Mapping mapping) {
      Fields fields = new Fields(shape, mapping);
      for (Entry unknown : fields.unknown()) {
        problems.error(unknown.place(), at, unknownKey(shape, unknown.key()));
      }
      return fields;
    }
    if (Node.absent(node)) {
      return new Fields(shape, new Mapping(node.place(), List.of()));
    }
    if (shape.shorthand() != null) {
      return new Fields(shape, shape.shorthand(), node);
    }
    wrong(node, at, "a mapping with " + Text.few(shape.keys()));
    return null;
  }

  private static String unknownKey(Shape shape, String key) {
    String replacement = RemovedKeys.replacement(shape.type(), key);
    String hint =
        replacement != null ? " (write " + replacement + ")" : Suggestion.hint(key, shape.keys());
    return "unknown key " + Text.quoted(key) + hint;
  }

  private @Nullable Object missing(Setting setting, @Nullable Node empty, Fields fields, At at) {
    if (!setting.required()) {
      return otherwise(setting);
    }
    if (!fields.misspelt(setting)) {
      Node near = empty == null ? fields.node() : empty;
      problems.error(near.place(), at.key(setting.key()), "missing (required)");
    }
    return Failed.FAILED;
  }

  /** What a setting that is not required is when it is not written. */
  @Nullable Object otherwise(Setting setting) {
    if (setting.defaultText() != null) {
      return byDefault(setting);
    }
    if (setting.nullable()) {
      return null;
    }
    return setting.type() instanceof ListOf ? List.of() : Map.of();
  }

  private Object byDefault(Setting setting) {
    Object known = defaults.get(setting);
    if (known != null) {
      return known;
    }
    String text = Objects.requireNonNull(setting.defaultText());
    SourceText source = new SourceText(new Source(0, "default"), text);
    Node node = NodeParser.parse(source, problems);
    Object value = node == null ? Failed.FAILED : bind(setting, node, At.TOP.key(setting.key()));
    defaults.put(setting, value);
    return value;
  }

  private Object make(Fields fields, @Nullable Object[] arguments, At at) {
    Throwable failure = null;
    Object made = Failed.FAILED;
    try {
      made = fields.shape().constructor().newInstance(arguments);
    } catch (InvocationTargetException e) {
      failure = e.getCause();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    if (made instanceof Advised adviser) {
      Refusals advice = refusals.asAdvice();
      adviser.advice().forEach(advised -> advice.report(advised, fields, at));
    }
    if (failure != null) {
      refusals.report(failure, fields, at);
      if (failure instanceof InvalidValue invalid) {
        probe.refusals(fields, arguments, new HashSet<>(Set.of(invalid.component())), at);
      }
    }
    return made;
  }

  private Object wrong(Node node, At at, String expected) {
    boolean hidden =
        at.secret() || (node instanceof Scalar scalar && scalar.origin() == Origin.FILE);
    String found = hidden && node instanceof Scalar ? Refusals.HIDDEN : node.kind();
    problems.error(node.place(), at, found + " (expected: " + expected + ")");
    return Failed.FAILED;
  }
}
