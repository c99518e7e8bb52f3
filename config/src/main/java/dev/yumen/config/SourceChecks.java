package dev.yumen.config;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.UrlPasswords;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks that the settings of several sources have in common. */
final class SourceChecks {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private SourceChecks() {}

  /** An address of a server, with a path at most. */
  static void server(String component, URI uri) {
    if (!isWeb(uri) || uri.getRawQuery() != null) {
      throw new InvalidValue(
          component, shown(uri), "an http or https address without user, query and fragment");
    }
  }

  /** An address of a document, which may have a query. */
  static void document(String component, URI uri) {
    if (!isWeb(uri)) {
      throw new InvalidValue(
          component, shown(uri), "an http or https address without user and fragment");
    }
  }

  private static boolean isWeb(URI uri) {
    String scheme = String.valueOf(uri.getScheme());
    return (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
        && uri.getHost() != null
        && uri.getRawUserInfo() == null
        && uri.getRawFragment() == null;
  }

  /** Without user and query: a password may be in there. */
  private static String shown(URI uri) {
    if (uri.getHost() == null) {
      return "what is written";
    }
    String whole = UrlPasswords.hiddenIn(uri.toString()).replace("***@", "");
    return whole.split("[?#]", 2)[0];
  }

  static void timeout(Duration timeout) {
    Check.range("timeout", timeout, SHORTEST, LONGEST);
  }

  static void tls(@Nullable SourceTlsConfig tls, String component, List<URI> addresses) {
    if (tls != null
        && addresses.stream().noneMatch(uri -> "https".equalsIgnoreCase(uri.getScheme()))) {
      throw InvalidValue.found("tls", "settings", "an https address as " + component);
    }
  }

  /** Two that mean nothing without each other. */
  static void login(@Nullable String username, @Nullable String password) {
    if (username != null && password == null) {
      throw new InvalidValue("username", username, "a password beside it");
    }
    if (username == null && password != null) {
      throw InvalidValue.found("password", "one", "a username beside it");
    }
  }

  /** What goes into the field of a header must not end it. */
  static void fieldValue(String component, @Nullable String value) {
    if (value != null && !value.matches("[!-~]([ -~]*[!-~])?")) {
      throw InvalidValue.found(component, "what is written", "visible ASCII characters");
    }
  }
}
