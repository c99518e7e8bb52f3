package dev.yumen.config;

import dev.yumen.api.FilterType;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.Choice;
import dev.yumen.config.ValueType.Custom;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import dev.yumen.config.ValueType.Section;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The reference in Markdown, generated from the records; the same for the same records. */
public final class ReferencePages {
  private static final String GENERATED =
      "<!-- Generated from the records of the configuration; change those. -->\n\n";

  private final Shapes shapes;
  private final JsonSchema schema;

  /**
   * @param filters the catalogue: every kind of filter by its name
   */
  public ReferencePages(Map<String, FilterType<?>> filters) {
    this.shapes = new Shapes(filters);
    this.schema = new JsonSchema(filters);
  }

  /** Every generated file of the repository: its path from the root, and what must be in it. */
  public Map<String, String> files() {
    return Map.of(
        "docs/reference/configuration.md", configuration(),
        "docs/reference/filters.md", filters(),
        "docs/reference/yumen.schema.json", schema.render());
  }

  /** The page {@code docs/reference/configuration.md}: every section with its settings. */
  public String configuration() {
    Map<Class<?>, String> places = new LinkedHashMap<>();
    collect(shapes.top(), "", places);
    StringBuilder page = new StringBuilder("# Configuration reference\n\n").append(GENERATED);
    page.append(
        """
        How files, includes, overlays and variables come together: [configuration.md](../configuration.md).
        Settings of the filters: [filters.md](filters.md). The same for editors: [yumen.schema.json](yumen.schema.json).

        """);
    values(page);
    places.forEach((type, place) -> section(page, type.asSubclass(Record.class), place));
    return page.toString();
  }

  /** The page {@code docs/reference/filters.md}: every filter with its settings. */
  public String filters() {
    StringBuilder page = new StringBuilder("# Settings of the filters\n\n").append(GENERATED);
    page.append("What each filter does, with examples: [docs/filters](../filters/).\n");
    for (String name : shapes.filters().keySet()) {
      page.append("\n## `").append(name).append("`\n\n").append(filter(name));
    }
    return page.toString();
  }

  /**
   * The settings of one filter as tables, for a page of docs/filters.
   *
   * @throws IllegalArgumentException when there is no such filter
   */
  public String filter(String name) {
    FilterType<?> filter = shapes.filters().get(name);
    if (filter == null) {
      throw new IllegalArgumentException("no filter " + name);
    }
    Map<Class<?>, String> places = new LinkedHashMap<>();
    collect(shapes.of(filter.config()), name, places);
    StringBuilder text = new StringBuilder();
    places.forEach(
        (type, place) -> {
          Shape shape = shapes.of(type.asSubclass(Record.class));
          if (!place.equals(name)) {
            text.append("\n<a id=\"").append(SectionNames.of(type)).append("\"></a>\n\n");
            text.append('`').append(place).append("`: ");
          }
          body(text, shape);
        });
    return text.toString();
  }

  /** Notes where each section is first found, outer ones before the ones in them. */
  private void collect(Shape shape, String place, Map<Class<?>, String> places) {
    if (places.putIfAbsent(shape.type(), place) != null) {
      return;
    }
    for (Setting setting : shape.settings()) {
      String inner = place.isEmpty() ? setting.key() : place + "." + setting.key();
      collect(setting.type(), inner, places);
    }
  }

  private void collect(ValueType type, String place, Map<Class<?>, String> places) {
    switch (type) {
      case Section section -> collect(shapes.of(section.type()), place, places);
      case ListOf list -> collect(list.element(), place + "[]", places);
      case MapOf map -> collect(map.value(), place + ".NAME", places);
      case Basic _, Choice _, Custom _ -> {}
    }
  }

