package dev.yumen.filters.extauthz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.Exchange;
import dev.yumen.api.Headers;
import dev.yumen.api.RequestHead;
import dev.yumen.api.TlsSession;
import dev.yumen.filters.auth.CertificateNames;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.service.auth.v3.CheckRequest}: what a service is told about a request. The numbers
 * are those of its fields in {@code attribute_context.proto} and {@code address.proto}; a test
 * reads the result by the classes that are generated from these files.
 */
final class Question {
  /** Fields about the connection and its credentials (RFC 9110 §7.6.1, §11.7). */
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "http2-settings",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /** Whether the service is told all of the body, as Envoy says it. */
  private static final String PARTIAL = "x-envoy-auth-partial-body";

  /**
   * What is told of a body.
   *
   * @param partial whether it goes on
   */
  record Body(byte[] bytes, boolean partial) {}

  private final Set<String> headers;
  private final Map<String, String> contextExtensions;

  /**
   * @param headers names, in lower case, of the fields that are told; all when there is none
   */
  Question(Set<String> headers, Map<String, String> contextExtensions) {
    this.headers = headers;
    this.contextExtensions = contextExtensions;
  }

  /**
   * The message about a request as it is now.
   *
   * @param body null when nothing is told of it
   */
  byte[] about(Exchange exchange, @Nullable Body body, Instant now) {
    TlsSession tls = exchange.tls();
    X509Certificate certificate = tls == null ? null : tls.clientCertificate();
    MessageWriter source =
        address(exchange.clientAddress(), clientPort(exchange))
            .text(4, certificate == null ? "" : CertificateNames.principal(certificate));
    MessageWriter destination =
        address(exchange.localAddress().getAddress(), exchange.localAddress().getPort());
    MessageWriter attributes =
        new MessageWriter()
            .message(1, source)
            .message(2, destination)
            .message(4, new MessageWriter().message(1, time(now)).message(2, http(exchange, body)))
            .map(10, contextExtensions);
    if (tls != null) {
      String name = tls.serverName();
      attributes.message(12, new MessageWriter().text(1, name == null ? "" : name));
    }
    return new MessageWriter().message(1, attributes).bytes();
  }

  /** Proxies tell the address of a client behind them, but not its port: 0, as Envoy has it. */
  private static int clientPort(Exchange exchange) {
    return exchange.clientAddress().equals(exchange.peerAddress()) ? exchange.peerPort() : 0;
  }

  private static MessageWriter address(InetAddress address, int port) {
    MessageWriter socket = new MessageWriter().text(2, address.getHostAddress()).choice(3, port);
    return new MessageWriter().message(1, new MessageWriter().message(1, socket));
  }

  private static MessageWriter time(Instant now) {
    return new MessageWriter().number(1, now.getEpochSecond()).number(2, now.getNano());
  }

  private MessageWriter http(Exchange exchange, @Nullable Body body) {
    RequestHead request = exchange.request();
    String query = request.query();
    Map<String, String> fields = told(request.headers());
    if (body != null) {
      fields.put(PARTIAL, String.valueOf(body.partial));
    }
    MessageWriter http =
        new MessageWriter()
            .text(1, exchange.id())
            .text(2, request.method())
            .map(3, fields)
            .text(4, query == null ? request.path() : request.path() + "?" + query)
            .text(5, request.authority())
            .text(6, exchange.scheme())
            .number(9, size(request))
            .text(10, "HTTP/" + request.version());
    return body == null ? http : body(http, body.bytes);
  }

  /**
   * A text of protobuf is UTF-8: what is none stands there with U+FFFD for it, so that no byte
   * hides the rest, and in {@code raw_body} as it came.
   */
  private static MessageWriter body(MessageWriter http, byte[] bytes) {
    String text = new String(bytes, UTF_8);
    http.text(11, text);
    return Arrays.equals(text.getBytes(UTF_8), bytes) ? http : http.data(12, bytes);
  }

  private Map<String, String> told(Headers fields) {
    Set<String> never = new HashSet<>(OF_THE_CONNECTION);
    for (String value : fields.all("connection")) {
      for (String name : value.split(",", -1)) {
        never.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    Map<String, String> told = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (!never.contains(lower) && (headers.isEmpty() || headers.contains(lower))) {
            // Pieces of one cookie string (RFC 9113 §8.2.3); else RFC 9110 §5.3.
            String between = lower.equals("cookie") ? "; " : ",";
            told.merge(lower, utf8(value), (before, next) -> before + between + next);
          }
        });
    return told;
  }

  /** Bytes beyond ASCII came as one character each; texts of protobuf are UTF-8. */
  private static String utf8(String value) {
    return value.chars().allMatch(c -> c < 0x80)
        ? value
        : new String(value.getBytes(ISO_8859_1), UTF_8);
  }

  /** What the request says of its body's length; -1 when it does not say, as Envoy has it. */
  static long size(RequestHead request) {
    List<String> lengths = request.headers().all("content-length");
    try {
      return lengths.isEmpty() ? -1 : Long.parseLong(lengths.getFirst());
    } catch (NumberFormatException _) {
      return -1;
    }
  }
}
