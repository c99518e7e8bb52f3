package dev.yumen.control.admin;

import dev.yumen.dataplane.ProgramVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The OpenAPI 3.1 document of the admin API, made of its resources. */
final class OpenApi {
  private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");

  private OpenApi() {}

  static Map<String, Object> document(List<Resource> resources) {
    Map<String, Object> paths = new LinkedHashMap<>();
    for (Resource resource : resources) {
      String path = AdminApi.PREFIX + resource.path();
      @SuppressWarnings("unchecked") // put in by the line itself
      Map<String, Object> methods =
          (Map<String, Object>) paths.computeIfAbsent(path, _ -> new LinkedHashMap<>());
      methods.put(resource.method().toLowerCase(Locale.ROOT), operation(resource));
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("openapi", "3.1.0");
    document.put("info", Map.of("title", "Yumen admin API", "version", ProgramVersion.text()));
    document.put(
        "components",
        Map.of(
            "securitySchemes", Map.of("token", Map.of("type", "http", "scheme", "bearer")),
            "schemas", Map.of("Problem", problem())));
    document.put("security", List.of(Map.of("token", List.of()), Map.of()));
    document.put("paths", paths);
    return document;
  }

  private static Map<String, Object> operation(Resource resource) {
    List<Object> parameters = new ArrayList<>();
    Matcher variables = VARIABLE.matcher(resource.path());
    while (variables.find()) {
      parameters.add(variable(variables.group(1), resource.example()));
    }
    resource
        .parameters()
        .forEach((name, sentence) -> parameters.add(parameter(name, "query", sentence)));
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("summary", resource.summary());
    operation.put("x-role", resource.role().name().toLowerCase(Locale.ROOT));
    operation.put("x-workspace", resource.reach().text());
    if (!parameters.isEmpty()) {
      operation.put("parameters", parameters);
    }
    if (resource.example() != null) {
      operation.put("requestBody", body(resource.example()));
    }
    operation.put(
        "responses",
        Map.of(
            "200",
            Map.of("description", "As asked for."),
            "default",
            Map.of(
                "description",
                "Why not.",
                "content",
                Map.of(
                    "application/problem+json",
                    Map.of("schema", Map.of("$ref", "#/components/schemas/Problem"))))));
    return operation;
  }

  private static Map<String, Object> variable(String name, @Nullable Example example) {
    Map<String, Object> variable = parameter(name, "path", "");
    if (example != null && example.variables().containsKey(name)) {
      variable.put("example", example.variables().get(name));
    }
    return variable;
  }

  private static Map<String, Object> body(Example example) {
    boolean json = example.type().endsWith("json");
    Object shown = json ? Answers.json().readTree(example.body()) : example.body();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("schema", Map.of("type", json ? "object" : "string"));
    content.put("example", shown);
    return Map.of("required", true, "content", Map.of(example.type(), content));
  }

  private static Map<String, Object> parameter(String name, String in, String sentence) {
    Map<String, Object> parameter = new LinkedHashMap<>();
    parameter.put("name", name);
    parameter.put("in", in);
    parameter.put("required", in.equals("path"));
    if (!sentence.isEmpty()) {
      parameter.put("description", sentence);
    }
    parameter.put("schema", Map.of("type", "string"));
    return parameter;
  }

  /** RFC 9457. */
  private static Map<String, Object> problem() {
    List<String> codes = new ArrayList<>();
    for (AdminError error : AdminError.values()) {
      codes.add(error.name());
    }
    return Map.of(
        "type",
        "object",
        "required",
        List.of("title", "status", "code", "detail"),
        "properties",
        Map.of(
            "title", Map.of("type", "string"),
            "status", Map.of("type", "integer"),
            "code", Map.of("type", "string", "enum", codes),
            "detail", Map.of("type", "string"),
            "problems", Map.of("type", "array", "items", Map.of("type", "object"))));
  }
}
