package dev.yumen.control.plan;

import dev.yumen.control.history.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is told of plans in one language, out of {@code <language>.properties}. A name in braces
 * stands for what the finding says under it.
 */
public final class Texts {
  /** Languages that there are texts in. */
  public enum Language {
    EN,
    ZH
  }

  private static final Pattern NAME = Pattern.compile("\\{([a-z]+)}");
  private static final Map<Language, Texts> ALL =
      Map.of(Language.EN, read(Language.EN), Language.ZH, read(Language.ZH));

  private final Properties texts;

  private Texts(Properties texts) {
    this.texts = texts;
  }

  /** Those of a language. */
  public static Texts in(Language language) {
    return Objects.requireNonNull(ALL.get(language));
  }

  private static Texts read(Language language) {
    String name = language.name().toLowerCase(Locale.ROOT) + ".properties";
    Properties texts = new Properties();
    try (InputStream in = Objects.requireNonNull(Texts.class.getResourceAsStream(name), name)) {
      texts.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Texts(texts);
  }

  /** What a finding says, in one sentence. */
  public String of(Finding finding) {
    Map<String, String> details = new HashMap<>(finding.details());
    String route = finding.route();
    String upstream = finding.upstream();
    if (route != null) {
      details.put("route", route);
      details.put("place", text("place.route", Map.of("name", route)));
    }
    if (upstream != null) {
      details.put("upstream", upstream);
      details.put("place", text("place.upstream", Map.of("name", upstream)));
    }
    return text(finding.code().text(), details);
  }

  /** The text of a key with its names filled in. */
  public String text(String key, Map<String, String> details) {
    Matcher matcher = NAME.matcher(Objects.requireNonNull(texts.getProperty(key), key));
    return matcher.replaceAll(
        found -> {
          String detail = Objects.requireNonNull(details.get(found.group(1)), found.group());
          return Matcher.quoteReplacement(Shown.clean(detail));
        });
  }

  /** The text for a number of things. */
  public String counted(String key, long count) {
    return text(count == 1 ? key + ".one" : key, Map.of("count", String.valueOf(count)));
  }

  Set<String> keys() {
    return texts.stringPropertyNames();
  }
}
