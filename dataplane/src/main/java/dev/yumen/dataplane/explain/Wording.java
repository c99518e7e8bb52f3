package dev.yumen.dataplane.explain;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The texts of explanations in one language. Immutable. */
public final class Wording {
  /** Languages that there are texts in; the first for those who ask for another. */
  public static final List<String> LANGUAGES = List.of("en", "zh");

  private static final String FOLDER = "/dev/yumen/dataplane/explain/";

  private final Properties texts = new Properties();

  private Wording(String language) {
    String name = FOLDER + language + ".properties";
    try (InputStream in = Wording.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing from the program: " + name);
      }
      texts.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The texts of a language.
   *
   * @param language as in {@code zh}, {@code zh-CN} or {@code zh_CN.UTF-8}; of others, and of null,
   *     English
   */
  public static Wording of(@Nullable String language) {
    String wanted = language == null ? "" : language.toLowerCase(Locale.ROOT);
    for (String known : LANGUAGES) {
      if (wanted.matches(known + "([-_.].*)?")) {
        return new Wording(known);
      }
    }
    return new Wording(LANGUAGES.getFirst());
  }

  public String say(Saying saying) {
    return say(saying.key(), saying.details().toArray(String[]::new));
  }

  /** The text of a constant, with details in its gaps. */
  public String say(Enum<?> key, String... details) {
    String text = texts.getProperty(name(key));
    if (text == null) {
      throw new IllegalStateException("no text for " + name(key));
    }
    StringBuilder said = new StringBuilder(text.length() + 32);
    int from = 0;
    for (int gap = text.indexOf('{'); gap >= 0; gap = text.indexOf('{', from)) {
      said.append(text, from, gap).append(details[text.charAt(gap + 1) - '0']);
      from = gap + 3;
    }
    return said.append(text, from, text.length()).toString();
  }

  /** The name that a constant's text has in the files. */
  static String name(Enum<?> key) {
    return key.getDeclaringClass().getSimpleName().toLowerCase(Locale.ROOT) + "." + key.name();
  }

  Set<String> names() {
    return texts.stringPropertyNames();
  }

  @Nullable String raw(String name) {
    return texts.getProperty(name);
  }
}
