package dev.yumen.filters.validate;

import com.networknt.schema.AbsoluteIri;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.AnnotationKeyword;
import com.networknt.schema.resource.InputStreamSource;
import com.networknt.schema.serialization.JsonMapperFactory;
import dev.yumen.api.InvalidValue;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Makes checks of the schemas in a set of documents, when a configuration is loaded. */
final class Schemas {
  private static final String BASE = "yumen://files/";
  private static final String DRAFT_4 = "http://json-schema.org/draft-04/schema#";
  private static final String DRAFT_7 = "http://json-schema.org/draft-07/schema#";
  private static final String DRAFT_2020_12 = "https://json-schema.org/draft/2020-12/schema";

  private final Documents documents;
  private final SchemaRegistry registry;
  private final Schema meta;

  private Schemas(Documents documents, List<Dialect> dialects, String meta) {
    this.documents = documents;
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .formatAssertionsEnabled(true)
            .regularExpressionFactory(new LinearExpressions())
            .build();
    registry =
        SchemaRegistry.withDialects(
            dialects.stream().map(Schemas::ours).toList(),
            builder ->
                builder
                    .defaultDialectId(dialects.getFirst().getId())
                    .schemaRegistryConfig(config)
                    // Files are given to it as JSON, whatever their names end with.
                    .nodeReader(reader -> reader.yamlMapper(JsonMapperFactory.getInstance()))
                    .schemaLoader(
                        loader ->
                            loader.resourceLoaders(
                                resources -> resources.values(List::clear).add(this::load))));
    this.meta = metaSchema(meta);
  }

  /** Schemas of OpenAPI 3.0, which are much like those of draft 4. */
  static Schemas ofOpenApi30(Documents documents) {
    return new Schemas(documents, List.of(Dialects.getOpenApi30()), DRAFT_4);
  }

  static Schemas ofOpenApi31(Documents documents) {
    return new Schemas(
        documents, List.of(Dialects.getOpenApi31(), Dialects.getDraft202012()), DRAFT_2020_12);
  }

  /** JSON Schema of draft 2020-12, or of draft 7 where {@code $schema} says so. */
  static Schemas ofJsonSchema(Documents documents, JsonNode document) {
    String named = document.path("$schema").asString("");
    boolean seven = named.startsWith("http://json-schema.org/draft-07/schema");
    return new Schemas(
        documents,
        List.of(Dialects.getDraft202012(), Dialects.getDraft7()),
        seven ? DRAFT_7 : DRAFT_2020_12);
  }

  private static Schema metaSchema(String id) {
    SpecificationVersion version =
        switch (id) {
          case DRAFT_4 -> SpecificationVersion.DRAFT_4;
          case DRAFT_7 -> SpecificationVersion.DRAFT_7;
          default -> SpecificationVersion.DRAFT_2020_12;
        };
    return SchemaRegistry.withDefaultDialect(version).getSchema(SchemaLocation.of(id));
  }

  /** With formats in linear time, and silent about keywords it does not know. */
  private static Dialect ours(Dialect dialect) {
    return Dialect.builder(dialect)
        .formats(
            formats -> {
              formats.clear();
              Formats.ALL.forEach(format -> formats.put(format.getName(), format));
            })
        .unknownKeywordFactory((keyword, context) -> new AnnotationKeyword(keyword))
        .build();
  }

  private @Nullable InputStreamSource load(AbsoluteIri iri) {
    String name = iri.toString();
    JsonNode document =
        name.startsWith(BASE) ? documents.document(name.substring(BASE.length())) : null;
    if (document == null) {
      return null;
    }
    byte[] text = document.toString().getBytes(StandardCharsets.UTF_8);
    return () -> new ByteArrayInputStream(text);
  }

  /**
   * The check by the schema that stands there.
   *
   * @throws InvalidValue naming file and place, when it is none
   */
  Check compile(Place place) {
    refuse(place);
    try {
      Schema schema =
          registry.getSchema(SchemaLocation.of(BASE + place.file() + "#" + fragment(place)));
      schema.initializeValidators();
      return new Check(schema);
    } catch (SchemaException | InvalidValue e) {
      throw documents.wrong(place, String.valueOf(e.getMessage()), "a schema");
    }
  }

  /** The pointer as a URI has it (RFC 6901 §6). */
  private static String fragment(Place place) {
    return URLEncoder.encode(place.pointer(), StandardCharsets.UTF_8)
        .replace("%2F", "/")
        .replace("%7E", "~")
        .replace("+", "%20");
  }

  /**
   * Passes a schema that keeps to the schema of schemas.
   *
   * @throws InvalidValue naming file and place of what does not
   */
  void refuse(Place place) {
    JsonNode node = documents.find(place).node();
    if (!node.isObject() && !node.isBoolean()) {
      throw documents.wrong(place, "what is no schema", "a schema");
    }
    for (com.networknt.schema.Error error : meta.validate(documents.look(place))) {
      Place at = new Place(place.file(), place.pointer() + error.getInstanceLocation());
      throw documents.wrong(at, error.getMessage(), "a schema");
    }
  }
}
