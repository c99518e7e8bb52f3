package dev.yumen.config;

import dev.yumen.api.FilterType;
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
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema (2020-12) of a configuration file, generated from the records. Everything that it
 * refuses the reader refuses too; the reader finds more, as what constructors check and what holds
 * between settings is not in a schema.
 */
public final class JsonSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String VARIABLE = "variable";
  private static final String FILTER = "filter";

  private final Shapes shapes;

  /**
   * @param filters the catalogue: every kind of filter by its name
   */
  public JsonSchema(Map<String, FilterType<?>> filters) {
    this(new Shapes(filters));
  }

  JsonSchema(Shapes shapes) {
    this.shapes = shapes;
  }

  /** The schema as text, ending with a line end; the same for the same records. */
  public String render() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
    return JsonMapper.builder().build().writer().with(printer).writeValueAsString(schema()) + "\n";
  }

  ObjectNode schema() {
    ObjectNode schema = JSON.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "Yumen configuration");
    schema.setAll(mapping(shapes.top()));
    ObjectNode include = property(schema).putObject(Includes.KEY);
    include.put("description", Includes.DESCRIPTION);
    ArrayNode forms = include.putArray("oneOf");
    forms.add(typed("string"));
    forms.addObject().put("type", "array").set("items", typed("string"));
    forms.add(typed("null"));
    ObjectNode definitions = schema.putObject("$defs");
    definitions.set(VARIABLE, variable());
    definitions.set(FILTER, filter());
    shapes.customs().forEach(type -> define(definitions, type.type(), custom(type)));
    for (Shape shape : shapes.all()) {
      if (shape.type() != GatewayConfig.class) {
        define(definitions, shape.type(), section(shape));
      }
    }
    return schema;
  }

  private static void define(ObjectNode definitions, Class<?> type, ObjectNode schema) {
    String name = SectionNames.of(type);
    if (definitions.has(name)) {
      throw new IllegalArgumentException("two sections are called " + name);
    }
    definitions.set(name, schema);
  }

  private static ObjectNode property(ObjectNode schema) {
    return (ObjectNode) schema.get("properties");
  }

  private static ObjectNode variable() {
    return typed("string")
        .put("pattern", "\\$\\{")
        .put("description", "A value filled in: ${NAME}, ${NAME:-default} or ${file:path}.");
  }

  private ObjectNode section(Shape shape) {
    Setting shorthand = shape.shorthand();
    if (shorthand == null) {
      return mapping(shape);
    }
    ObjectNode either = JSON.objectNode();
    describe(either, shape.description());
    either.putArray("oneOf").add(mapping(shape)).add(value(shorthand));
    return either;
  }

  private ObjectNode mapping(Shape shape) {
    ObjectNode mapping = typed("object");
    describe(mapping, shape.description());
    ObjectNode properties = mapping.putObject("properties");
    shape.settings().forEach(setting -> properties.set(setting.key(), setting(setting)));
    List<String> required =
        shape.settings().stream().filter(Setting::required).map(Setting::key).toList();
    if (!required.isEmpty()) {
      ArrayNode names = mapping.putArray("required");
      required.forEach(names::add);
    }
    return mapping.put("additionalProperties", false);
  }

  private ObjectNode setting(Setting setting) {
    ObjectNode schema = JSON.objectNode();
    describe(schema, setting.description());
    ObjectNode value = value(setting);
    if (setting.required()) {
      schema.setAll(value);
    } else {
      schema.putArray("anyOf").add(value).add(typed("null"));
    }
    if (setting.defaultText() != null && !setting.defaultText().equals("{}")) {
      schema.set("default", byDefault(setting.defaultText()));
    }
    return setting.secret() ? schema.put("writeOnly", true) : schema;
  }

  private ObjectNode value(Setting setting) {
    if (!setting.oneOrMany() || !(setting.type() instanceof ListOf list)) {
      return value(setting.type());
    }
    ObjectNode either = JSON.objectNode();
    either.putArray("oneOf").add(value(list.element())).add(value(list));
    return either;
  }

  private ObjectNode value(ValueType type) {
    return switch (type) {
      case Basic basic -> basic(basic);
      case Choice choice -> {
        ObjectNode names = JSON.objectNode();
        ArrayNode all = names.putArray("enum");
        choice.names().forEach(all::add);
        yield orVariable(names);
      }
      case Custom custom -> reference(SectionNames.of(custom.type()));
      case ListOf list -> typed("array").set("items", value(list.element()));
      case MapOf map -> typed("object").set("additionalProperties", value(map.value()));
      case Section section -> reference(SectionNames.of(section.type()));
    };
  }

  private static ObjectNode basic(Basic type) {
    return switch (type) {
      case TEXT, URI, PATTERN -> asWritten();
      case PATH, FILE -> asWritten().put("minLength", 1);
      case INT -> orVariable(whole(Integer.MIN_VALUE, Integer.MAX_VALUE));
      case LONG -> orVariable(whole(Long.MIN_VALUE, Long.MAX_VALUE));
      case DECIMAL -> orVariable(typed("number"));
      case FLAG -> orVariable(typed("boolean"));
      case DURATION ->
          orVariable(typed("string").put("pattern", "^(?=.)" + Durations.PATTERN + "$"));
      case INSTANT ->
          orVariable(typed("string").put("pattern", "^[-+0-9]+-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d"));
      case FILTER -> reference(FILTER);
    };
  }

  private static ObjectNode custom(Custom type) {
    ObjectNode schema = asWritten().put("description", type.info().expected());
    ArrayNode examples = schema.putArray("examples");
    for (String example : type.info().examples()) {
      examples.add(example);
    }
    return schema;
  }

  private ObjectNode filter() {
    ObjectNode mapping = typed("object").put("minProperties", 1).put("maxProperties", 1);
    ObjectNode properties = mapping.putObject("properties");
    ObjectNode names = JSON.objectNode();
    ArrayNode bare = names.putArray("enum");
    for (FilterType<?> filter : shapes.filters().values()) {
      Shape shape = shapes.of(filter.config());
      ObjectNode settings = properties.putObject(filter.name());
      describe(settings, shape.description());
      ObjectNode reference = reference(SectionNames.of(filter.config()));
      if (shape.settings().stream().anyMatch(Setting::required)) {
        settings.setAll(reference);
      } else {
        bare.add(filter.name());
        settings.putArray("anyOf").add(reference).add(typed("null"));
      }
    }
    mapping.put("additionalProperties", false);
    ObjectNode either = JSON.objectNode();
    either.put("description", "A filter: its name, or a mapping with its name as the one key.");
    ArrayNode forms = either.putArray("oneOf").add(mapping);
    if (!bare.isEmpty()) {
      forms.add(names);
    }
    return either;
  }

  private static ObjectNode whole(long least, long most) {
    return typed("integer").put("minimum", least).put("maximum", most);
  }

  /** Any scalar stands for its text. */
  private static ObjectNode asWritten() {
    ObjectNode schema = JSON.objectNode();
    schema.putArray("type").add("string").add("number").add("boolean");
    return schema;
  }

  private static ObjectNode orVariable(ObjectNode schema) {
    ObjectNode either = JSON.objectNode();
    either.putArray("anyOf").add(schema).add(reference(VARIABLE));
    return either;
  }

  private static ObjectNode typed(String type) {
    return JSON.objectNode().put("type", type);
  }

  private static ObjectNode reference(String name) {
    return JSON.objectNode().put("$ref", "#/$defs/" + name);
  }

  private static void describe(ObjectNode schema, String description) {
    if (!description.isEmpty()) {
      schema.put("description", description);
    }
  }

  private static JsonNode byDefault(String text) {
    Node node = NodeParser.parse(new SourceText(new Source(0, "default"), text), new Problems());
    return node == null ? JSON.stringNode(text) : json(node);
  }

  /** A value as JSON, by the core schema of YAML 1.2 as far as the reader follows it. */
  static JsonNode json(Node node) {
    return switch (node) {
      case Scalar scalar -> json(scalar);
      case Sequence sequence -> {
        ArrayNode array = JSON.arrayNode();
        sequence.items().forEach(item -> array.add(json(item)));
        yield array;
      }
      case Mapping mapping -> {
        ObjectNode object = JSON.objectNode();
        for (Entry entry : mapping.entries()) {
          object.set(entry.key(), json(entry.value()));
        }
        yield object;
      }
    };
  }

  private static JsonNode json(Scalar scalar) {
    String text = scalar.text();
    if (scalar.isNull()) {
      return JSON.nullNode();
    }
    if (scalar.origin() != Origin.PLAIN) {
      return JSON.stringNode(text);
    }
    if (text.matches("true|True|TRUE|false|False|FALSE")) {
      return JSON.booleanNode(Boolean.parseBoolean(text));
    }
    if (text.matches("-?\\d{1,64}")) {
      return JSON.numberNode(new BigInteger(text));
    }
    if (text.matches("-?\\d{1,64}(\\.\\d{1,64})?([eE][-+]?\\d{1,3})?")) {
      return JSON.numberNode(Double.parseDouble(text));
    }
    return JSON.stringNode(text);
  }
}
