package dev.yumen.filters.security;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) byte by byte and counts; holds nothing but a level and a count for each
 * container that is open. Strict, so that no reader behind it can see another structure: UTF-8
 * without a byte order mark, no comments, no single quotes, no trailing commas, one value.
 */
public final class JsonLimits implements BodyReader {

  /** How much of what. */
  @Describe("What a body in JSON may hold.")
  public record Config(
      @Describe("Containers within each other.") @Default("32") int depth,
      @Describe("Members of one object.") @Default("1000") int members,
      @Describe("Elements of one array.") @Default("10000") int elements,
      @Describe("Bytes of one string, as it is written.") @Default("65536") int string,
      @Describe("Bytes of one member's name, as it is written.") @Default("256") int name,
      @Describe("Characters of one number: long ones cost readers much.") @Default("64")
          int number) {

    private static final int DEEPEST = 1_000;

    public Config {
      if (depth < 1 || depth > DEEPEST) {
        throw new InvalidValue("depth", depth, "1 to " + DEEPEST);
      }
      positive("members", members);
      positive("elements", elements);
      positive("string", string);
      positive("name", name);
      positive("number", number);
    }

    private static void positive(String component, int value) {
      if (value < 1) {
        throw new InvalidValue(component, value, ">= 1");
      }
    }
  }

  private static final String NONE = "what is no JSON";

  /** What may come next. */
  private enum State {
    VALUE,
    /** A value, or the end of an empty array. */
    FIRST_ELEMENT,
    /** A name, or the end of an empty object. */
    FIRST_NAME,
    NAME,
    COLON,
    /** A comma, or the end of what is open. */
    AFTER_VALUE,
    STRING,
    ESCAPE,
    HEX,
    NUMBER,
    LITERAL,
    /** The one value is complete. */
    END
  }

  private final Config limits;
  private final int[] counts;
  private final boolean[] objects;
  private final Utf8Reader utf8 = new Utf8Reader();
  private final JsonNumber number = new JsonNumber();
  private int depth;
  private State state = State.VALUE;
  private boolean inName;
  private int length;
  private int hexLeft;
  private String literal = "";

  public JsonLimits(Config limits) {
    this.limits = limits;
    this.counts = new int[limits.depth];
    this.objects = new boolean[limits.depth];
  }

  @Override
  public @Nullable String read(byte octet) {
    if (!utf8.accepts(octet)) {
      return "what is no UTF-8";
    }
    return switch (state) {
      case STRING -> inString(octet);
      case ESCAPE -> escape(octet);
      case HEX -> hex(octet);
      case NUMBER -> inNumber(octet);
      case LITERAL -> inLiteral(octet);
      case VALUE, FIRST_ELEMENT, FIRST_NAME, NAME, COLON, AFTER_VALUE, END -> between(octet);
    };
  }

  private @Nullable String between(byte octet) {
    if (octet == ' ' || octet == '\t' || octet == '\n' || octet == '\r') {
      return null;
    }
    return switch (state) {
      case VALUE -> value(octet);
      case FIRST_ELEMENT -> octet == ']' ? close() : element(octet);
      case FIRST_NAME -> octet == '}' ? close() : name(octet);
      case NAME -> name(octet);
      case COLON -> octet == ':' ? to(State.VALUE) : NONE;
      case AFTER_VALUE -> afterValue(octet);
      case STRING, ESCAPE, HEX, NUMBER, LITERAL, END -> NONE;
    };
  }

  private @Nullable String to(State next) {
    state = next;
    return null;
  }

  private @Nullable String value(byte octet) {
    switch (octet) {
      case '{' -> {
        return open(true);
      }
      case '[' -> {
        return open(false);
      }
      case '"' -> {
        inName = false;
        length = 0;
        return to(State.STRING);
      }
      case 't' -> literal = "true";
      case 'f' -> literal = "false";
      case 'n' -> literal = "null";
      default -> {
        length = 1;
        number.begin();
        return number.accepts(octet) ? to(State.NUMBER) : NONE;
      }
    }
    length = 1;
    return to(State.LITERAL);
  }

  private @Nullable String open(boolean object) {
    if (depth == limits.depth) {
      return "more than " + limits.depth + " containers within each other";
    }
    counts[depth] = 0;
    objects[depth++] = object;
    return to(object ? State.FIRST_NAME : State.FIRST_ELEMENT);
  }

  private @Nullable String close() {
    depth--;
    return to(depth == 0 ? State.END : State.AFTER_VALUE);
  }

  private @Nullable String element(byte octet) {
    if (++counts[depth - 1] > limits.elements) {
      return "an array of more than " + limits.elements + " elements";
    }
    return value(octet);
  }

  private @Nullable String name(byte octet) {
    if (octet != '"') {
      return NONE;
    }
    if (++counts[depth - 1] > limits.members) {
      return "an object of more than " + limits.members + " members";
    }
    inName = true;
    length = 0;
    return to(State.STRING);
  }

  private @Nullable String afterValue(byte octet) {
    boolean object = objects[depth - 1];
    if (octet == (object ? '}' : ']')) {
      return close();
    }
    if (octet != ',') {
      return NONE;
    }
    if (object) {
      return to(State.NAME);
    }
    return ++counts[depth - 1] > limits.elements
        ? "an array of more than " + limits.elements + " elements"
        : to(State.VALUE);
  }

  private @Nullable String inString(byte octet) {
    if (octet == '"') {
      return valueEnds(inName);
    }
    if (octet >= 0 && octet < ' ') {
      return NONE;
    }
    if (octet == '\\') {
      state = State.ESCAPE;
    }
    return longer();
  }

  private @Nullable String longer() {
    int most = inName ? limits.name : limits.string;
    return ++length > most
        ? (inName ? "a name" : "a string") + " of more than " + most + " bytes"
        : null;
  }

  private @Nullable String escape(byte octet) {
    if ("\"\\/bfnrtu".indexOf(octet) < 0) {
      return NONE;
    }
    hexLeft = 4;
    state = octet == 'u' ? State.HEX : State.STRING;
    return longer();
  }

  private @Nullable String hex(byte octet) {
    if (Character.digit(octet, 16) < 0) {
      return NONE;
    }
    if (--hexLeft == 0) {
      state = State.STRING;
    }
    return longer();
  }

  private @Nullable String inNumber(byte octet) {
    if (number.accepts(octet)) {
      return ++length > limits.number
          ? "a number of more than " + limits.number + " characters"
          : null;
    }
    if (!number.isComplete()) {
      return NONE;
    }
    valueEnds(false);
    return between(octet);
  }

  private @Nullable String inLiteral(byte octet) {
    if (octet != literal.charAt(length)) {
      return NONE;
    }
    return ++length == literal.length() ? valueEnds(false) : null;
  }

  private @Nullable String valueEnds(boolean name) {
    if (name) {
      return to(State.COLON);
    }
    return to(depth == 0 ? State.END : State.AFTER_VALUE);
  }

  @Override
  public @Nullable String end() {
    boolean number = state == State.NUMBER && depth == 0 && this.number.isComplete();
    return state == State.END || number ? null : NONE;
  }
}
