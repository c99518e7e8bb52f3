package dev.yumen.filters.validate;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.ValidationLimitExceededException;
import dev.yumen.api.Flaw;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A compiled schema. Any thread. */
final class Check {
  private static final int LONGEST_POINTER = 200;

  /** Rules whose place is that of the object, and whose property is told apart. */
  private static final Set<String> OF_A_MEMBER =
      Set.of("required", "additionalProperties", "unevaluatedProperties", "dependentRequired");

  private final Schema schema;

  /** Who sees a value: fields that are for readers alone are not required of a writer. */
  enum Side {
    REQUEST,
    RESPONSE
  }

  /**
   * How far a check goes.
   *
   * @param steps a schema can make a little value cost much, as by references back to itself below
   *     {@code oneOf}
   * @param flaws most that are told
   */
  record Bounds(int steps, int flaws) {}

  Check(Schema schema) {
    this.schema = schema;
  }

  /**
   * What is wrong with a value; null when it took more steps than it may.
   *
   * @param in the part of the message that it stands in
   * @param prefix its place there, a JSON Pointer
   */
  @Nullable List<Flaw> flaws(JsonNode value, Side side, String in, String prefix, Bounds bounds) {
    Set<Flaw> flaws = new LinkedHashSet<>();
    try {
      for (com.networknt.schema.Error error : schema.validate(value, by(side, bounds.steps))) {
        if (!isForReaders(error)) {
          flaws.add(new Flaw(in, pointer(prefix, error), error.getKeyword()));
        }
        if (flaws.size() == bounds.flaws) {
          break;
        }
      }
    } catch (ValidationLimitExceededException _) {
      return null;
    }
    return List.copyOf(flaws);
  }

  private static Consumer<ExecutionContext> by(Side side, int steps) {
    return context ->
        context.executionConfig(
            config ->
                config
                    .readOnly(side == Side.REQUEST)
                    .writeOnly(side == Side.RESPONSE)
                    .maxEvaluationSteps(steps));
  }

  /** A field that only answers should have does no harm in a request (OpenAPI 3.1 §4.8.24). */
  private static boolean isForReaders(com.networknt.schema.Error error) {
    return "readOnly".equals(error.getKeyword()) || "writeOnly".equals(error.getKeyword());
  }

  private static String pointer(String prefix, com.networknt.schema.Error error) {
    String pointer = prefix + error.getInstanceLocation();
    String member = error.getProperty();
    if (member != null && OF_A_MEMBER.contains(error.getKeyword())) {
      pointer += "/" + Place.escaped(member);
    }
    return pointer.length() <= LONGEST_POINTER
        ? pointer
        : pointer.substring(0, LONGEST_POINTER) + "…";
  }
}
