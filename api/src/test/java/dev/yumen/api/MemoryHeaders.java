package dev.yumen.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Header fields in a list. */
final class MemoryHeaders implements Headers {
  private final List<Response.Field> fields = new ArrayList<>();

  @Override
  public @Nullable String first(String name) {
    return fields.stream()
        .filter(field -> field.name().equalsIgnoreCase(name))
        .map(Response.Field::value)
        .findFirst()
        .orElse(null);
  }

  @Override
  public List<String> all(String name) {
    return fields.stream()
        .filter(field -> field.name().equalsIgnoreCase(name))
        .map(Response.Field::value)
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
    fields.add(new Response.Field(name, value));
    return this;
  }

  @Override
  public Headers remove(String name) {
    fields.removeIf(field -> field.name().equalsIgnoreCase(name));
    return this;
  }

  @Override
  public int size() {
    return fields.size();
  }

  @Override
  public void forEach(BiConsumer<String, String> action) {
    fields.forEach(field -> action.accept(field.name(), field.value()));
  }
}