  private void values(StringBuilder page) {
    page.append("## Values\n\n| Type | Written as | Examples |\n|---|---|---|\n");
    row(page, "text", "text; a number or true stands for its text", "");
    row(page, "whole number", "digits, without quotes", "`8`, `-5`");
    row(page, "number", "with or without a fraction, without quotes", "`0.5`, `12`");
    row(page, "true or false", "without quotes", "`true`, `false`");
    row(page, "time span", "numbers with units, from large to small", "`500ms`, `30s`, `2h30m`");
    row(page, "time", "a moment with its zone", "`2026-11-01T00:00:00Z`");
    row(page, "file name", "relative to the folder of the configuration", "`logs/access.log`");
    row(
        page,
        "file",
        "a file name; what is in it belongs to the configuration, at most 1MiB",
        "`certs/site.pem`");
    row(page, "filter", Basic.FILTER.expected(), "`strip-prefix`, `strip-prefix: {…}`");
    for (Custom custom : shapes.customs()) {
      String examples =
          Stream.of(custom.info().examples())
              .map(example -> "`" + example + "`")
              .collect(Collectors.joining(", "));
      row(page, words(custom.type()), custom.info().expected(), examples);
    }
    page.append(
        """

        A setting that is written with nothing after it has its default. "One or a list" takes a single value where
        there is only one. Everywhere a value may be filled in: `${NAME}`, `${NAME:-default}`, `${file:path}`.
        """);
  }

  private void section(StringBuilder page, Class<? extends Record> type, String place) {
    String title = place.isEmpty() ? "Top level" : "`" + place + "`";
    page.append("\n<a id=\"").append(SectionNames.of(type)).append("\"></a>\n\n");
    page.append("## ").append(title).append("\n\n");
    body(page, shapes.of(type));
  }

  private void body(StringBuilder page, Shape shape) {
    if (!shape.description().isEmpty()) {
      page.append(shape.description()).append('\n');
    }
    if (shape.shorthand() != null) {
      String key = shape.shorthand().key();
      page.append("A value that is not a mapping stands for `").append(key).append("`.\n");
    }
    if (shape.settings().isEmpty()) {
      page.append("It has no settings.\n");
      return;
    }
    page.append("\n| Key | Type | Default | Description |\n|---|---|---|---|\n");
    if (shape.type() == GatewayConfig.class) {
      row(page, "`" + Includes.KEY + "`", "one or a list of text", "", Includes.DESCRIPTION);
    }
    for (Setting setting : shape.settings()) {
      String type = setting.oneOrMany() ? "one or a " + type(setting.type()) : type(setting.type());
      row(page, "`" + setting.key() + "`", type, otherwise(setting), setting.description());
    }
  }

  private String type(ValueType type) {
    return switch (type) {
      case Basic basic ->
          switch (basic) {
            case TEXT -> "text";
            case INT, LONG -> "whole number";
            case DECIMAL -> "number";
            case FLAG -> "true or false";
            case DURATION -> "time span";
            case INSTANT -> "time";
            case URI -> "URI";
            case PATH -> "file name";
            case FILE -> "file";
            case PATTERN -> "RE2 expression";
            case FILTER -> "filter";
          };
      case Choice choice ->
          choice.names().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
      case Custom custom -> words(custom.type());
      case ListOf list -> "list of " + type(list.element());
      case MapOf map -> "mapping of names to " + type(map.value());
      case Section section -> section(section.type());
    };
  }

  private String section(Class<? extends Record> type) {
    String name = SectionNames.of(type);
    return "[" + name.replace('-', ' ') + "](#" + name + ")";
  }

  private static String otherwise(Setting setting) {
    if (setting.required()) {
      return "required";
    }
    String text = setting.defaultText();
    if (text != null) {
      return switch (text) {
        case "{}" -> "";
        case "''" -> "empty";
        default -> "`" + text + "`";
      };
    }
    return setting.nullable() ? "none" : "empty";
  }

  private static String words(Class<?> type) {
    return SectionNames.of(type).replace('-', ' ');
  }

  private static void row(StringBuilder page, String... cells) {
    page.append(
        Stream.of(cells)
            .map(ReferencePages::cell)
            .collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
