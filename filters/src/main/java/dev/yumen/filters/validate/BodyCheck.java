package dev.yumen.filters.validate;

import dev.yumen.api.Flaw;
import dev.yumen.filters.security.JsonLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds a body in JSON against a schema. Strict about what JSON is: a name that stands twice in an
 * object is refused, since the service might read the other value. Any thread.
 */
final class BodyCheck {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonLimits.Config limits;
  private final int flaws;

  /**
   * @param limits what a body may hold, whatever the schema says
   * @param flaws most that are told
   */
  BodyCheck(JsonLimits.Config limits, int flaws) {
    this.limits = limits;
    this.flaws = flaws;
  }

  /** What is wrong with a body; null when that takes more steps than it may. */
  @Nullable List<Flaw> flaws(byte[] body, Check check, Check.Side side, int steps) {
    JsonLimits reader = new JsonLimits(limits);
    for (byte octet : body) {
      if (reader.read(octet) != null) {
        return List.of(new Flaw("body", "", "json"));
      }
    }
    if (reader.end() != null) {
      return List.of(new Flaw("body", "", "json"));
    }
    JsonNode value;
    try {
      value = JSON.readTree(body);
    } catch (JacksonException _) {
      return List.of(new Flaw("body", "", "json"));
    }
    return check.flaws(value, side, "body", "", new Check.Bounds(steps, flaws));
  }
}
