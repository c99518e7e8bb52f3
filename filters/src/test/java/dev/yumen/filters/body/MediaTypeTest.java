package dev.yumen.filters.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypeTest {
  private static final int TRIES = 20_000;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          application/json | application/json | ''
          Application/Problem+JSON ; x=y | application/problem+json | ''
          text/html;charset=UTF-8 | text/html | utf-8
          text/html; a=b; CharSet = "GBK" | text/html | gbk
          text/html; charset | text/html | '?'
          text/html; charset= | text/html | '?'
          text/html; xcharset=utf-16; charsets=utf-16 | text/html | ''
          charset=utf-16 | charset=utf-16 | ''
          """)
  void aTypeIsItsNameAndItsCharset(String text, String name, String charset) {
    Set<String> charsets = charset.isEmpty() ? Set.of() : Set.of(charset.replace("?", ""));
    assertEquals(new MediaType(name, charsets), MediaType.of(text));
  }

  @Test
  void everyCharsetThatAReaderMightTakeCounts() {
    assertEquals(
        Set.of("utf-8", "utf-16"),
        MediaType.of("text/html; charset=utf-8; charset=utf-16").charsets());
    MediaType quoted = MediaType.of("text/html; x=\"a; charset=utf-7; b\"");
    assertEquals(Set.of("utf-7"), quoted.charsets());
    assertFalse(quoted.isIn(Set.of("utf-8")));
    assertTrue(MediaType.of("text/html").isIn(Set.of("utf-8")));
  }

  @Test
  void kindsAreKnownByTheName() {
    assertTrue(MediaType.of("text/json; a=b").isJson());
    assertTrue(MediaType.of("application/x+json").isJson());
    assertFalse(MediaType.of("application/jsonp").isJson());
    assertFalse(MediaType.of("text/plain; x=/json").isJson());
    assertTrue(MediaType.of("text/xml").isXml());
    assertTrue(MediaType.of("image/svg+XML").isXml());
    assertFalse(MediaType.of("application/json").isXml());
    assertTrue(MediaType.of("application/GRPC-web+json").isGrpc());
    assertFalse(MediaType.of("application/json").isGrpc());
    assertEquals(MediaType.NONE, MediaType.of(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "json",
        "/json",
        "application/",
        "a/b/c",
        "a/b, c/d",
        "a b/c",
        "ä/b",
        "a/\"b\""
      })
  void whatIsNoTypeIsNotWellFormed(String text) {
    assertFalse(MediaType.of(text).isWellFormed());
    assertFalse(MediaType.of(text + "; charset=utf-8").isWellFormed());
  }

  /** However a type is written, it is the same; seeded, so that a failure comes again. */
  @Test
  void spellingChangesNothing() {
    Random random = new Random(11);
    for (int i = 0; i < TRIES; i++) {
      String name = token(random) + "/" + token(random);
      String charset = token(random);
      String text =
          cased(name, random)
              + space(random)
              + ";"
              + space(random)
              + "x="
              + token(random)
              + ";"
              + space(random)
              + cased("charset", random)
              + space(random)
              + "="
              + space(random)
              + quoted(cased(charset, random), random)
              + space(random);
      MediaType read = MediaType.of(text);
      assertEquals(new MediaType(name, Set.of(charset)), read, text);
      assertTrue(read.isWellFormed(), text);
    }
  }

  /** Whatever stands there, it is read, and in the form that others compare with. */
  @Test
  void everyTextIsRead() {
    Random random = new Random(12);
    String letters = "aZ/;=\"+, charset\tÄ\u0000utf-8";
    for (int i = 0; i < TRIES; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(30); length > 0; length--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      MediaType read = MediaType.of(text.toString());
      assertEquals(read.name().strip().toLowerCase(Locale.ROOT), read.name());
      assertFalse(read.name().contains(";"));
      assertEquals(read.name(), MediaType.of(read.name()).name());
    }
  }

  private static String token(Random random) {
    String letters = "abcxyz019!#$%&'*+-.^_`|~";
    StringBuilder token = new StringBuilder();
    for (int length = 1 + random.nextInt(8); length > 0; length--) {
      token.append(letters.charAt(random.nextInt(letters.length())));
    }
    return token.toString();
  }

  private static String cased(String text, Random random) {
    return random.nextBoolean() ? text.toUpperCase(Locale.ROOT) : text;
  }

  private static String space(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> " ";
      case 1 -> "\t ";
      default -> "";
    };
  }

  private static String quoted(String text, Random random) {
    return random.nextBoolean() ? '"' + text + '"' : text;
  }
}
