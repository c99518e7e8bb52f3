package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.Default;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.Shorthand;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Mistakes in records are found when the reader is made, before any file is read. */
class ShapesTest {
  record Unreadable(Set<String> names) {}

  record WrongDefault(@Default("many") int count) {}

  @Shorthand("nmae")
  record WrongShorthand(String name) {}

  private static <C extends Record> String refusal(Class<C> settings) {
    AnyFilter nothing = new Filter() {};
    FilterType<C> type = new FilterType<>("wrong", settings, (config, context) -> nothing);
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ConfigReader(Map.of("wrong", type), Map.of()));
    return String.valueOf(refused.getMessage());
  }

  @Test
  void aComponentOfAnUnknownKindIsNamed() {
    assertEquals(
        "dev.yumen.config.ShapesTest$Unreadable.names: settings can not be of type"
            + " java.util.Set<java.lang.String>",
        refusal(Unreadable.class));
  }

  @Test
  void aDefaultThatDoesNotFitIsNamed() {
    assertEquals(
        "dev.yumen.config.ShapesTest$WrongDefault: default of count[default:1:1 count: \"many\""
            + " (expected: a whole number)]",
        refusal(WrongDefault.class));
  }

  @Test
  void aShorthandWithoutItsComponentIsNamed() {
    assertEquals(
        "class dev.yumen.config.ShapesTest$WrongShorthand has no setting nmae",
        refusal(WrongShorthand.class));
  }

  @Test
  void keysAreLowerCaseWithDashes() {
    assertEquals("max-ttl", SettingName.dashed("maxTtl"));
    assertEquals("x509-name", SettingName.dashed("x509Name"));
    assertEquals("http2", SettingName.dashed("http2"));
    assertEquals("a-b", SettingName.dashed("aB"));
  }
}
