package dev.yumen.filters.validate;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How the value of a parameter is written (OpenAPI 3.1 §4.8.12.4, RFC 6570 §3.2). */
enum Style {
  /** {@code a,b}. */
  SIMPLE,
  /** The same, where a list may stand as several parameters. */
  FORM,
  /** {@code .a,b}, or {@code .a.b} where it explodes. */
  LABEL,
  /** {@code ;name=a,b}, or {@code ;name=a;name=b} where it explodes. */
  MATRIX,
  /** The members of an object as {@code name[member]=a}, parameters of their own. */
  DEEP_OBJECT;

  /** How many pieces a value has. */
  enum Parts {
    ONE,
    LIST,
    /** Names and values, each a piece or with a sign between them. */
    MEMBERS
  }

  /** By which name a document knows those that stand in this part of requests. */
  static List<String> in(Parameter.In in) {
    return switch (in) {
      case PATH -> List.of("simple", "label", "matrix");
      case QUERY -> List.of("form", "deepObject");
      case HEADER -> List.of("simple");
      case COOKIE -> List.of("form");
    };
  }

  /**
   * The style of this name.
   *
   * @param name one of {@link #in}
   */
  static Style named(String name) {
    return switch (name) {
      case "simple" -> SIMPLE;
      case "label" -> LABEL;
      case "matrix" -> MATRIX;
      case "deepObject" -> DEEP_OBJECT;
      default -> FORM;
    };
  }

  /**
   * What a text that is written so consists of, still encoded; null when it is not written so.
   *
   * @param name of the parameter
   */
  @Nullable List<String> pieces(String text, String name, Parts parts, boolean explode) {
    return switch (this) {
      case SIMPLE, FORM -> split(text, parts, ",");
      case LABEL ->
          text.startsWith(".") ? split(text.substring(1), parts, explode ? "." : ",") : null;
      case MATRIX -> text.startsWith(";") ? matrix(text.substring(1), name, parts, explode) : null;
      case DEEP_OBJECT -> throw new IllegalStateException("several texts");
    };
  }

  private static List<String> split(String text, Parts parts, String sign) {
    if (parts == Parts.ONE) {
      return List.of(text);
    }
    return text.isEmpty() ? List.of() : List.of(text.split(Pattern.quote(sign), -1));
  }

  private static @Nullable List<String> matrix(
      String text, String name, Parts parts, boolean explode) {
    if (!explode || parts == Parts.ONE) {
      String value = value(text, name);
      return value == null ? null : split(value, parts, ",");
    }
    if (parts == Parts.MEMBERS) {
      return split(text, parts, ";");
    }
    List<String> values = new ArrayList<>();
    for (String piece : text.split(";", -1)) {
      String value = value(piece, name);
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return values;
  }

  /** What stands behind the name; empty for the name alone, null behind another one. */
  private static @Nullable String value(String piece, String name) {
    int equals = piece.indexOf('=');
    String before = equals < 0 ? piece : piece.substring(0, equals);
    if (!name.equals(Texts.decoded(before))) {
      return null;
    }
    return equals < 0 ? "" : piece.substring(equals + 1);
  }
}
