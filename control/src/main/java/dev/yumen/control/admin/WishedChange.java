package dev.yumen.control.admin;

import dev.yumen.config.Durations;
import dev.yumen.control.change.Wish;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a request says of how it wants a change: its headers and parameters. */
final class WishedChange {
  private static final String EXTENDED = "UTF-8''";
  private static final Duration LEAST = Duration.ofSeconds(5);
  private static final Duration MOST = Duration.ofHours(24);

  private WishedChange() {}

  /** A resource that understands the parameters. */
  static Resource of(Resource resource) {
    return resource
        .with("dry-run", "true to be told what would come of it; nothing changes.")
        .with("confirm-within", "Such as 2m: taken back unless confirmed by then.");
  }

  /**
   * The wish.
   *
   * @param expected tag that {@code If-Match} names, as far as it is about the whole document
   * @throws Refused when something of it can not be read
   */
  static Wish of(Call call, @Nullable String expected) throws Refused {
    return new Wish(
        author(call), header(call, "x-message"), expected, dryRun(call), confirmWithin(call));
  }

  private static boolean dryRun(Call call) throws Refused {
    String text = call.parameter("dry-run");
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.isEmpty() || text.equals("true")) {
      return true;
    }
    throw new Refused(AdminError.BAD_REQUEST, "dry-run: " + text + " (expected: true or false)");
  }

  private static @Nullable Duration confirmWithin(Call call) throws Refused {
    String text = call.parameter("confirm-within");
    if (text == null) {
      return null;
    }
    try {
      Duration time = Durations.parse(text);
      if (time.compareTo(LEAST) >= 0 && time.compareTo(MOST) <= 0) {
        return time;
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new Refused(
        AdminError.BAD_REQUEST, "confirm-within: " + text + " (expected: 5s to 24h, such as 2m)");
  }

  /** Who says to be the author, and by whose token when that is somebody else. */
  private static String author(Call call) throws Refused {
    String said = header(call, "x-author");
    String known = call.caller().name();
    if (said.isEmpty() || said.equals(known)) {
      return known;
    }
    return call.caller().equals(Caller.LOCAL) ? said : said + " (" + known + ")";
  }

  private static String header(Call call, String name) throws Refused {
    String value = call.request().headers().first(name);
    if (value == null) {
      return "";
    }
    String text = utf8(value).strip();
    if (text.length() > Wish.LONGEST || text.chars().anyMatch(Character::isISOControl)) {
      throw new Refused(
          AdminError.BAD_REQUEST,
          name + " (expected: one line of at most " + Wish.LONGEST + " characters)");
    }
    return text;
  }

  /**
   * Names and messages are sent as UTF-8, while a header is read as bytes; programs that can send
   * ASCII alone write them as RFC 8187 says.
   */
  private static String utf8(String value) throws Refused {
    if (value.regionMatches(true, 0, EXTENDED, 0, EXTENDED.length())) {
      return Call.decoded(value.substring(EXTENDED.length()).replace("+", "%2B"));
    }
    try {
      byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return value;
    }
  }

  /**
   * The tag that {@code If-Match} names (RFC 9110 §13.1.1): null without the field, and {@code *}
   * for anything that exists.
   *
   * @throws Refused when it is of another form
   */
  static @Nullable String ifMatch(Call call) throws Refused {
    String value = call.request().headers().first("if-match");
    if (value == null || value.strip().equals("*")) {
      return value == null ? null : "*";
    }
    String text = value.strip();
    if (!text.matches("\"[!#-~]{1,200}\"")) {
      throw new Refused(
          AdminError.BAD_REQUEST, "If-Match: " + text + " (expected: one ETag, as it was given)");
    }
    return text.substring(1, text.length() - 1);
  }
}
