package dev.yumen.dataplane.explain;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Hides values that may be secrets, by the names that they stand under. */
public final class Redaction {
  private static final String HIDDEN = "***";

  /** More names than the access log hides: a false alarm costs nothing here. */
  private static final Pattern SECRET =
      Pattern.compile(
          "auth|cookie|token|secret|password|passwd|api.?key|^key$|-key$|signature|^sig$|^code$"
              + "|session|credential|client-cert|passphrase"
              + "|(^|-)(pwd|jwt|otp|pin|sid)(-|$)");

  private Redaction() {}

  /** The value under this name, or stars. */
  public static @Nullable String value(String name, @Nullable String value) {
    return value == null || !isSecret(name) ? value : HIDDEN;
  }

  /** Whether what has this name may be a secret. */
  public static boolean isSecret(String name) {
    return SECRET.matcher(name.toLowerCase(Locale.ROOT).replace('_', '-')).find();
  }

  /** A query with the values of secret names hidden. */
  public static @Nullable String query(@Nullable String query) {
    if (query == null) {
      return null;
    }
    StringBuilder safe = new StringBuilder();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      boolean hidden = equals >= 0 && (isSecret(name) || name.indexOf('%') >= 0);
      safe.append(safe.isEmpty() ? "" : "&").append(hidden ? name + "=" + HIDDEN : pair);
    }
    return safe.toString();
  }

  /** A target with the values of secret names in its query hidden. */
  public static String target(String target) {
    int mark = target.indexOf('?');
    return mark < 0 ? target : target.substring(0, mark + 1) + query(target.substring(mark + 1));
  }

  /**
   * What a rule expects of a request.
   *
   * @param setting within {@code match}, such as {@code headers.authorization}
   */
  public static String expected(String setting, String text) {
    int dot = setting.indexOf('.');
    String name = dot < 0 ? "" : setting.substring(dot + 1);
    int quote = text.indexOf('"');
    return isSecret(name) && quote >= 0 ? text.substring(0, quote) + HIDDEN : text;
  }
}
