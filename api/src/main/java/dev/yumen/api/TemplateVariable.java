package dev.yumen.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One {@code ${…}}. */
record TemplateVariable(Kind kind, @Nullable Attribute attribute) {
  private static final String EXPECTED =
      "${path}, ${path.NAME}, ${query}, ${query.NAME}, ${header.NAME}, ${cookie.NAME}, ${method},"
          + " ${scheme}, ${host}, ${authority}, ${client}, ${consumer}, ${route}, ${id} or"
          + " ${trace-id}";

  enum Kind {
    WHOLE_PATH,
    WHOLE_QUERY,
    METHOD,
    SCHEME,
    HOST,
    AUTHORITY,
    ID,
    TRACE_ID,
    ATTRIBUTE
  }

  static TemplateVariable parse(String component, String name) {
    return switch (name) {
      case "path" -> new TemplateVariable(Kind.WHOLE_PATH, null);
      case "query" -> new TemplateVariable(Kind.WHOLE_QUERY, null);
      case "method" -> new TemplateVariable(Kind.METHOD, null);
      case "scheme" -> new TemplateVariable(Kind.SCHEME, null);
      case "host" -> new TemplateVariable(Kind.HOST, null);
      case "authority" -> new TemplateVariable(Kind.AUTHORITY, null);
      case "id" -> new TemplateVariable(Kind.ID, null);
      case "trace-id" -> new TemplateVariable(Kind.TRACE_ID, null);
      default -> attribute(component, name);
    };
  }

  private static TemplateVariable attribute(String component, String name) {
    int dot = name.indexOf('.');
    try {
      String text = dot < 0 ? name : name.substring(0, dot) + ":" + name.substring(dot + 1);
      if (name.indexOf(':') < 0) {
        return new TemplateVariable(Kind.ATTRIBUTE, Attribute.parse(text));
      }
    } catch (InvalidValue _) {
      // Said below in the words of templates.
    }
    throw new InvalidValue(component, "${" + name + "}", EXPECTED);
  }

  ValueEncoding encoding(Template.Into into, boolean inQuery) {
    return switch (into) {
      case TEXT -> ValueEncoding.NONE;
      case JSON -> ValueEncoding.JSON;
      case MARKUP -> ValueEncoding.MARKUP;
      case HEADER -> ValueEncoding.PRINTABLE;
      case QUERY -> ValueEncoding.UNRESERVED;
      case PATH, LOCATION -> {
        if (kind == Kind.WHOLE_PATH || kind == Kind.WHOLE_QUERY) {
          yield ValueEncoding.URI;
        }
        if (into == Template.Into.LOCATION && (kind == Kind.HOST || kind == Kind.AUTHORITY)) {
          yield ValueEncoding.HOST;
        }
        yield inQuery ? ValueEncoding.UNRESERVED : ValueEncoding.SEGMENT;
      }
    };
  }

  @Nullable String of(Exchange exchange) {
    return switch (kind) {
      case WHOLE_PATH -> {
        String path = exchange.request().path();
        yield path.startsWith("/") ? path.substring(1) : path;
      }
      case WHOLE_QUERY -> {
        String query = exchange.request().query();
        yield query == null ? null : "?" + query;
      }
      case METHOD -> exchange.request().method();
      case SCHEME -> exchange.scheme();
      case HOST -> host(exchange.request().authority());
      case AUTHORITY -> exchange.request().authority();
      case ID -> exchange.id();
      case TRACE_ID -> exchange.traceId();
      case ATTRIBUTE -> Objects.requireNonNull(attribute).of(exchange);
    };
  }

  private static String host(String authority) {
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
  }
}
