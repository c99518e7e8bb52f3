package dev.yumen.dataplane.http1;

import dev.yumen.dataplane.http1.HeadParser.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@link HeadParser} does, written a second time to be read rather than to be fast: lines and
 * regular expressions taken from the grammars of RFC 9110, 9112 and 3986. It only says what a good
 * head holds; anything else is null.
 */
final class SlowHeadReader {
  /** One field line as it was sent, its value without the white space around it. */
  record Field(String name, String value) {
    String key() {
      return name.toLowerCase(Locale.ROOT);
    }
  }

  /** A good head. */
  record Head(
      int consumed,
      String start,
      int minor,
      long contentLength,
      boolean chunked,
      boolean persistent,
      List<Field> readable,
      List<Field> written) {}

  static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  private static final Pattern FIELD =
      Pattern.compile("(" + TOKEN + "):[ \t]*([\t\\x20-\\x7E\\x80-\\xFF]*?)[ \t]*");
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.([0-9]) ([1-5][0-9][0-9])(?: [\t\\x20-\\x7E\\x80-\\xFF]*)?");

  private static final String PATH = "(?:/[A-Za-z0-9._~!$&'()*+,;=:@/%\\\\-]*)";
  private static final String QUERY = "(?:\\?[A-Za-z0-9._~!$&'()*+,;=:@/%?\\\\\\[\\]|{}^\"`-]*)";
  private static final String PORT = "0{0,4}[1-9][0-9]{0,4}";
  private static final String LABEL = "[A-Za-z0-9_~-]+";
  private static final String IPV4_PART = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final String IPV4 = IPV4_PART + "(?:\\." + IPV4_PART + "){3}";
  private static final String H16 = "[0-9A-Fa-f]{1,4}";
  private static final String LS32 = "(?:" + H16 + ":" + H16 + "|" + IPV4 + ")";
  private static final String HOST =
      "(?:" + LABEL + "(?:\\." + LABEL + ")*\\.?|\\[(?:" + ipv6() + ")\\])";
  private static final Pattern AUTHORITY =
      Pattern.compile("(" + HOST + ")(?::(" + PORT + "))?", Pattern.DOTALL);

  private static final Pattern REQUEST_LINE =
      Pattern.compile("(" + TOKEN + ") ([^ ]+) HTTP/1\\.([0-9])");
  private static final Pattern ORIGIN = Pattern.compile(PATH + QUERY + "?");
  private static final Pattern ABSOLUTE =
      Pattern.compile("(?i:https?)://([^/?]+)" + PATH + "?" + QUERY + "?");

