package dev.yumen.control.diagnose;

import dev.yumen.control.plan.Texts.Language;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A diagnosis as maps, lists and texts, as JSON has them. What programs look at is in no language;
 * {@code text}, {@code name} and {@code advice} are for people.
 */
public final class DiagnosisData {
  private final DiagnoseTexts texts;

  private DiagnosisData(Language language) {
    this.texts = DiagnoseTexts.in(language);
  }

  public static Map<String, @Nullable Object> of(Diagnosis diagnosis, Language language) {
    return new DiagnosisData(language).data(diagnosis);
  }

  private Map<String, @Nullable Object> data(Diagnosis diagnosis) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("tree", name(diagnosis.tree()));
    data.put("about", diagnosis.about());
    Diagnosis.Step found = diagnosis.conclusion();
    data.put("conclusion", found == null ? null : name(found.check()));
    data.put("text", texts.summary(diagnosis));
    data.put("steps", diagnosis.steps().stream().map(this::step).toList());
    return data;
  }

  private Map<String, @Nullable Object> step(Diagnosis.Step step) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("check", name(step.check()));
    data.put("name", texts.of(step.check()));
    data.put("verdict", name(step.verdict()));
    List<Map<String, @Nullable Object>> evidence =
        step.evidence().stream().map(this::evidence).toList();
    data.put("evidence", evidence);
    return data;
  }

  private Map<String, @Nullable Object> evidence(Evidence seen) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("code", seen.sign().code());
    data.put("verdict", name(seen.sign().verdict()));
    data.put("text", texts.of(seen));
    data.put("details", seen.details());
    data.put("at", seen.at());
    data.put("advice", texts.advice(seen));
    data.put("docs", seen.sign().page().isEmpty() ? null : "docs/" + seen.sign().page());
    return data;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
