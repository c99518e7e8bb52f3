package dev.yumen.control.admin;

import dev.yumen.api.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What may be written in a configuration: its JSON Schema, and every kind of filter. */
public final class SchemaResources implements Resources {
  private final Supplier<String> rendered;
  private volatile @Nullable Catalogue catalogue;

  /** What is asked for, made once. */
  private record Catalogue(String schema, JsonNode definitions, Map<String, JsonNode> filters) {
    static Catalogue of(String schema) {
      JsonNode definitions = Answers.json().readTree(schema).path("$defs");
      Map<String, JsonNode> filters = new LinkedHashMap<>();
      for (JsonNode form : definitions.at("/filter/oneOf")) {
        form.path("properties").properties().forEach(f -> filters.put(f.getKey(), f.getValue()));
      }
      return new Catalogue(schema, definitions, filters);
    }
  }

  /**
   * @param schema makes that of whole configurations, as JSON; asked with the first request
   */
  public SchemaResources(Supplier<String> schema) {
    this.rendered = schema;
  }

  private Catalogue catalogue() {
    Catalogue known = catalogue;
    if (known == null) {
      known = Catalogue.of(rendered.get());
      catalogue = known;
    }
    return known;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        Resource.view(
            "/schema",
            Reach.SAME,
            "The JSON Schema of configurations.",
            call -> Answers.text("application/schema+json", catalogue().schema())),
        Resource.view("/filters", Reach.SAME, "Every kind of filter.", call -> filters()),
        Resource.view(
            "/filters/{name}", Reach.SAME, "One, with the schema of its settings.", this::filter));
  }

  private Response filters() {
    List<Object> items = new ArrayList<>();
    catalogue().filters().forEach((name, settings) -> items.add(shown(name, settings)));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("total", items.size());
    body.put("items", items);
    return Answers.json(body);
  }

  private Response filter(Call call) throws Refused {
    String name = call.variable("name");
    JsonNode settings = catalogue().filters().get(name);
    if (settings == null) {
      throw LiveResources.missing("filter", name);
    }
    Map<String, Object> body = shown(name, settings);
    body.put("schema", schema(settings));
    return Answers.json(body);
  }

  private static Map<String, Object> shown(String name, JsonNode settings) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", name);
    shown.put("description", settings.path("description").asString(""));
    return shown;
  }

  /** A schema of its own: with the definitions that it leads to, and no others. */
  private Map<String, Object> schema(JsonNode settings) {
    Set<String> needed = new TreeSet<>();
    gather(settings, needed);
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    settings.properties().forEach(each -> own.put(each.getKey(), each.getValue()));
    Map<String, Object> defs = new LinkedHashMap<>();
    needed.forEach(name -> defs.put(name, catalogue().definitions().path(name)));
    own.put("$defs", defs);
    return own;
  }

  private void gather(JsonNode schema, Set<String> needed) {
    String reference = schema.path("$ref").asString("");
    String name = reference.substring(reference.lastIndexOf('/') + 1);
    if (!name.isEmpty() && needed.add(name)) {
      gather(catalogue().definitions().path(name), needed);
    }
    schema.forEach(inside -> gather(inside, needed));
  }
}
