package dev.yumen.filters.validate;

import dev.yumen.filters.body.MediaType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads an OpenAPI document, version 3.0 or 3.1, when a configuration is loaded. */
final class OpenApi {
  private static final List<String> METHODS =
      List.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  /** Header fields that are described elsewhere in a document (OpenAPI 3.1 §4.8.12.2). */
  private static final Set<String> NOT_PARAMETERS =
      Set.of("accept", "content-type", "authorization");

  private final Documents documents;
  private final Schemas schemas;
  private final Place root;
  private final Map<Place, Check> checks = new HashMap<>();
  private final Set<String> keysInQueries = new HashSet<>();

  private OpenApi(Documents documents, Place root) {
    this.documents = documents;
    this.root = root;
    String version = documents.find(root).node().path("openapi").asString("");
    if (version.startsWith("3.0.")) {
      schemas = Schemas.ofOpenApi30(documents);
    } else if (version.startsWith("3.1.")) {
      schemas = Schemas.ofOpenApi31(documents);
    } else {
      throw documents.wrong(root.at("openapi"), "\"" + version + "\"", "3.0.x or 3.1.x");
    }
  }

  /**
   * The operations of a document.
   *
   * @param base in front of every path; null for the path of the first of its servers
   */
  static Operations read(Documents documents, Place root, @Nullable String base) {
    OpenApi reader = new OpenApi(documents, root);
    String before = base == null ? reader.server() : base;
    return Operations.of(
        before.endsWith("/") ? before.substring(0, before.length() - 1) : before, reader.paths());
  }

  private String server() {
    Documents.Found server = documents.find(root.at("servers").at(0));
    String url = server.node().path("url").asString("/");
    for (String name : server.node().path("variables").propertyNames()) {
      String value = server.node().path("variables").path(name).path("default").asString("");
      url = url.replace("{" + name + "}", value);
    }
    int authority = url.indexOf("://");
    int path = authority < 0 ? 0 : url.indexOf('/', authority + 3);
    String found = path < 0 ? "" : url.substring(path);
    if (found.indexOf('{') >= 0 || !(found.isEmpty() || found.startsWith("/"))) {
      throw documents.wrong(server.place().at("url"), "\"" + url + "\"", "the setting base");
    }
    return found;
  }

  private List<Operations.Path> paths() {
    JsonNode schemes = documents.find(root.at("components").at("securitySchemes")).node();
    for (JsonNode scheme : schemes) {
      if (scheme.path("in").asString("").equals("query")) {
        keysInQueries.add(scheme.path("name").asString(""));
      }
    }
    Place shared = root.at("components").at("schemas");
    documents.find(shared).node().propertyNames().forEach(name -> schemas.refuse(shared.at(name)));
    Place all = root.at("paths");
    JsonNode paths = documents.find(all).node();
    if (!paths.isObject()) {
      throw documents.wrong(all, "no paths", "an object of paths");
    }
    List<Operations.Path> read = new ArrayList<>();
    for (String path : paths.propertyNames()) {
      if (!path.startsWith("x-")) {
        read.add(path(path, all.at(path)));
      }
    }
    read.sort(Comparator.comparing(Operations.Path::template));
    return read;
  }

  private Operations.Path path(String path, Place at) {
    if (!path.startsWith("/")) {
      throw documents.wrong(at, "\"" + path + "\"", "a path that begins with /");
    }
    PathTemplate template = new PathTemplate(path);
    Documents.Found item = documents.find(at);
    Map<String, Operation> operations = new TreeMap<>();
    for (String method : METHODS) {
      if (item.node().has(method)) {
        operations.put(
            method.toUpperCase(Locale.ROOT), operation(item.place(), method, template.names()));
      }
    }
    return new Operations.Path(template, operations);
  }

  private Operation operation(Place path, String method, List<String> variables) {
    Place at = path.at(method);
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    parameters(path.at("parameters"), parameters);
    parameters(at.at("parameters"), parameters);
    for (Parameter parameter : parameters.values()) {
      if (parameter.in() == Parameter.In.PATH && !variables.contains(parameter.name())) {
        throw documents.wrong(
            at, "the path has no {" + parameter.name() + "}", "a parameter of the path");
      }
    }
    return new Operation(
        List.copyOf(parameters.values()), queryNames(parameters), body(at), responses(at));
  }

  private Set<String> queryNames(Map<String, Parameter> parameters) {
    Set<String> names = new HashSet<>(keysInQueries);
    for (Parameter parameter : parameters.values()) {
      if (parameter.in() == Parameter.In.QUERY) {
        names.add(parameter.name());
        if (parameter.hasMembersOfItsOwn()) {
          names.addAll(parameter.shape().members().keySet());
        }
      }
    }
    return names;
  }

  // ---- parameters ----

