package dev.yumen.filters.validate;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.format.Format;
import io.netty.util.NetUtil;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * The formats that are held against values: a closed set, each in linear time. Those of the library
 * are expressions with backtracking in part. Other formats are notes to readers and pass.
 */
final class Formats {
  private static final int LONGEST = 8_192;

  static final List<Format> ALL =
      List.of(
          new OfText("date", text -> parses(() -> LocalDate.parse(text))),
          new OfText("date-time", text -> parses(() -> OffsetDateTime.parse(text))),
          new OfText("time", text -> parses(() -> OffsetTime.parse(text))),
          new OfText("uuid", Formats::isUuid),
          new OfText("email", Formats::isEmail),
          new OfText("ipv4", NetUtil::isValidIpV4Address),
          new OfText("ipv6", text -> text.indexOf('%') < 0 && NetUtil.isValidIpV6Address(text)),
          new OfText("uri", Formats::isUri),
          new OfNumber("int32", node -> node.canConvertToInt()),
          new OfNumber("int64", node -> node.canConvertToLong()));

  private Formats() {}

  /** Of strings; other values pass, as JSON Schema says. */
  private record OfText(String name, Predicate<String> test) implements Format {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean matches(ExecutionContext context, String value) {
      return value.length() <= LONGEST && test.test(value);
    }
  }

  /** Of integers; other values pass. */
  private record OfNumber(String name, Predicate<JsonNode> test) implements Format {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean matches(ExecutionContext context, SchemaContext schema, JsonNode value) {
      return !value.isNumber() || test.test(value);
    }
  }

  private static boolean parses(Runnable parser) {
    try {
      parser.run();
      return true;
    } catch (DateTimeException _) {
      return false;
    }
  }

  /** RFC 9562 §4. */
  private static boolean isUuid(String text) {
    if (text.length() != 36) {
      return false;
    }
    for (int i = 0; i < 36; i++) {
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? text.charAt(i) != '-' : Character.digit(text.charAt(i), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Something, one {@code @}, a name with dots: what mail servers would take is not for us. */
  private static boolean isEmail(String text) {
    int at = text.lastIndexOf('@');
    return at > 0
        && at < text.length() - 1
        && text.indexOf('@') == at
        && text.chars().noneMatch(c -> c <= ' ')
        && text.charAt(at + 1) != '.'
        && !text.endsWith(".");
  }

  private static boolean isUri(String text) {
    try {
      return new URI(text).isAbsolute();
    } catch (URISyntaxException _) {
      return false;
    }
  }
}
