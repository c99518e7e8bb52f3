package dev.yumen.filters.oidc;

import dev.yumen.api.Exchange;
import dev.yumen.api.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The cookies of one filter: what a browser keeps of a session, in as many cookies as it takes, and
 * of logins under way, one each. Over https their names have the prefix {@code __Host-}, which
 * other hosts can not set (RFC 6265bis §4.1.3.2).
 */
final class SealedCookies {
  /** Browsers take 4,096 bytes with name and attributes. */
  private static final int MOST_CHARACTERS = 3_584;

  private static final int MOST_PARTS = 3;
  private static final int MOST_LOGINS = 4;
  private static final int MARK = 8;
  private static final String TWICE = "";

  /** 32 random bytes. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final Sealer sealer;
  private final String name;

  SealedCookies(Sealer sealer, String name) {
    this.sealer = sealer;
    this.name = name;
  }

  /** What a request brought; the value of a name that was there twice is empty. */
  Map<String, String> sent(Exchange exchange) {
    Map<String, String> found = new HashMap<>();
    String own = own(exchange);
    for (String line : exchange.request().headers().all("cookie")) {
      for (String pair : line.split(";", -1)) {
        int equals = pair.indexOf('=');
        String key = equals < 0 ? "" : pair.substring(0, equals).strip();
        if (isOwn(key, own)) {
          found.merge(key, pair.substring(equals + 1).strip(), (_, _) -> TWICE);
        }
      }
    }
    return found;
  }

  /** Takes them from a request, under either prefix: no service behind has any use for them. */
  void hide(Headers headers) {
    List<String> kept = new ArrayList<>();
    for (String line : headers.all("cookie")) {
      for (String pair : line.split(";", -1)) {
        int equals = pair.indexOf('=');
        String key = (equals < 0 ? pair : pair.substring(0, equals)).strip();
        if (!key.isEmpty() && !isOwn(key, name) && !isOwn(key, "__Host-" + name)) {
          kept.add(pair.strip());
        }
      }
    }
    if (kept.isEmpty()) {
      headers.remove("cookie");
    } else {
      headers.set("cookie", String.join("; ", kept));
    }
  }

  /** The name of the session's cookie, towards whoever sent this. */
  String own(Exchange exchange) {
    return isSecure(exchange) ? "__Host-" + name : name;
  }

  private static boolean isSecure(Exchange exchange) {
    return exchange.scheme().equals("https");
  }

  private static boolean isOwn(String key, String own) {
    return key.equals(own) || isPart(key, own) || key.startsWith(own + "-login-");
  }

  /** The id of a session that is elsewhere, or null. */
  @Nullable String id(Exchange exchange, Map<String, String> sent) {
    String value = sent.get(own(exchange));
    return value != null && ID.matcher(value).matches() ? value : null;
  }

  /** The lines that have a browser keep an id, and nothing else of a session. */
  List<String> keepId(Exchange exchange, Map<String, String> sent, String id, Duration age) {
    String own = own(exchange);
    List<String> lines = new ArrayList<>();
    lines.add(own + "=" + id + attributes(exchange, age));
    sent.keySet().stream()
        .filter(key -> isPart(key, own))
        .forEach(key -> lines.add(gone(exchange, key)));
    return lines;
  }

  /** The session as it was sealed, or null when there is none that can be opened. */
  byte @Nullable [] session(Exchange exchange, Map<String, String> sent) {
    String own = own(exchange);
    String first = sent.get(own);
    if (first == null || first.length() < 3 || first.charAt(1) != '.') {
      return null;
    }
    int parts = first.charAt(0) - '0';
    if (parts < 1 || parts > MOST_PARTS) {
      return null;
    }
    StringBuilder text = new StringBuilder(first.substring(2));
    for (int i = 1; i < parts; i++) {
      text.append(sent.getOrDefault(own + "-" + i, TWICE));
    }
    return sealer.open(own, text.toString());
  }

  /**
   * The lines that have a browser keep a session.
   *
   * @return null when it is too large for that
   */
  @Nullable List<String> keep(
      Exchange exchange, Map<String, String> sent, byte[] session, Duration age) {
    String own = own(exchange);
    String text = sealer.seal(own, session);
    int parts = (text.length() + MOST_CHARACTERS - 1) / MOST_CHARACTERS;
    if (parts > MOST_PARTS) {
      return null;
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      int from = i * MOST_CHARACTERS;
      String part = text.substring(from, Math.min(text.length(), from + MOST_CHARACTERS));
      String line = i == 0 ? own + "=" + parts + "." + part : own + "-" + i + "=" + part;
      lines.add(line + attributes(exchange, age));
    }
    for (int i = parts; i < MOST_PARTS; i++) {
      if (sent.containsKey(own + "-" + i)) {
        lines.add(gone(exchange, own + "-" + i));
      }
    }
    return lines;
  }

  /** The lines that have a browser forget its session. */
  List<String> forget(Exchange exchange, Map<String, String> sent) {
    String own = own(exchange);
    return sent.keySet().stream()
        .filter(key -> key.equals(own) || isPart(key, own))
        .map(key -> gone(exchange, key))
        .toList();
  }

  private static boolean isPart(String key, String own) {
    return key.length() == own.length() + 2
        && key.startsWith(own + "-")
        && Character.isDigit(key.charAt(own.length() + 1));
  }

  /** The lines that have a browser keep a login under way; a few at once, then all start anew. */
  List<String> keepLogin(
      Exchange exchange, Map<String, String> sent, String state, byte[] login, Duration age) {
    List<String> lines = new ArrayList<>();
    String prefix = own(exchange) + "-login-";
    List<String> others = sent.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
    if (others.size() >= MOST_LOGINS) {
      others.forEach(key -> lines.add(gone(exchange, key)));
    }
    String key = loginName(exchange, state);
    lines.add(key + "=" + sealer.seal(key, login) + attributes(exchange, age));
    return lines;
  }

  /** The login of this state as it was sealed, or null. */
  byte @Nullable [] login(Exchange exchange, Map<String, String> sent, String state) {
    String key = loginName(exchange, state);
    String text = sent.get(key);
    return text == null ? null : sealer.open(key, text);
  }

  /** The lines that have a browser forget the login of this state. */
  List<String> forgetLogin(Exchange exchange, Map<String, String> sent, String state) {
    String key = loginName(exchange, state);
    return sent.containsKey(key) ? List.of(gone(exchange, key)) : List.of();
  }

  private String loginName(Exchange exchange, String state) {
    return own(exchange) + "-login-" + state.substring(0, Math.min(MARK, state.length()));
  }

  private static String gone(Exchange exchange, String key) {
    return key + "=" + attributes(exchange, Duration.ZERO);
  }

  private static String attributes(Exchange exchange, Duration age) {
    return "; Path=/; Max-Age="
        + age.toSeconds()
        + "; HttpOnly; SameSite=Lax"
        + (isSecure(exchange) ? "; Secure" : "");
  }
}