  private void parameters(Place list, Map<String, Parameter> into) {
    JsonNode node = documents.find(list).node();
    for (int i = 0; i < node.size(); i++) {
      Parameter parameter = parameter(documents.find(list.at(i)));
      if (parameter != null) {
        into.put(parameter.in() + " " + parameter.name(), parameter);
      }
    }
  }

  private @Nullable Parameter parameter(Documents.Found found) {
    JsonNode node = found.node();
    Parameter.In in = in(found);
    String name = node.path("name").asString("");
    if (name.isEmpty()) {
      throw documents.wrong(found.place(), "no name", "the name of a parameter");
    }
    if (in == Parameter.In.HEADER) {
      name = name.toLowerCase(Locale.ROOT);
      if (NOT_PARAMETERS.contains(name)) {
        return null;
      }
    }
    Place schema = found.place().at("schema");
    boolean json = node.has("content");
    if (json) {
      schema = content(found);
    } else if (!node.has("schema")) {
      throw documents.wrong(found.place(), "no schema", "schema, or content");
    }
    Style style = style(found, in);
    boolean explode = node.path("explode").asBoolean(style == Style.FORM);
    Shape shape = Shape.of(documents, schema);
    if (style == Style.DEEP_OBJECT && !shape.isObject()) {
      throw documents.wrong(found.place().at("style"), "\"deepObject\"", "the style of an object");
    }
    return new Parameter(in, name, need(node, in), style, explode, json, shape, check(schema));
  }

  private Parameter.In in(Documents.Found found) {
    String in = found.node().path("in").asString("");
    return switch (in) {
      case "path" -> Parameter.In.PATH;
      case "query" -> Parameter.In.QUERY;
      case "header" -> Parameter.In.HEADER;
      case "cookie" -> Parameter.In.COOKIE;
      default ->
          throw documents.wrong(
              found.place().at("in"), "\"" + in + "\"", "path, query, header or cookie");
    };
  }

  private static Parameter.Need need(JsonNode node, Parameter.In in) {
    if (node.path("required").asBoolean(false) || in == Parameter.In.PATH) {
      return Parameter.Need.REQUIRED;
    }
    return node.path("allowEmptyValue").asBoolean(false)
        ? Parameter.Need.MAY_BE_EMPTY
        : Parameter.Need.OPTIONAL;
  }

  private Style style(Documents.Found found, Parameter.In in) {
    boolean form = in == Parameter.In.QUERY || in == Parameter.In.COOKIE;
    String style = found.node().path("style").asString(form ? "form" : "simple");
    List<String> known = Style.in(in);
    if (!known.contains(style)) {
      throw documents.wrong(
          found.place().at("style"), "\"" + style + "\"", String.join(" or ", known) + " here");
    }
    return Style.named(style);
  }

  /** The schema of a parameter that is JSON. */
  private Place content(Documents.Found found) {
    Place content = found.place().at("content");
    for (String media : documents.find(content).node().propertyNames()) {
      if (MediaType.of(media).isJson()) {
        return content.at(media).at("schema");
      }
    }
    throw documents.wrong(content, "no JSON", "application/json");
  }

  // ---- bodies ----

  private @Nullable BodyRule body(Place operation) {
    Documents.Found body = documents.find(operation.at("requestBody"));
    if (body.node().isMissingNode()) {
      return null;
    }
    return new BodyRule(
        body.node().path("required").asBoolean(false), kinds(body.place().at("content")));
  }

  private Map<String, BodyRule> responses(Place operation) {
    Place all = operation.at("responses");
    Map<String, BodyRule> rules = new HashMap<>();
    for (String status : documents.find(all).node().propertyNames()) {
      Place content = documents.find(all.at(status)).place().at("content");
      String key = status.equals("default") ? status : status.toUpperCase(Locale.ROOT);
      rules.put(key, new BodyRule(false, kinds(content)));
    }
    return rules;
  }

  private List<BodyRule.Kind> kinds(Place content) {
    List<BodyRule.Kind> kinds = new ArrayList<>();
    for (String media : documents.find(content).node().propertyNames()) {
      MediaType type = MediaType.of(media);
      String range = type.name();
      Place schema = documents.find(content.at(media)).place().at("schema");
      boolean checked =
          (type.isJson() || range.equals("*/*") || range.equals("application/*"))
              && !documents.find(schema).node().isMissingNode();
      kinds.add(new BodyRule.Kind(range, checked ? check(schema) : null));
    }
    kinds.sort(Comparator.comparingInt(BodyRule.Kind::stars));
    return kinds;
  }

  private Check check(Place schema) {
    Check known = checks.get(schema);
    if (known == null) {
      known = schemas.compile(schema);
      checks.put(schema, known);
    }
    return known;
  }
}
