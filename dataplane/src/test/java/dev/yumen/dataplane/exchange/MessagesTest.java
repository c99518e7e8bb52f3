package dev.yumen.dataplane.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.yumen.api.FailureCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessagesTest {
  private final Messages messages = Messages.load();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "null | en",
        "'' | en",
        "zh | zh",
        "zh-CN | zh",
        "ZH-hans-cn | zh",
        "fr | en",
        "fr, zh | zh",
        "en, zh | en",
        "en;q=0.5, zh;q=0.8 | zh",
        "zh;q=0 | en",
        "zh;q=0, en;q=0 | en",
        "zh;q=nonsense | en",
        "'zh ; q=0.9 , en ; q=0.1' | zh",
        "* | en",
        "zhx | en",
        "',,,;' | en",
      })
  void theFirstWishThatCanBeMetIsMet(String header, String language) {
    assertEquals(language, messages.choose(header));
  }

  @Test
  void anEndlessHeaderIsNotRead() {
    assertEquals("en", messages.choose("zh,".repeat(1000)));
  }

  @Test
  void everyCodeHasItsTextInEveryLanguage() {
    for (String language : messages.languages()) {
      for (FailureCode code : FailureCode.values()) {
        assertFalse(messages.title(code, language).isBlank());
        assertFalse(messages.detail(code, language).isBlank());
      }
    }
  }
}
