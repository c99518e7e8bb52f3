package dev.yumen.control.diagnose;

import dev.yumen.control.history.Shown;
import dev.yumen.control.plan.Texts.Language;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is said of diagnoses in one language, out of {@code <language>.properties}. A name in braces
 * stands for a detail of the evidence.
 */
public final class DiagnoseTexts {
  private static final Pattern NAME = Pattern.compile("\\{([a-z]+)}");
  private static final Map<Language, DiagnoseTexts> ALL =
      Map.of(Language.EN, read(Language.EN), Language.ZH, read(Language.ZH));

  private final Properties texts;

  private DiagnoseTexts(Properties texts) {
    this.texts = texts;
  }

  /** Those of a language. */
  public static DiagnoseTexts in(Language language) {
    return Objects.requireNonNull(ALL.get(language));
  }

  private static DiagnoseTexts read(Language language) {
    String name = language.name().toLowerCase(Locale.ROOT) + ".properties";
    Properties texts = new Properties();
    try (InputStream in =
        Objects.requireNonNull(DiagnoseTexts.class.getResourceAsStream(name), name)) {
      texts.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new DiagnoseTexts(texts);
  }

  /** What was seen, in a sentence. */
  String of(Evidence seen) {
    return text(seen.sign().textKey(), seen.details());
  }

  /** What to do about it; null when there is nothing to do. */
  @Nullable String advice(Evidence seen) {
    String key = seen.sign().adviceKey();
    return texts.containsKey(key) ? text(key, seen.details()) : null;
  }

  /** The name of a step. */
  String of(Check check) {
    return text("check." + name(check), Map.of());
  }

  /** All of it in a sentence or two: what was found, or else what is suspect. */
  String summary(Diagnosis diagnosis) {
    Diagnosis.Step found = diagnosis.conclusion();
    if (found != null) {
      return said("found", found);
    }
    Diagnosis.Step suspect = diagnosis.first(Verdict.SUSPECT);
    if (suspect != null) {
      return said("suspect", suspect);
    }
    boolean open = diagnosis.first(Verdict.NOT_KNOWN) != null;
    return text(open ? "nothing-known" : "nothing", Map.of());
  }

  private String said(String key, Diagnosis.Step step) {
    return text("summary." + key, Map.of("check", of(step.check())))
        + of(step.evidence().getFirst());
  }

  String text(String key, Map<String, String> details) {
    Matcher matcher = NAME.matcher(Objects.requireNonNull(texts.getProperty(key), key));
    return matcher.replaceAll(
        found -> {
          String detail = Objects.requireNonNull(details.get(found.group(1)), found.group());
          return Matcher.quoteReplacement(Shown.clean(detail));
        });
  }

  private static String name(Check check) {
    return check.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Set<String> keys() {
    return texts.stringPropertyNames();
  }
}
