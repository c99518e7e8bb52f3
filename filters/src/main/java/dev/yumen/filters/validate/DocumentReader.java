package dev.yumen.filters.validate;

import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads a file as JSON: one called {@code .json} as it is, any other as YAML. */
final class DocumentReader {
  private static final int MOST_VALUES = 500_000;
  private static final int DEEPEST = 200;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String setting;
  private final InputFile file;
  private int values;

  /**
   * @param setting that names the file, for messages
   */
  DocumentReader(String setting, InputFile file) {
    this.setting = setting;
    this.file = file;
  }

  JsonNode read() {
    return file.name().endsWith(".json") ? json(text()) : yaml(text());
  }

  private String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file.content())).toString();
    } catch (CharacterCodingException _) {
      throw wrong("", "what is no UTF-8");
    }
  }

  private JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      String place = at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr();
      throw wrong(place, e.getOriginalMessage());
    }
  }

  private JsonNode yaml(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file.name())
            .setCodePointLimit(InputFile.MOST_BYTES)
            .build();
    try {
      return node(new Load(settings).loadFromString(text), 0);
    } catch (MarkedYamlEngineException e) {
      String place =
          e.getProblemMark()
              .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
              .orElse("");
      throw wrong(place, e.getProblem());
    } catch (YamlEngineException e) {
      throw wrong("", String.valueOf(e.getMessage()));
    }
  }

  /** Bounded, since an alias in YAML stands for much by little. */
  private JsonNode node(@Nullable Object value, int depth) {
    if (++values > MOST_VALUES || depth > DEEPEST) {
      throw wrong("", "too many values, or too many within each other");
    }
    return switch (value) {
      case null -> NODES.nullNode();
      case Map<?, ?> map -> {
        ObjectNode object = NODES.objectNode();
        map.forEach((name, member) -> object.set(String.valueOf(name), node(member, depth + 1)));
        yield object;
      }
      case List<?> list -> {
        ArrayNode array = NODES.arrayNode();
        list.forEach(element -> array.add(node(element, depth + 1)));
        yield array;
      }
      case Boolean truth -> NODES.booleanNode(truth);
      case Integer number -> NODES.numberNode(number);
      case Long number -> NODES.numberNode(number);
      case BigInteger number -> NODES.numberNode(number);
      case Double number -> NODES.numberNode(number);
      default -> NODES.stringNode(value.toString());
    };
  }

  private InvalidValue wrong(String place, String found) {
    return InvalidValue.found(
        setting, file.name() + place + ": " + found, "a document in YAML or JSON");
  }
}
