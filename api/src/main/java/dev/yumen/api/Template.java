package dev.yumen.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Text with variables of the exchange, compiled when the configuration is loaded.
 *
 * <p>A variable is written as its name in braces after a dollar sign: {@code path} (the path
 * without its leading slash), {@code path.NAME}, {@code query} (with its question mark, empty
 * without one), {@code query.NAME}, {@code header.NAME}, {@code cookie.NAME}, {@code method},
 * {@code scheme}, {@code host} (without port), {@code authority} (with port), {@code client},
 * {@code consumer}, {@code route}, {@code id} and {@code trace-id}. One that has no value renders
 * as nothing. A doubled dollar sign before the brace stands for the characters themselves.
 *
 * <p>Whoever compiles a template says where its result goes, and values are encoded for that place,
 * so what a client sends can not leave it: no line end in a header, no slash in a path segment, no
 * quote in JSON. Immutable; renders on the exchange's thread.
 */
public final class Template {

  /** Where the rendered text goes, which decides how values are encoded. */
  public enum Into {
    /** Plain text; values as they are. */
    TEXT,
    /** Between the quotes of a JSON string. */
    JSON,
    /** Text or a quoted attribute of HTML or XML. */
    MARKUP,
    /** A header field's value; what could not stand there is percent-encoded. */
    HEADER,
    /**
     * A request path. Values are one segment each; {@code ${path}} is as many as it holds. Whoever
     * uses the result still refuses dot segments, which can come together from parts.
     */
    PATH,
    /** The value of one query parameter; the template's own text is encoded as well. */
    QUERY,
    /**
     * A {@code Location}: a path, or a whole URI whose authority a client can not choose other than
     * by {@code ${host}} and {@code ${authority}}.
     */
    LOCATION
  }

  private record Part(
      String literal, @Nullable TemplateVariable variable, ValueEncoding encoding) {}

  private final String text;
  private final Into into;
  private final Part[] parts;

  private Template(String text, Into into, Part[] parts) {
    this.text = text;
    this.into = into;
    this.parts = parts;
  }

  /**
   * Compiles a template.
   *
   * @param component the setting it stands in, for the message; empty for the value as a whole
   * @throws InvalidValue if it names an unknown variable or could not stand where it goes
   */
  public static Template compile(String component, String text, Into into) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    boolean inQuery = false;
    int at = 0;
    while (at < text.length()) {
      if (text.startsWith("$${", at)) {
        literal.append("${");
        at += 3;
      } else if (text.startsWith("${", at)) {
        int end = text.indexOf('}', at);
        if (end < 0) {
          throw new InvalidValue(component, text, "a } after ${");
        }
        inQuery |= literal.indexOf("?") >= 0;
        addLiteral(parts, literal, into);
        TemplateVariable variable = TemplateVariable.parse(component, text.substring(at + 2, end));
        parts.add(new Part("", variable, variable.encoding(into, inQuery)));
        inQuery |= variable.kind() == TemplateVariable.Kind.WHOLE_QUERY;
        at = end + 1;
      } else {
        literal.append(text.charAt(at++));
      }
    }
    addLiteral(parts, literal, into);
    Template template = new Template(text, into, parts.toArray(Part[]::new));
    template.check(component);
    return template;
  }

  private static void addLiteral(List<Part> parts, StringBuilder literal, Into into) {
    if (literal.isEmpty()) {
      return;
    }
    String text = literal.toString();
    literal.setLength(0);
    parts.add(
        new Part(
            into == Into.QUERY ? ValueEncoding.UNRESERVED.of(text) : text,
            null,
            ValueEncoding.NONE));
  }

  private void check(String component) {
    switch (into) {
      case TEXT, JSON, MARKUP, QUERY -> {}
      case HEADER -> requireNoControls(component);
      case PATH -> {
        requireUriCharacters(component);
        if (!text.startsWith("/") || text.indexOf('?') >= 0) {
          throw new InvalidValue(component, text, "a path that starts with \"/\", without a query");
        }
      }
      case LOCATION -> {
        requireUriCharacters(component);
        requireSafeAuthority(component);
      }
    }
  }

  private void requireNoControls(String component) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        throw new InvalidValue(component, text, "no control characters");
      }
    }
  }

  private void requireUriCharacters(String component) {
    for (Part part : parts) {
      for (int i = 0; i < part.literal.length(); i++) {
        char c = part.literal.charAt(i);
        if (c <= ' ' || c >= 0x7f || forbidden(c)) {
          throw new InvalidValue(
              component, text, "characters that a URI may hold; write others percent-encoded");
        }
      }
    }
  }

  private boolean forbidden(char c) {
    return "\"<>\\^`{|}".indexOf(c) >= 0 || (c == '#' && into != Into.LOCATION);
  }

  /**
   * A redirect must not lead where its client wants (an open redirect): the target starts as
   * written, and up to the end of the authority only the request's own host may be filled in.
   */
  private void requireSafeAuthority(String component) {
    String expected =
        "a target that starts with \"/\", \"http://\", \"https://\" or \"${scheme}://\", and only"
            + " ${host} or ${authority} before its path";
    boolean path = text.startsWith("/") && !text.startsWith("//");
    boolean absolute =
        text.startsWith("http://")
            || text.startsWith("https://")
            || text.startsWith("${scheme}://");
    if (!path && !absolute) {
      throw new InvalidValue(component, text, expected);
    }
    if (path) {
      return;
    }
    String rest = text.substring(text.indexOf("://") + 3);
    int end = 0;
    while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    String authority = rest.substring(0, end).replace("${host}", "h").replace("${authority}", "h");
    if (authority.isEmpty() || authority.indexOf('$') >= 0) {
      throw new InvalidValue(component, text, expected);
    }
  }

  /** The text for this exchange, encoded for the place it goes to. */
  public String render(Exchange exchange) {
    if (parts.length == 1 && parts[0].variable == null) {
      return parts[0].literal;
    }
    StringBuilder out = new StringBuilder(text.length() + 32);
    for (Part part : parts) {
      if (part.variable == null) {
        out.append(part.literal);
        continue;
      }
      String value = part.variable.of(exchange);
      if (value != null) {
        part.encoding.append(out, value);
      }
    }
    if (into == Into.LOCATION && out.length() > 1 && out.charAt(0) == '/') {
      keepOneSlash(out);
    }
    return out.toString();
  }

  /** {@code //host} and {@code /\host} would name another server (RFC 3986 §4.2). */
  private static void keepOneSlash(StringBuilder out) {
    int end = 1;
    while (end < out.length() && (out.charAt(end) == '/' || out.charAt(end) == '\\')) {
      end++;
    }
    out.delete(1, end);
  }

  /** Whether it holds no variable, so that it renders the same for every exchange. */
  public boolean constant() {
    for (Part part : parts) {
      if (part.variable != null) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Template template
        && into == template.into
        && text.equals(template.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text, into);
  }

  /** The template as written. */
  @Override
  public String toString() {
    return text;
  }
}
