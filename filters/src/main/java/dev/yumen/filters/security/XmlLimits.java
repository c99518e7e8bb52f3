package dev.yumen.filters.security;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads XML 1.0 byte by byte and counts. A document type is refused, and with it everything that
 * grows or leads elsewhere: declared entities, external ones, parameters. What a document holds
 * otherwise is for its reader to judge; names of end tags are not compared.
 */
final class XmlLimits implements BodyReader {

  /** How much of what. */
  @Describe("What a body in XML may hold. A DOCTYPE and entities of its own are always refused.")
  public record Config(
      @Describe("Elements within each other.") @Default("32") int depth,
      @Describe("Attributes of one element.") @Default("64") int attributes,
      @Describe("Bytes of one name, of an element or an attribute.") @Default("256") int name,
      @Describe("Bytes of one attribute's value.") @Default("8192") int value,
      @Describe("Elements of one document.") @Default("100000") int elements) {

    public Config {
      positive("depth", depth);
      positive("attributes", attributes);
      positive("name", name);
      positive("value", value);
      positive("elements", elements);
    }

    private static void positive(String component, int value) {
      if (value < 1) {
        throw new InvalidValue(component, value, ">= 1");
      }
    }
  }

  private enum State {
    TEXT,
    /** Behind {@code <}. */
    OPENED,
    /** Behind {@code <!}, until it is clear what that is. */
    MARKUP,
    COMMENT,
    CDATA,
    INSTRUCTION,
    START_NAME,
    END_NAME,
    TAG,
    ATTRIBUTE_NAME,
    EQUALS,
    QUOTE,
    VALUE,
    /** Behind the {@code /} of an empty element. */
    EMPTY,
    /** Behind {@code &}. */
    REFERENCE
  }

  private static final String NONE = "what is no XML";
  private static final String COMMENT_START = "--";
  private static final String CDATA_START = "[CDATA[";
  private static final int LONGEST_REFERENCE = 10;
  private static final int LONGEST_DECLARATION = 200;
  private static final Set<String> ENTITIES = Set.of("lt", "gt", "amp", "quot", "apos");
  private static final Pattern CHARACTER = Pattern.compile("#([0-9]+|x[0-9a-fA-F]+)");
  private static final Pattern ENCODING = Pattern.compile("encoding\\s*=\\s*[\"']([^\"']*)[\"']");
  private static final Set<String> READABLE = Set.of("utf-8", "us-ascii", "ascii");

  private final Config limits;
  private final Utf8Reader utf8 = new Utf8Reader();
  private final StringBuilder word = new StringBuilder();
  private State state = State.TEXT;
  private State afterReference = State.TEXT;
  private byte quote;
  private int depth;
  private int elements;
  private int attributes;
  private int length;
  private int marks;

  XmlLimits(Config limits) {
    this.limits = limits;
  }

  @Override
  public @Nullable String read(byte octet) {
    if (!utf8.accepts(octet)) {
      return "what is no UTF-8";
    }
    if (octet >= 0 && octet < ' ' && !isSpace(octet)) {
      return NONE;
    }
    return switch (state) {
      case TEXT -> text(octet);
      case OPENED -> opened(octet);
      case MARKUP -> markup(octet);
      case COMMENT -> comment(octet);
      case CDATA -> cdata(octet);
      case INSTRUCTION -> instruction(octet);
      case START_NAME, ATTRIBUTE_NAME, TAG, EMPTY -> inTag(octet);
      case END_NAME -> endName(octet);
      case EQUALS -> isSpace(octet) ? null : octet == '=' ? to(State.QUOTE) : NONE;
      case QUOTE -> quote(octet);
      case VALUE -> value(octet);
      case REFERENCE -> reference(octet);
    };
  }

  private @Nullable String to(State next) {
    state = next;
    length = 0;
    marks = 0;
    word.setLength(0);
    return null;
  }

  private static boolean isSpace(byte octet) {
    return octet == ' ' || octet == '\t' || octet == '\n' || octet == '\r';
  }

  private static boolean isName(byte octet) {
    return octet < 0
        || Character.isLetterOrDigit(octet)
        || octet == '_'
        || octet == ':'
        || octet == '-'
        || octet == '.';
  }

  private @Nullable String text(byte octet) {
    if (octet == '&') {
      afterReference = State.TEXT;
      return to(State.REFERENCE);
    }
    return octet == '<' ? to(State.OPENED) : null;
  }

  private @Nullable String opened(byte octet) {
    return switch (octet) {
      case '!' -> to(State.MARKUP);
      case '?' -> to(State.INSTRUCTION);
      case '/' -> to(State.END_NAME);
      default -> isName(octet) ? element() : NONE;
    };
  }

