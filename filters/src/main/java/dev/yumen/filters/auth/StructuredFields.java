package dev.yumen.filters.auth;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the structured fields (RFC 9651) that signatures use: dictionaries of byte sequences, and
 * of inner lists of strings with parameters. Stricter than the standard where leniency would let
 * two readers differ: a name twice is an error, and so is a value in a form that a writer would not
 * give it. So what was read is, white space aside, what would be written.
 */
final class StructuredFields {
  private static final int LONGEST = 8_192;

  /** What can not be read. Without a stack trace, as clients make them. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;

    Malformed(String why) {
      super(why, null, false, false);
      this.why = why;
    }

    /** For the log. */
    String why() {
      return why;
    }
  }

  /**
   * The parameters of a string or an inner list.
   *
   * @param values as they are written, strings with their quotes; empty for a bare name
   * @param text as they are written, white space aside
   */
  record Parameters(Map<String, String> values, String text) {
    /** The content of a string, or null when there is none of this name. */
    @Nullable String string(String name) throws Malformed {
      String value = values.get(name);
      if (value == null) {
        return null;
      }
      if (!value.startsWith("\"")) {
        throw new Malformed(name + " is no string");
      }
      return unquoted(value);
    }

    /** A whole number, or null when there is none of this name. */
    @Nullable Long integer(String name) throws Malformed {
      String value = values.get(name);
      if (value == null) {
        return null;
      }
      if (!value.matches("0|[1-9][0-9]{0,14}")) {
        throw new Malformed(name + " is no whole number");
      }
      return Long.valueOf(value);
    }
  }

  /**
   * An inner list of strings.
   *
   * @param items strings without quotes, in order, with their parameters
   * @param text as it is written, white space aside
   */
  record InnerList(Map<String, Parameters> items, Parameters parameters, String text) {}

  private final String text;
  private int at;

  private StructuredFields(String text) throws Malformed {
    if (text.length() > LONGEST) {
      throw new Malformed("more than " + LONGEST + " characters");
    }
    this.text = text;
  }

  /** Reads a dictionary of inner lists, such as {@code Signature-Input}. */
  static Map<String, InnerList> lists(String text) throws Malformed {
    StructuredFields reader = new StructuredFields(text);
    Map<String, InnerList> all = new LinkedHashMap<>();
    reader.spaces();
    while (reader.at < text.length()) {
      String key = reader.key();
      reader.expect('=');
      put(all, key, reader.innerList());
      reader.comma();
    }
    return all;
  }

  /** Reads a dictionary of byte sequences, such as {@code Signature}. */
  static Map<String, byte[]> bytes(String text) throws Malformed {
    StructuredFields reader = new StructuredFields(text);
    Map<String, byte[]> all = new LinkedHashMap<>();
    reader.spaces();
    while (reader.at < text.length()) {
      String key = reader.key();
      reader.expect('=');
      put(all, key, decoded(reader.byteSequence()));
      reader.comma();
    }
    return all;
  }

  private static <T> void put(Map<String, T> all, String key, T value) throws Malformed {
    if (all.put(key, value) != null) {
      throw new Malformed(key + " twice");
    }
  }

  private InnerList innerList() throws Malformed {
    expect('(');
    Map<String, Parameters> items = new LinkedHashMap<>();
    StringBuilder list = new StringBuilder("(");
    spaces();
    while (peek() != ')') {
      String item = string();
      Parameters parameters = parameters();
      put(items, unquoted(item), parameters);
      list.append(list.length() == 1 ? "" : " ").append(item).append(parameters.text);
      if (peek() != ')' && peek() != ' ') {
        throw malformed("a space");
      }
      spaces();
    }
    at++;
    Parameters parameters = parameters();
    return new InnerList(items, parameters, list.append(')').append(parameters.text).toString());
  }

  private Parameters parameters() throws Malformed {
    if (peek() != ';') {
      return new Parameters(Map.of(), "");
    }
    Map<String, String> values = new LinkedHashMap<>();
    StringBuilder all = new StringBuilder();
    while (peek() == ';') {
      at++;
      spaces();
      String key = key();
      String value = "";
      if (peek() == '=') {
        at++;
        value = bareItem();
      }
      put(values, key, value);
      all.append(';').append(key).append(value.isEmpty() ? "" : "=").append(value);
    }
    return new Parameters(values, all.toString());
  }

  private String bareItem() throws Malformed {
    char first = peek();
    if (first == '"') {
      return string();
    }
    if (first == ':') {
      return byteSequence();
    }
    int start = at;
    if (first >= '0' && first <= '9') {
      skip("0123456789");
      String number = text.substring(start, at);
      if (number.length() > 15 || (number.length() > 1 && first == '0') || peek() == '.') {
        throw malformed("a whole number");
      }
      return number;
    }
    if (isLetter(first) || first == '*') {
      while (isTokenCharacter(peek())) {
        at++;
      }
      return text.substring(start, at);
    }
    throw malformed("a value");
  }

  /** With its quotes. */
  private String string() throws Malformed {
    int start = at;
    expect('"');
    while (peek() != '"') {
      char c = peek();
      if (c < ' ' || c > '~') {
        throw malformed("a character of a string");
      }
      at++;
      if (c == '\\') {
        if (peek() != '"' && peek() != '\\') {
          throw malformed("\\\" or \\\\");
        }
        at++;
      }
    }
    at++;
    return text.substring(start, at);
  }

  private static String unquoted(String quoted) {
    String inside = quoted.substring(1, quoted.length() - 1);
    return inside.indexOf('\\') < 0 ? inside : inside.replaceAll("\\\\(.)", "$1");
  }

  /** With its colons. */
  private String byteSequence() throws Malformed {
    int start = at;
    expect(':');
    int end = text.indexOf(':', at);
    if (end < 0) {
      throw malformed("a second :");
    }
    at = end + 1;
    String sequence = text.substring(start, at);
    decoded(sequence);
    return sequence;
  }

  private static byte[] decoded(String sequence) throws Malformed {
    String inside = sequence.substring(1, sequence.length() - 1);
    try {
      byte[] decoded = Base64.getDecoder().decode(inside);
      if (Base64.getEncoder().encodeToString(decoded).equals(inside)) {
        return decoded;
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    throw new Malformed("a byte sequence that is no base64");
  }

  private String key() throws Malformed {
    int start = at;
    char first = peek();
    if ((first < 'a' || first > 'z') && first != '*') {
      throw malformed("a key");
    }
    skip("abcdefghijklmnopqrstuvwxyz0123456789_-.*");
    return text.substring(start, at);
  }

  private void comma() throws Malformed {
    spacesAndTabs();
    if (at == text.length()) {
      return;
    }
    expect(',');
    spacesAndTabs();
    if (at == text.length()) {
      throw malformed("a member");
    }
  }

  private void spaces() {
    skip(" ");
  }

  private void spacesAndTabs() {
    skip(" \t");
  }

  private void skip(String characters) {
    while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void expect(char c) throws Malformed {
    if (peek() != c) {
      throw malformed(String.valueOf(c));
    }
    at++;
  }

  /** The next character; NUL, which no field holds, at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private Malformed malformed(String expected) {
    return new Malformed("at character " + at + " (expected: " + expected + ")");
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isTokenCharacter(char c) {
    return isLetter(c) || (c >= '0' && c <= '9') || (c != 0 && "!#$%&'*+-.^_`|~:/".indexOf(c) >= 0);
  }
}
