package dev.yumen.filters.path;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query while they are edited. Those that no edit touches stay byte for byte as
 * they were sent; names are compared decoded.
 */
public final class Parameters {

  /** One parameter as it stands in the query; {@code name} is decoded. */
  private record Parameter(String name, String text) {

    String rawValue() {
      int equals = text.indexOf('=');
      return equals < 0 ? "" : text.substring(equals + 1);
    }
  }

  private final List<Parameter> parameters = new ArrayList<>();

  private Parameters() {}

  /** Reads a query without its question mark. */
  public static Parameters parse(@Nullable String query) {
    Parameters all = new Parameters();
    if (query == null) {
      return all;
    }
    int at = 0;
    while (at <= query.length()) {
      int end = query.indexOf('&', at);
      end = end < 0 ? query.length() : end;
      if (end > at) {
        String text = query.substring(at, end);
        int equals = text.indexOf('=');
        all.parameters.add(
            new Parameter(decode(equals < 0 ? text : text.substring(0, equals)), text));
      }
      at = end + 1;
    }
    return all;
  }

  /** The values of this name, decoded, in order. */
  public List<String> values(String name) {
    return parameters.stream()
        .filter(parameter -> parameter.name.equals(name))
        .map(parameter -> decode(parameter.rawValue()))
        .toList();
  }

  /** Removes every parameter of this name. */
  public void remove(String name) {
    parameters.removeIf(parameter -> parameter.name.equals(name));
  }

  void rename(String from, String to) {
    if (parameters.stream().noneMatch(parameter -> parameter.name.equals(from))) {
      return;
    }
    remove(to);
    parameters.replaceAll(
        parameter ->
            parameter.name.equals(from)
                ? new Parameter(to, encode(to) + "=" + parameter.rawValue())
                : parameter);
  }

  void rewrite(String name, RegexRewrite rewrite) {
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i).name.equals(name)) {
        String value = rewrite.apply(decode(parameters.get(i).rawValue()));
        if (value != null) {
          parameters.set(i, new Parameter(name, encode(name) + "=" + encode(value)));
        }
      }
    }
  }

  /** Replaces every parameter of this name by one. */
  public void set(String name, String value) {
    remove(name);
    add(name, encode(value));
  }

  /**
   * Adds a parameter.
   *
   * @param encoded the value, percent-encoded
   */
  void add(String name, String encoded) {
    parameters.add(new Parameter(name, encode(name) + "=" + encoded));
  }

  /** The query without its question mark; null when no parameter is left. */
  public @Nullable String text() {
    if (parameters.isEmpty()) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    for (Parameter parameter : parameters) {
      if (!text.isEmpty()) {
        text.append('&');
      }
      text.append(parameter.text);
    }
    return text.toString();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String decode(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return text;
    }
  }
}