  private @Nullable String element() {
    if (++depth > limits.depth) {
      return "more than " + limits.depth + " elements within each other";
    }
    if (++elements > limits.elements) {
      return "more than " + limits.elements + " elements";
    }
    attributes = 0;
    to(State.START_NAME);
    length = 1;
    return null;
  }

  /** A comment or a CDATA section; all else belongs to a document type. */
  private @Nullable String markup(byte octet) {
    word.append((char) octet);
    String begun = word.toString();
    if (begun.equals(COMMENT_START)) {
      return to(State.COMMENT);
    }
    if (begun.equals(CDATA_START)) {
      return depth > 0 ? to(State.CDATA) : NONE;
    }
    boolean maybe = COMMENT_START.startsWith(begun) || CDATA_START.startsWith(begun);
    return maybe ? null : "a document type";
  }

  private @Nullable String comment(byte octet) {
    if (marks == 2) {
      return octet == '>' ? to(State.TEXT) : NONE; // XML 1.0 §2.5: no -- within
    }
    marks = octet == '-' ? marks + 1 : 0;
    return null;
  }

  private @Nullable String cdata(byte octet) {
    if (octet == '>' && marks >= 2) {
      return to(State.TEXT);
    }
    marks = octet == ']' ? marks + 1 : 0;
    return null;
  }

  private @Nullable String instruction(byte octet) {
    if (octet == '>' && marks == 1) {
      String declared = word.toString();
      to(State.TEXT);
      return declares(declared) ? null : "an encoding other than UTF-8";
    }
    marks = octet == '?' ? 1 : 0;
    if (word.length() < LONGEST_DECLARATION) {
      word.append((char) octet);
      return null;
    }
    return isDeclaration(word) ? NONE : null;
  }

  private static boolean isDeclaration(CharSequence instruction) {
    String text = instruction.toString().toLowerCase(Locale.ROOT);
    return text.startsWith("xml") && (text.length() == 3 || isSpace((byte) text.charAt(3)));
  }

  /** Another encoding would let a reader see what was not seen here. */
  private static boolean declares(String instruction) {
    if (!isDeclaration(instruction) || !instruction.contains("encoding")) {
      return true;
    }
    var encoding = ENCODING.matcher(instruction);
    return encoding.find() && READABLE.contains(encoding.group(1).toLowerCase(Locale.ROOT));
  }

  private @Nullable String inTag(byte octet) {
    if (state == State.EMPTY) {
      depth--;
      return octet == '>' ? to(State.TEXT) : NONE;
    }
    if (state != State.TAG && isName(octet)) {
      return ++length > limits.name ? tooLongName() : null;
    }
    if (state == State.ATTRIBUTE_NAME) {
      return octet == '=' ? to(State.QUOTE) : isSpace(octet) ? to(State.EQUALS) : NONE;
    }
    if (isSpace(octet)) {
      return to(State.TAG);
    }
    if (octet == '>') {
      return to(State.TEXT);
    }
    if (octet == '/') {
      return to(State.EMPTY);
    }
    return state == State.TAG && isName(octet) ? attribute() : NONE;
  }

  private String tooLongName() {
    return "a name of more than " + limits.name + " bytes";
  }

  private @Nullable String attribute() {
    if (++attributes > limits.attributes) {
      return "an element of more than " + limits.attributes + " attributes";
    }
    to(State.ATTRIBUTE_NAME);
    length = 1;
    return null;
  }

  private @Nullable String endName(byte octet) {
    if (octet == '>') {
      boolean opened = length > 0 && depth > 0;
      depth--;
      return opened ? to(State.TEXT) : NONE;
    }
    if (!isName(octet) && !(isSpace(octet) && length > 0)) {
      return NONE;
    }
    return ++length > limits.name ? tooLongName() : null;
  }

  private @Nullable String quote(byte octet) {
    if (isSpace(octet)) {
      return null;
    }
    quote = octet;
    return octet == '"' || octet == '\'' ? to(State.VALUE) : NONE;
  }

  private @Nullable String value(byte octet) {
    if (octet == quote) {
      return to(State.TAG);
    }
    if (octet == '<') {
      return NONE;
    }
    if (octet == '&') {
      int before = length;
      afterReference = State.VALUE;
      to(State.REFERENCE);
      length = before;
    }
    return ++length > limits.value ? "a value of more than " + limits.value + " bytes" : null;
  }

  private @Nullable String reference(byte octet) {
    if (octet != ';') {
      word.append((char) octet);
      return word.length() > LONGEST_REFERENCE ? "an entity" : null;
    }
    String name = word.toString();
    boolean known = ENTITIES.contains(name) || CHARACTER.matcher(name).matches();
    int before = length;
    to(afterReference);
    length = before;
    return known ? null : "an entity";
  }

  @Override
  public @Nullable String end() {
    return state == State.TEXT && depth == 0 && elements > 0 ? null : NONE;
  }
}
