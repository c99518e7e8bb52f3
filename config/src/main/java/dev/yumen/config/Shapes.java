package dev.yumen.config;

import com.google.re2j.Pattern;
import dev.yumen.api.ConfigType;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.FilterType;
import dev.yumen.api.InputFile;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.Choice;
import dev.yumen.config.ValueType.Custom;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import dev.yumen.config.ValueType.Section;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every record of the configuration, from {@link GatewayConfig} and the settings of the filters
 * downwards. A component of a kind that can not be read is a mistake in the program and refused
 * here, before any file is read.
 */
final class Shapes {
  private static final Map<Class<?>, Basic> BASIC =
      Map.ofEntries(
          Map.entry(String.class, Basic.TEXT),
          Map.entry(int.class, Basic.INT),
          Map.entry(Integer.class, Basic.INT),
          Map.entry(long.class, Basic.LONG),
          Map.entry(Long.class, Basic.LONG),
          Map.entry(double.class, Basic.DECIMAL),
          Map.entry(Double.class, Basic.DECIMAL),
          Map.entry(boolean.class, Basic.FLAG),
          Map.entry(Boolean.class, Basic.FLAG),
          Map.entry(Duration.class, Basic.DURATION),
          Map.entry(Instant.class, Basic.INSTANT),
          Map.entry(URI.class, Basic.URI),
          Map.entry(Path.class, Basic.PATH),
          Map.entry(InputFile.class, Basic.FILE),
          Map.entry(Pattern.class, Basic.PATTERN),
          Map.entry(FilterConfig.class, Basic.FILTER));

  private final Map<Class<?>, Shape> shapes = new LinkedHashMap<>();
  private final Map<Class<?>, Custom> customs = new LinkedHashMap<>();
  private final Map<String, FilterType<?>> filters;

  Shapes(Map<String, FilterType<?>> filters) {
    this.filters = Collections.unmodifiableMap(new TreeMap<>(filters));
    add(GatewayConfig.class);
    for (FilterType<?> filter : this.filters.values()) {
      add(filter.config());
    }
  }

  /** The catalogue of filters, by name in alphabetical order. */
  Map<String, FilterType<?>> filters() {
    return filters;
  }

  Shape top() {
    return of(GatewayConfig.class);
  }

  Shape of(Class<? extends Record> type) {
    Shape shape = shapes.get(type);
    if (shape == null) {
      throw new IllegalArgumentException(type + " is no record of the configuration");
    }
    return shape;
  }

  /** All of them, outer ones before the ones they use. */
  Collection<Shape> all() {
    return Collections.unmodifiableCollection(shapes.values());
  }

  /** Every class that reads itself from text, in the order of first use. */
  Collection<Custom> customs() {
    return Collections.unmodifiableCollection(customs.values());
  }

  private void add(Class<? extends Record> type) {
    if (shapes.containsKey(type)) {
      return;
    }
    List<Setting> settings = Stream.of(type.getRecordComponents()).map(this::setting).toList();
    Shape shape =
        new Shape(type, description(type), settings, shorthand(type, settings), constructor(type));
    shapes.put(type, shape);
    settings.forEach(setting -> addNested(setting.type()));
  }

  private void addNested(ValueType type) {
    switch (type) {
      case Section section -> add(section.type());
      case ListOf list -> addNested(list.element());
      case MapOf map -> addNested(map.value());
      case Custom custom -> customs.putIfAbsent(custom.type(), custom);
      case Basic _, Choice _ -> {}
    }
  }

  private Setting setting(RecordComponent component) {
    Default otherwise = component.getAnnotation(Default.class);
    Describe describe = component.getAnnotation(Describe.class);
    return new Setting(
        SettingName.of(component),
        type(component.getGenericType(), component),
        describe == null ? "" : describe.value(),
        otherwise == null ? null : otherwise.value(),
        component.getAnnotatedType().isAnnotationPresent(Nullable.class),
        component.isAnnotationPresent(OneOrMany.class),
        component.isAnnotationPresent(Secret.class));
  }

  private ValueType type(Type type, RecordComponent component) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return new ListOf(type(arguments[0], component));
      }
      if (generic.getRawType() == Map.class && arguments[0] == String.class) {
        return new MapOf(type(arguments[1], component));
      }
    }
    if (type instanceof Class<?> plain) {
      Basic basic = BASIC.get(plain);
      return basic != null ? basic : ofClass(plain, component);
    }
    throw unreadable(component);
  }

  private static ValueType ofClass(Class<?> type, RecordComponent component) {
    ConfigType info = type.getAnnotation(ConfigType.class);
    if (info != null) {
      return new Custom(type, info, parseMethod(type));
    }
    if (type.isEnum()) {
      @SuppressWarnings("unchecked")
      Class<? extends Enum<?>> choice = (Class<? extends Enum<?>>) type;
      return new Choice(choice);
    }
    if (type.isRecord()) {
      return new Section(type.asSubclass(Record.class));
    }
    throw unreadable(component);
  }

  private static Method parseMethod(Class<?> type) {
    try {
      Method parse = type.getMethod("parse", String.class);
      if (Modifier.isStatic(parse.getModifiers()) && parse.getReturnType() == type) {
        parse.setAccessible(true);
        return parse;
      }
    } catch (NoSuchMethodException _) {
      // Said below, as for a method of another form.
    }
    throw new IllegalArgumentException(type + " has no public static parse(String)");
  }

  private static Constructor<? extends Record> constructor(Class<? extends Record> type) {
    Class<?>[] parameters =
        Stream.of(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<? extends Record> constructor = type.getDeclaredConstructor(parameters);
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Setting shorthand(Class<? extends Record> type, List<Setting> settings) {
    Shorthand shorthand = type.getAnnotation(Shorthand.class);
    if (shorthand == null) {
      return null;
    }
    return settings.stream()
        .filter(setting -> setting.key().equals(shorthand.value()))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(type + " has no setting " + shorthand.value()));
  }

  private static String description(Class<?> type) {
    Describe describe = type.getAnnotation(Describe.class);
    return describe == null ? "" : describe.value();
  }

  private static IllegalArgumentException unreadable(RecordComponent component) {
    return new IllegalArgumentException(
        component.getDeclaringRecord().getName()
            + "."
            + component.getName()
            + ": settings can not be of type "
            + component.getGenericType());
  }
}
