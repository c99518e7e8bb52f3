package dev.yumen.dataplane.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One record as it stands in a file, without its line feed. Its form is as narrow as its writer
 * makes it, so that no byte of it can be another: {@code sequence}, {@code time}, {@code kind},
 * what happened, {@code key} if there is one, {@code previous}, {@code hash}.
 *
 * @param record the bytes that the hash is over
 * @param torn what a record of the kind {@code torn} tells; else null
 */
record AuditLine(
    long sequence,
    String kind,
    @Nullable String keyId,
    String previous,
    String hash,
    byte[] record,
    @Nullable Torn torn) {
  /** What stands for the hash before the first record. */
  static final String ORIGIN = "0".repeat(64);

  static final String TORN = "torn";
  static final String CONTINUED = "continued";

  private static final int MOST_TEXT = 1_000;
  private static final int MOST_ITEMS = 10;

  private static final Pattern FORM =
      Pattern.compile(
          "(\\{\"sequence\":([1-9][0-9]{0,17}),\"time\":\"[^\"]*\",\"kind\":\"([a-z-]+)\"(.*?)"
              + "(?:,\"key\":\"([0-9a-f]{16})\")?,\"previous\":\"([0-9a-f]{64})\")"
              + ",\"hash\":\"([0-9a-f]{64})\"\\}");
  private static final Pattern TORN_FORM =
      Pattern.compile(",\"bytes\":([0-9]{1,9}),\"sha256\":\"([0-9a-f]{64})\"");

  /** A line that was not finished, as the record after it tells of it. */
  record Torn(int bytes, String sha256) {
    Map<String, Object> told() {
      Map<String, Object> what = new LinkedHashMap<>();
      what.put("bytes", bytes);
      what.put("sha256", sha256);
      return what;
    }
  }

  /** The line, or null when no gateway wrote it so. */
  static @Nullable AuditLine parse(byte[] line) {
    Matcher form = FORM.matcher(new String(line, ISO_8859_1));
    if (!form.matches()) {
      return null;
    }
    Matcher torn = TORN_FORM.matcher(form.group(4));
    String kind = form.group(3);
    return new AuditLine(
        Long.parseLong(form.group(2)),
        kind,
        form.group(5),
        form.group(6),
        form.group(7),
        (form.group(1) + "}").getBytes(ISO_8859_1),
        kind.equals(TORN) && torn.matches()
            ? new Torn(Integer.parseInt(torn.group(1)), torn.group(2))
            : null);
  }

  /** A record closed by its hash. */
  static AuditLine of(
      long sequence, Instant time, String kind, Map<String, ?> what, Seal seal, String previous) {
    StringBuilder json = new StringBuilder(300);
    json.append("{\"sequence\":").append(sequence);
    json.append(",\"time\":\"").append(time).append("\",\"kind\":\"").append(kind).append('"');
    what.forEach((name, value) -> value(json.append(",\"").append(name).append("\":"), value));
    if (seal.keyId() != null) {
      json.append(",\"key\":\"").append(seal.keyId()).append('"');
    }
    json.append(",\"previous\":\"").append(previous).append("\"}");
    byte[] record = json.toString().getBytes(UTF_8);
    String hash = seal.hash(previous, record);
    return new AuditLine(sequence, kind, seal.keyId(), previous, hash, record, null);
  }

  /** As it is written, with its line feed. */
  byte[] bytes() {
    byte[] end = (",\"hash\":\"" + hash + "\"}\n").getBytes(ISO_8859_1);
    byte[] line = new byte[record.length - 1 + end.length];
    System.arraycopy(record, 0, line, 0, record.length - 1);
    System.arraycopy(end, 0, line, record.length - 1, end.length);
    return line;
  }

  private static void value(StringBuilder json, Object value) {
    switch (value) {
      case Number number -> json.append(number);
      case List<?> list -> {
        json.append('[');
        for (int i = 0; i < Math.min(list.size(), MOST_ITEMS); i++) {
          text(json.append(i == 0 ? "" : ","), list.get(i).toString());
        }
        json.append(']');
      }
      default -> text(json, value.toString());
    }
  }

  private static void text(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < Math.min(text.length(), MOST_TEXT); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    json.append(text.length() > MOST_TEXT ? "…\"" : "\"");
  }
}
