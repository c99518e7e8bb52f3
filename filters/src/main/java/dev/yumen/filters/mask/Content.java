package dev.yumen.filters.mask;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.Headers;
import dev.yumen.filters.body.MediaType;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an answer holds, as its head tells.
 *
 * @param charset UTF-8 when none is named; null for one that can not be read, and for several
 */
record Content(Kind kind, @Nullable Charset charset) {

  /** How what is personal is looked for. */
  enum Kind {
    JSON,
    LINES_OF_JSON,
    TEXT,
    /** Of no type: JSON if it can be read so. */
    UNTYPED,
    OTHER
  }

  /** In these, digits, letters and line ends are the bytes of ASCII. */
  private static final Set<String> CHARSETS =
      Set.of(
          "utf-8",
          "us-ascii",
          "iso-8859-1",
          "iso-8859-15",
          "windows-1252",
          "gbk",
          "gb2312",
          "gb18030",
          "big5");

  private static final Set<String> TEXTS =
      Set.of("application/javascript", "application/x-www-form-urlencoded", "application/yaml");

  private static final Set<String> LINES_OF_JSON =
      Set.of("application/x-ndjson", "application/ndjson", "application/jsonl");

  /**
   * No type, several, and what is no type count as none: readers would have to guess, and might
   * differ.
   */
  static Content of(Headers headers) {
    List<String> types = headers.all("content-type");
    MediaType type = types.size() == 1 ? MediaType.of(types.getFirst()) : MediaType.NONE;
    return type.isWellFormed()
        ? new Content(kind(type), charset(type.charsets()))
        : new Content(Kind.UNTYPED, UTF_8);
  }

  private static Kind kind(MediaType type) {
    String name = type.name();
    if (LINES_OF_JSON.contains(name)) {
      return Kind.LINES_OF_JSON;
    }
    if (type.isJson() || name.endsWith("json-seq")) {
      return Kind.JSON;
    }
    boolean text =
        type.isXml()
            || name.startsWith("text/")
            || name.startsWith("multipart/")
            || TEXTS.contains(name);
    return text ? Kind.TEXT : Kind.OTHER;
  }

  private static @Nullable Charset charset(Set<String> names) {
    if (names.isEmpty()) {
      return UTF_8;
    }
    String name = names.iterator().next();
    boolean known = names.size() == 1 && CHARSETS.contains(name) && Charset.isSupported(name);
    return known ? Charset.forName(name) : null;
  }

  /** Whether it is held as a whole to be looked through. */
  boolean isHeld() {
    return kind == Kind.JSON || kind == Kind.UNTYPED;
  }
}
