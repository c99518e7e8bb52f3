package dev.yumen.filters.auth;

import dev.yumen.api.Exchange;
import dev.yumen.api.Headers;
import dev.yumen.api.RequestHead;
import dev.yumen.filters.auth.StructuredFields.InnerList;
import dev.yumen.filters.auth.StructuredFields.Malformed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a request is signed, as text (RFC 9421 §2.5). Path and query are those in normal form
 * that go upstream, so nothing else can have been signed than what the upstream gets.
 */
final class SignatureBase {
  /** What can be covered beside header fields (RFC 9421 §2.2). */
  private static final Set<String> DERIVED =
      Set.of(
          "@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query");

  private SignatureBase() {}

  /** Whether this is a component that can be covered here. */
  static boolean isComponent(String name) {
    return name.startsWith("@")
        ? DERIVED.contains(name)
        : !name.isEmpty()
            && name.chars()
                .allMatch(
                    c ->
                        (c >= 'a' && c <= 'z')
                            || (c >= '0' && c <= '9')
                            || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  /**
   * The text.
   *
   * @throws Malformed when a component is not there, or one that can not be covered here
   */
  static byte[] of(Exchange exchange, InnerList input) throws Malformed {
    StringBuilder base = new StringBuilder(512);
    for (Map.Entry<String, StructuredFields.Parameters> item : input.items().entrySet()) {
      String name = item.getKey();
      if (!item.getValue().values().isEmpty() || !isComponent(name)) {
        throw new Malformed("a component that is not supported: " + name + item.getValue().text());
      }
      String value = value(exchange, name);
      if (value == null) {
        throw new Malformed("no field " + name);
      }
      base.append('"').append(name).append("\": ").append(value).append('\n');
    }
    base.append("\"@signature-params\": ").append(input.text());
    return base.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static @Nullable String value(Exchange exchange, String name) {
    RequestHead request = exchange.request();
    return switch (name) {
      case "@method" -> request.method();
      case "@scheme" -> exchange.scheme();
      case "@authority" -> authority(exchange);
      case "@path" -> request.path();
      case "@query" -> "?" + (request.query() == null ? "" : request.query());
      case "@request-target" -> target(request);
      case "@target-uri" -> exchange.scheme() + "://" + authority(exchange) + target(request);
      default -> field(request.headers(), name);
    };
  }

  /** Without the port that the scheme has anyway (RFC 9421 §2.2.3). */
  private static String authority(Exchange exchange) {
    String authority = exchange.request().authority();
    String port = exchange.scheme().equals("https") ? ":443" : ":80";
    return authority.endsWith(port)
        ? authority.substring(0, authority.length() - port.length())
        : authority;
  }

  private static String target(RequestHead request) {
    return request.query() == null ? request.path() : request.path() + "?" + request.query();
  }

  private static @Nullable String field(Headers headers, String name) {
    List<String> values = headers.all(name);
    return values.isEmpty() ? null : String.join(", ", values.stream().map(String::strip).toList());
  }
}
