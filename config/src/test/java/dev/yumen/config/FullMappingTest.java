package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.api.ConfigType;
import dev.yumen.config.ValueType.MapOf;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Reads {@code full.yaml}, in which every setting stands but those of further sources, and looks
 * for it in the records.
 */
class FullMappingTest {
  private final Shapes shapes = new Shapes(TestFilters.CATALOGUE);
  private final IdentityHashMap<Setting, Object> defaults = Binder.defaults(shapes);
  private final Set<Setting> bound = Collections.newSetFromMap(new IdentityHashMap<>());

  /** A setting that is not in full.yaml, or does not arrive, fails here; so does a new one. */
  @Test
  void everySettingArrivesInItsRecord() throws ReflectiveOperationException {
    LoadedConfig loaded = ConfigFolder.reader().read(Path.of("src/test/resources/full.yaml"));
    visit(ConfigFolder.good(loaded));
    for (String source : List.of("etcd", "consul", "nacos", "http")) {
      String file = "src/test/resources/full-" + source + ".yaml";
      visit(ConfigFolder.good(ConfigFolder.reader().read(Path.of(file))));
    }
    List<String> missing = new ArrayList<>();
    Set<Class<?>> ofFilters = new HashSet<>();
    TestFilters.CATALOGUE.values().forEach(filter -> ofFilters.add(filter.config()));
    for (Shape shape : shapes.all()) {
      for (Setting setting : shape.settings()) {
        if (!bound.contains(setting) && !ofFilters.contains(shape.type())) {
          missing.add(shape.type().getName() + " " + setting.key());
        }
      }
    }
    assertEquals(List.of(), missing, "not in src/test/resources/full.yaml with another value");
  }

  /** Notes every component of a record whose value is not the one it has by default. */
  private void visit(@Nullable Object value) throws ReflectiveOperationException {
    switch (value) {
      case null -> {}
      case List<?> list -> {
        for (Object item : list) {
          visit(item);
        }
      }
      case Map<?, ?> map -> {
        for (Object item : map.values()) {
          visit(item);
        }
      }
      case FilterConfig filter -> visit(filter.settings());
      case Record record -> visitRecord(record);
      default -> {}
    }
  }

  private void visitRecord(Record record) throws ReflectiveOperationException {
    if (record.getClass().isAnnotationPresent(ConfigType.class)) {
      return;
    }
    List<Setting> settings = shapes.of(record.getClass()).settings();
    RecordComponent[] components = record.getClass().getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      components[i].getAccessor().setAccessible(true);
      Object value = components[i].getAccessor().invoke(record);
      if (value != null && !value.equals(byDefault(settings.get(i)))) {
        bound.add(settings.get(i));
      }
      visit(value);
    }
  }

  private Object byDefault(Setting setting) {
    Object otherwise = setting.type() instanceof MapOf ? Map.of() : List.of();
    return defaults.getOrDefault(setting, otherwise);
  }
}
