package dev.yumen.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlPasswordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "https://user:secret@host/path|https://***@host/path",
        "redis://:secret@host:6379|redis://***@host:6379",
        "https://secret@host|https://***@host",
        "https://u:se%40cret@host|https://***@host",
        "https://u:se@cret@host|https://***@host",
        "https://u:se cret@host|https://***@host",
        "https://u:se/cret@host|https://***@host",
        "https://u:se\"cret@host|https://***@host",
        "https://u:se://cret@host|https://***@host",
        "https:/u:secret@host|https:***@host",
        "u:secret@host:80|u:***@host:80",
        "http://a:secret@h1,http://b:secret@h2|http://***@h1,http://***@h2"
      })
  void usersOfAddressesAreHidden(String value, String shown) {
    assertEquals(shown, UrlPasswords.hiddenIn(value));
    assertEquals(shown, UrlPasswords.hiddenIn(shown));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"http://u:secret@h\" (expected: no \"@\" in it)|\"http://***@h\" (expected: no \"@\" in it)",
        "\"http://u:se\"cret@h\" (expected: x)|\"http://***@h\" (expected: x)",
        "\"http://h:80\" (expected: no \"@\")|\"http://h:80\" (expected: no \"@\")",
        "at index 7: http://u:se cret@h|at index 7: http://***@h"
      })
  void usersOfAddressesInSentencesAreHidden(String text, String shown) {
    assertEquals(shown, UrlPasswords.hiddenInText(text));
    assertEquals(shown, UrlPasswords.hiddenInText(shown));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://host:8080/a:b",
        "ops@example.com",
        "https://host/@scope/name",
        "\"[^:]+@.*\"",
        "from: ops@example.com"
      })
  void otherTextsStay(String text) {
    assertSame(text, UrlPasswords.hiddenIn(text).equals(text) ? text : "changed");
    assertEquals(text, UrlPasswords.hiddenInText(text));
  }
}
