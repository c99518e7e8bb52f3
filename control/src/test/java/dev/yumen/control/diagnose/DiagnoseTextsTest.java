package dev.yumen.control.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.plan.Texts.Language;
import dev.yumen.filters.BuiltInFilters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiagnoseTextsTest {
  private static final Path DOCS = Path.of("../docs").toAbsolutePath().normalize();
  private static final Pattern NAME = Pattern.compile("\\{([a-z]+)}");

  @ParameterizedTest
  @EnumSource(Sign.class)
  void everySignHasATextAndEveryTroubleAnAdviceInBothLanguages(Sign sign) {
    for (Language language : Language.values()) {
      Set<String> keys = DiagnoseTexts.in(language).keys();
      assertTrue(keys.contains(sign.textKey()), sign + " in " + language);
      boolean trouble = sign.verdict() == Verdict.FOUND || sign.verdict() == Verdict.SUSPECT;
      assertTrue(!trouble || keys.contains(sign.adviceKey()), sign + " in " + language);
    }
  }

  @Test
  void bothLanguagesHaveTheSameTextsWithTheSameNames() throws Exception {
    assertEquals(DiagnoseTexts.in(Language.EN).keys(), DiagnoseTexts.in(Language.ZH).keys());
    assertEquals(names("en"), names("zh"));
  }

  private static Set<String> names(String language) throws Exception {
    Path file =
        Path.of("src/main/resources/dev/yumen/control/diagnose/" + language + ".properties");
    Set<String> names = new TreeSet<>();
    for (String line : Files.readAllLines(file)) {
      Matcher matcher = NAME.matcher(line);
      while (matcher.find()) {
        names.add(line.substring(0, line.indexOf('=')) + " " + matcher.group(1));
      }
    }
    return names;
  }

  @ParameterizedTest
  @EnumSource(Sign.class)
  void everyPageThatIsNamedIsThere(Sign sign) throws Exception {
    if (sign.page().isEmpty()) {
      assertFalse(sign.verdict() == Verdict.FOUND, "a cause needs a page to read on: " + sign);
      return;
    }
    String[] parts = sign.page().split("#", 2);
    List<String> anchors = new ArrayList<>();
    for (String line : Files.readAllLines(DOCS.resolve(parts[0]))) {
      if (line.startsWith("#")) {
        String title = line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT);
        anchors.add(title.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'));
      }
    }
    assertTrue(parts.length == 1 || anchors.contains(parts[1]), sign.page() + " of " + anchors);
  }

  /** The rows of the page begin with a code and the reason in code marks. */
  @Test
  void everyReasonOfThePageHasAStep() throws Exception {
    Pattern row = Pattern.compile("\\| `(AUTH_INVALID|FORBIDDEN)` \\| (`[^|]*) \\|.*");
    List<String> unknown = new ArrayList<>();
    int looked = 0;
    for (String line : Files.readAllLines(DOCS.resolve("troubleshooting-auth.md"))) {
      Matcher matcher = row.matcher(line);
      if (!matcher.matches()) {
        continue;
      }
      Matcher reason = Pattern.compile("`([^`]+)`").matcher(matcher.group(2));
      while (reason.find()) {
        looked++;
        if (!AuthReasons.isKnown(reason.group(1).replace("oidc-login: ", ""))) {
          unknown.add(matcher.group(1) + " " + reason.group(1));
        }
      }
    }
    assertTrue(looked > 25, "rows that were read: " + looked);
    assertEquals(
        List.of(
            "AUTH_INVALID the token endpoint says …",
            "AUTH_INVALID the provider says …",
            "AUTH_INVALID ID token: …",
            "AUTH_INVALID the provider's tokens are too large for cookies"),
        unknown,
        "those of a login, which come where the browser returns, are placed by their code");
  }

  @Test
  void everyFilterThatAsksOrRulesIsAKindThatThereIs() {
    for (String name : BuiltInFilters.byName().keySet()) {
      boolean asks = name.endsWith("-auth") || name.equals("jwt") || name.startsWith("oauth2");
      assertTrue(!asks || AuthTree.isKnown(name), name);
    }
  }
}
