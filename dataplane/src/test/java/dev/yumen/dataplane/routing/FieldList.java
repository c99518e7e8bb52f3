package dev.yumen.dataplane.routing;

import dev.yumen.api.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Header fields in a plain list. */
final class FieldList implements Headers {
  private final List<Map.Entry<String, String>> fields = new ArrayList<>();

  @Override
  public @Nullable String first(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? null : values.getFirst();
  }

  @Override
  public List<String> all(String name) {
    return fields.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  @Override
  public boolean contains(String name) {
    return first(name) != null;
  }

  @Override
  public Headers set(String name, String value) {
    return remove(name).add(name, value);
  }

  @Override
  public Headers add(String name, String value) {
    fields.add(Map.entry(name, value));
    return this;
  }

  @Override
  public Headers remove(String name) {
    fields.removeIf(field -> field.getKey().equalsIgnoreCase(name));
    return this;
  }

  @Override
  public int size() {
    return fields.size();
  }

  @Override
  public void forEach(BiConsumer<String, String> action) {
    fields.forEach(field -> action.accept(field.getKey(), field.getValue()));
  }
}