  private static final Set<String> OWNED =
      Set.of(
          "content-length",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "upgrade",
          "trailer",
          "http2-settings",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-authentication-info");

  private final Kind kind;
  private final HeadLimits limits;

  SlowHeadReader(Kind kind, HeadLimits limits) {
    this.kind = kind;
    this.limits = limits;
  }

  @Nullable Head read(String wire) {
    int skipped = 0;
    while (kind == Kind.REQUEST && skipped < 4 && wire.startsWith("\r\n", skipped)) {
      skipped += 2;
    }
    int end = wire.indexOf("\r\n\r\n", skipped);
    if (end < 0) {
      return null;
    }
    List<String> lines = List.of(wire.substring(skipped, end).split("\r\n", -1));
    List<Field> fields = fields(lines.subList(1, lines.size()));
    String start = lines.get(0);
    if (fields == null || start.length() > limits.requestLine()) {
      return null;
    }
    Matcher matcher = (kind == Kind.REQUEST ? REQUEST_LINE : STATUS_LINE).matcher(start);
    if (!matcher.matches()) {
      return null;
    }
    int minor = matcher.group(kind == Kind.REQUEST ? 3 : 1).equals("0") ? 0 : 1;
    boolean good =
        kind == Kind.REQUEST
            ? requestIsGood(matcher.group(1), matcher.group(2), minor, fields)
            : responseIsGood(Integer.parseInt(matcher.group(2)), fields);
    return good ? head(end + 4, start, minor, fields) : null;
  }

  private @Nullable Head head(int consumed, String start, int minor, List<Field> fields) {
    List<String> lengths = values(fields, "content-length");
    List<String> codings = values(fields, "transfer-encoding");
    boolean framed =
        lengths.size() + codings.size() <= 1
            && lengths.stream().allMatch(SlowHeadReader::isLength)
            && codings.stream().allMatch("chunked"::equalsIgnoreCase)
            && (codings.isEmpty() || minor == 1);
    Set<String> options = options(fields);
    if (!framed || options == null) {
      return null;
    }
    boolean bodiless = kind == Kind.RESPONSE && start.matches("HTTP/1.. (1..|204)(?s:.*)");
    long length = lengths.isEmpty() || bodiless ? -1 : Long.parseLong(lengths.get(0));
    List<Field> readable = fields.stream().filter(field -> isReadable(field, options)).toList();
    return new Head(
        consumed,
        start,
        minor,
        length,
        !codings.isEmpty(),
        !options.contains("close") && (minor == 1 || options.contains("keep-alive")),
        readable,
        readable.stream().filter(field -> !isOwned(field.key())).toList());
  }

  private @Nullable List<Field> fields(List<String> lines) {
    List<Field> fields = new ArrayList<>();
    int bytes = 0;
    for (String line : lines) {
      bytes += line.length() + 2;
      Matcher matcher = FIELD.matcher(line);
      if (!matcher.matches() || line.length() > limits.headerLine()) {
        return null;
      }
      fields.add(new Field(matcher.group(1), matcher.group(2)));
    }
    return bytes > limits.headerBytes() || lines.size() > limits.headerCount() ? null : fields;
  }

  private static boolean requestIsGood(
      String method, String target, int minor, List<Field> fields) {
    List<String> hosts = values(fields, "host");
    if (hosts.size() > 1 || (hosts.isEmpty() && minor == 1)) {
      return false;
    }
    if (!hosts.isEmpty() && port(hosts.get(0)) < 0) {
      return false;
    }
    if (method.equals("CONNECT")) {
      return port(target) > 0 && (hosts.isEmpty() || hosts.get(0).equalsIgnoreCase(target));
    }
    Matcher absolute = ABSOLUTE.matcher(target);
    if (absolute.matches()) {
      String authority = absolute.group(1);
      return port(authority) >= 0 && (hosts.isEmpty() || hosts.get(0).equalsIgnoreCase(authority));
    }
    return ORIGIN.matcher(target).matches() || (target.equals("*") && method.equals("OPTIONS"));
  }

  private static boolean responseIsGood(int status, List<Field> fields) {
    return (status >= 200 && status != 204) || values(fields, "transfer-encoding").isEmpty();
  }

  /** The port, 0 without one, or -1 when this is no authority. */
  private static int port(String authority) {
    Matcher matcher = AUTHORITY.matcher(authority);
    if (!matcher.matches() || matcher.group(1).length() > 255) {
      return -1;
    }
    String port = matcher.group(2);
    if (port == null) {
      return 0;
    }
    return port.length() <= 5 && Integer.parseInt(port) <= 65535 ? Integer.parseInt(port) : -1;
  }

  /** RFC 3986 §3.2.2, its nine lines one after another. */
  private static String ipv6() {
    List<String> forms = new ArrayList<>();
    forms.add("(?:" + H16 + ":){6}" + LS32);
    forms.add("::(?:" + H16 + ":){5}" + LS32);
    for (int before = 0; before < 5; before++) {
      String left = "(?:(?:" + H16 + ":){0," + before + "}" + H16 + ")?::";
      forms.add(left + "(?:" + H16 + ":){" + (4 - before) + "}" + LS32);
    }
    forms.add("(?:(?:" + H16 + ":){0,5}" + H16 + ")?::" + H16);
    forms.add("(?:(?:" + H16 + ":){0,6}" + H16 + ")?::");
    return String.join("|", forms);
  }

  private static boolean isLength(String value) {
    return value.matches("[0-9]+") && new BigInteger(value).bitLength() <= 63;
  }

  private static List<String> values(List<Field> fields, String name) {
    return fields.stream().filter(f -> f.key().equals(name)).map(Field::value).toList();
  }

  /** What Connection lists in lower case, or null when it is malformed. */
  private static @Nullable Set<String> options(List<Field> fields) {
    Set<String> options = new HashSet<>();
    for (String value : values(fields, "connection")) {
      for (String option : value.split(",", -1)) {
        String text = option.replaceAll("^[ \t]+|[ \t]+$", "");
        if (!text.isEmpty() && !text.matches(TOKEN)) {
          return null;
        }
        options.add(text.toLowerCase(Locale.ROOT));
      }
    }
    return options;
  }

  private boolean isReadable(Field field, Set<String> options) {
    String key = field.key();
    if (isOwned(key)) {
      return true;
    }
    String hyphened = key.replace('_', '-');
    boolean lookAlike = !hyphened.equals(key) && OWNED.contains(hyphened);
    boolean nominated = options.contains(key) && !Set.of("close", "keep-alive").contains(key);
    return !lookAlike && !nominated;
  }

  private boolean isOwned(String key) {
    return OWNED.contains(key) || (kind == Kind.REQUEST && key.equals("host"));
  }
}
