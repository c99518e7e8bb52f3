package dev.yumen.control.canary;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/**
 * What is told of canaries in one language, out of {@code <language>.properties}. A number in
 * braces stands for a detail.
 */
public final class Texts {
  private static final Map<String, Texts> ALL = Map.of("en", read("en"), "zh", read("zh"));

  private final Properties texts;

  private Texts(Properties texts) {
    this.texts = texts;
  }

  /**
   * Those of a language.
   *
   * @param language en or zh
   */
  public static Texts in(String language) {
    return Objects.requireNonNull(ALL.get(language), language);
  }

  private static Texts read(String language) {
    String name = language + ".properties";
    Properties texts = new Properties();
    try (InputStream in = Objects.requireNonNull(Texts.class.getResourceAsStream(name), name)) {
      texts.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Texts(texts);
  }

  /** The reason in one sentence. */
  public String of(Reason reason) {
    String key = reason.about().name().toLowerCase(Locale.ROOT).replace('_', '-');
    String text = Objects.requireNonNull(texts.getProperty(key), key);
    for (int i = 0; i < reason.details().size(); i++) {
      text = text.replace("{" + i + "}", reason.details().get(i));
    }
    return text;
  }

  /** A number without needless digits. */
  public static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
