package dev.yumen.control.plan;

import dev.yumen.api.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The header fields of an example of a request. */
final class ExampleHeaders implements Headers {
  private record Field(String name, String value) {}

  private final List<Field> fields = new ArrayList<>();

  @Override
  public @Nullable String first(String name) {
    List<String> all = all(name);
    return all.isEmpty() ? null : all.getFirst();
  }

  @Override
  public List<String> all(String name) {
    return fields.stream()
        .filter(field -> field.name.equalsIgnoreCase(name))
        .map(Field::value)
        .toList();
  }

  @Override
  public boolean contains(String name) {
    return !all(name).isEmpty();
  }

  @Override
  public Headers set(String name, String value) {
    return remove(name).add(name, value);
  }

  @Override
  public Headers add(String name, String value) {
    fields.add(new Field(name, value));
    return this;
  }

  @Override
  public Headers remove(String name) {
    fields.removeIf(field -> field.name.equalsIgnoreCase(name));
    return this;
  }

  @Override
  public int size() {
    return fields.size();
  }

  @Override
  public void forEach(BiConsumer<String, String> action) {
    fields.forEach(field -> action.accept(field.name, field.value));
  }
}
