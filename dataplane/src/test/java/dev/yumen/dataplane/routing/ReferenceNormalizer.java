package dev.yumen.dataplane.routing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The normal forms of a path, found slowly and obviously, one whole pass for each rule. */
final class ReferenceNormalizer {
  private static final Pattern LOOSE_PERCENT = Pattern.compile("%(?![0-9a-fA-F]{2})");
  private static final Pattern CONTROL = Pattern.compile("(?i)%[01][0-9a-f]|%7f");
  private static final Pattern DOT_PARAMETERS =
      Pattern.compile(
          "(/|%2F|%5C)\\.{1,2}(;|%3B|%2F|%5C)" // ends where only some servers see an end
              + "|(%2F|%5C)\\.{1,2}(/|$)"); // begins where only some see a beginning
  private static final String RAW =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/";

  final String merged;
  final String unmerged;
  final int forms;

  private ReferenceNormalizer(String merged, String unmerged, int forms) {
    this.merged = merged;
    this.unmerged = unmerged;
    this.forms = forms;
  }

  /** Null when the path is refused. */
  static @Nullable ReferenceNormalizer of(String path) {
    if (!path.startsWith("/")
        || path.chars().anyMatch(c -> c <= ' ' || c == 0x7f || c == '#')
        || LOOSE_PERCENT.matcher(path).find()
        || CONTROL.matcher(path).find()
        || !isUtf8(path)) {
      return null;
    }
    String escaped = escape(path);
    int forms = 0;
    forms |= escaped.contains("%2F") ? Target.ENCODED_SLASH : 0;
    forms |= escaped.contains("%5C") ? Target.BACKSLASH : 0;
    forms |= escaped.contains("//") ? Target.DOUBLE_SLASH : 0;
    forms |= DOT_PARAMETERS.matcher(escaped).find() ? Target.DOT_PARAMETERS : 0;
    String merged = withoutDots(escaped.replaceAll("/+", "/"));
    String unmerged = withoutDots(escaped);
    return merged == null || unmerged == null
        ? null
        : new ReferenceNormalizer(merged, unmerged, forms);
  }

  private static boolean isUtf8(String path) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    for (byte[] octet : octets(path)) {
      octets.write(
          octet.length == 1 ? octet[0] : Integer.parseInt(new String(octet, 1, 2, ascii()), 16));
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets.toByteArray()));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  private static String escape(String path) {
    StringBuilder escaped = new StringBuilder();
    for (byte[] octet : octets(path)) {
      String text = new String(octet, ascii());
      if (octet.length == 3) {
        char value = (char) Integer.parseInt(text.substring(1), 16);
        boolean unreserved = String.valueOf(value).matches("[A-Za-z0-9._~-]");
        escaped.append(unreserved ? String.valueOf(value) : text.toUpperCase(Locale.ROOT));
      } else if (RAW.contains(text)) {
        escaped.append(text);
      } else {
        escaped.append(String.format(Locale.ROOT, "%%%02X", octet[0] & 0xff));
      }
    }
    return escaped.toString();
  }

  /** One octet each, or three for an escape. */
  private static List<byte[]> octets(String path) {
    List<byte[]> octets = new ArrayList<>();
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '%') {
        octets.add(new byte[] {bytes[i], bytes[i + 1], bytes[i + 2]});
        i += 2;
      } else {
        octets.add(new byte[] {bytes[i]});
      }
    }
    return octets;
  }

  private static @Nullable String withoutDots(String path) {
    Deque<String> kept = new ArrayDeque<>();
    List<String> segments = new ArrayList<>(List.of(path.substring(1).split("/", -1)));
    if (segments.getLast().equals(".") || segments.getLast().equals("..")) {
      segments.add("");
    }
    for (String segment : segments) {
      if (segment.equals("..")) {
        if (kept.isEmpty()) {
          return null;
        }
        kept.pop();
      } else if (!segment.equals(".")) {
        kept.push(segment);
      }
    }
    List<String> inOrder = new ArrayList<>(kept);
    Collections.reverse(inOrder);
    return "/" + String.join("/", inOrder);
  }

  private static Charset ascii() {
    return StandardCharsets.ISO_8859_1;
  }
}
