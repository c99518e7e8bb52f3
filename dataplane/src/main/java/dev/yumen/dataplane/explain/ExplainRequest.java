package dev.yumen.dataplane.explain;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response.Field;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request that somebody asks about. What of it is malformed, as a client may send it, is for the
 * gateway to refuse; here only that is refused which would make another request of it.
 *
 * @param method in the case it is sent
 * @param scheme {@code http} or {@code https}
 * @param authority host and optional port, as in the URL
 * @param target path and query as they are sent
 * @param fields header fields in order; a {@code Host} among them is sent instead of the authority
 * @param client the other end of the connection
 * @param listener name of the one that it comes by; null for the one that fits
 * @param serverName the host that is asked for in TLS; null for the one of the URL
 * @param time when it comes; null for now
 * @param hidden names in lower case of fields and query parameters that stand here without their
 *     values, as these are credentials and not known
 */
public record ExplainRequest(
    String method,
    String scheme,
    String authority,
    String target,
    List<Field> fields,
    InetAddress client,
    @Nullable String listener,
    @Nullable String serverName,
    @Nullable Instant time,
    Set<String> hidden) {
  private static final int LONGEST = 1 << 20;
  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  public ExplainRequest {
    fields = List.copyOf(fields);
    hidden = Set.copyOf(hidden);
    oneLine("method", method);
    oneLine("url", authority + target);
    for (Field field : fields) {
      oneLine("header", field.name());
      oneLine("header " + field.name(), field.value());
    }
  }

  /**
   * A request for a URL, as curl takes it: without a scheme it is {@code http}, what stands before
   * an {@code @} is sent as Basic credentials, and the fragment is not sent.
   *
   * @throws InvalidValue naming {@code method}, {@code url} or {@code header}
   */
  public static ExplainRequest of(String method, String url, List<Field> fields) {
    String rest = url;
    String scheme = "http";
    int colon = url.indexOf("://");
    if (colon > 0 && url.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*")) {
      scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
      rest = url.substring(colon + 3);
    }
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new InvalidValue("url", url, "a URL that begins with http:// or https://");
    }
    int end = 0;
    while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    String authority = rest.substring(0, end);
    int fragment = rest.indexOf('#', end);
    String target = rest.substring(end, fragment < 0 ? rest.length() : fragment);
    target = target.startsWith("/") ? target : "/" + target;
    List<Field> all = new ArrayList<>(fields);
    int at = authority.lastIndexOf('@');
    if (at >= 0) {
      addCredentials(all, authority.substring(0, at));
      authority = authority.substring(at + 1);
    }
    if (authority.isEmpty()) {
      throw new InvalidValue("url", hidden(url), "a URL with a host, such as http://localhost/");
    }
    return new ExplainRequest(
        method,
        scheme,
        authority,
        target,
        all,
        InetAddress.getLoopbackAddress(),
        null,
        null,
        null,
        Set.of());
  }

  private static void addCredentials(List<Field> fields, String credentials) {
    if (fields.stream().noneMatch(field -> field.name().equalsIgnoreCase("authorization"))) {
      byte[] bytes = credentials.getBytes(StandardCharsets.UTF_8);
      fields.add(new Field("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes)));
    }
  }

  /** The same from this client. */
  public ExplainRequest from(InetAddress peer) {
    return new ExplainRequest(
        method, scheme, authority, target, fields, peer, listener, serverName, time, hidden);
  }

  /**
   * The same from an address as it is written.
   *
   * @throws InvalidValue naming {@code client} when it is no whole IPv4 or IPv6 address
   */
  public ExplainRequest from(String peer) {
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(peer);
    if (address == null) {
      throw new InvalidValue("client", peer, "an IP address");
    }
    return from(address);
  }

  /**
   * The same at this time.
   *
   * @param then null for now
   * @throws InvalidValue naming {@code time} when clocks do not go so far
   */
  public ExplainRequest at(@Nullable Instant then) {
    if (then != null && (then.isBefore(FIRST) || then.isAfter(LAST))) {
      throw new InvalidValue("time", then.toString(), "a time of the years 0 to 9999");
    }
    return new ExplainRequest(
        method, scheme, authority, target, fields, client, listener, serverName, then, hidden);
  }

  /**
   * The same by this listener.
   *
   * @param name null for the one that fits
   * @param tlsName the host that is asked for in TLS; null for the one of the URL
   */
  public ExplainRequest by(@Nullable String name, @Nullable String tlsName) {
    return new ExplainRequest(
        method, scheme, authority, target, fields, client, name, tlsName, time, hidden);
  }

  /** The host of the URL, without its port. */
  public String host() {
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
  }

  /** The path as it is sent, without the query. */
  public String path() {
    int mark = target.indexOf('?');
    return mark < 0 ? target : target.substring(0, mark);
  }

  /** The port of the URL; that of the scheme when it names none. */
  public int port() {
    String text = authority.substring(host().length());
    return text.matches(":[0-9]{1,5}")
        ? Integer.parseInt(text.substring(1))
        : scheme.equals("https") ? 443 : 80;
  }

  /** The head as an HTTP/1.1 client sends it. */
  public byte[] head() {
    StringBuilder head = new StringBuilder(256);
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    if (fields.stream().noneMatch(field -> field.name().equalsIgnoreCase("host"))) {
      head.append("Host: ").append(authority).append("\r\n");
    }
    for (Field field : fields) {
      head.append(field.name()).append(": ").append(field.value()).append("\r\n");
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void oneLine(String component, String text) {
    if (text.length() > LONGEST) {
      throw InvalidValue.found(
          component, "a text of " + text.length() + " characters", "at most " + LONGEST);
    }
    if (text.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw InvalidValue.found(component, "a text of several lines", "one line");
    }
  }

  private static String hidden(String url) {
    return url.indexOf('@') < 0 ? url : "a URL with credentials";
  }
}
