package dev.yumen.dataplane.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Remark;
import dev.yumen.dataplane.explain.Explanation.Changed;
import dev.yumen.dataplane.routing.Candidate.Rank;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WordingTest {
  private static List<Enum<?>> constants() {
    return Stream.<Enum<?>[]>of(
            Phrase.values(), Remark.About.values(), Rank.values(), Changed.values())
        .flatMap(Stream::of)
        .toList();
  }

  @Test
  void everyConstantHasATextInEveryLanguageAndNothingElseHas() {
    Set<String> names = constants().stream().map(Wording::name).collect(Collectors.toSet());
    for (String language : Wording.LANGUAGES) {
      assertEquals(new TreeSet<>(names), new TreeSet<>(Wording.of(language).names()), language);
    }
  }

  @Test
  void textsOfOneConstantHaveTheSameGapsInEveryLanguage() {
    Wording english = Wording.of("en");
    Wording chinese = Wording.of("zh");
    for (Enum<?> constant : constants()) {
      String name = Wording.name(constant);
      Set<String> gaps = gaps(Objects.requireNonNull(english.raw(name)));
      assertEquals(gaps, gaps(Objects.requireNonNull(chinese.raw(name))), name);
      if (constant instanceof Remark.About about) {
        assertTrue(gaps.size() <= about.gaps(), name);
      }
    }
  }

  private static Set<String> gaps(String text) {
    return Pattern.compile("\\{\\d\\}")
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theLanguageIsFoundInTheNamesThatSystemsGiveIt() {
    for (String chinese : List.of("zh", "zh_CN.UTF-8", "zh-Hans", "ZH")) {
      assertEquals("过滤器", Wording.of(chinese).say(Phrase.FILTERS), chinese);
    }
    for (String other : List.of("en_US.UTF-8", "C", "", "zhuang", "fr")) {
      assertEquals("Filters", Wording.of(other).say(Phrase.FILTERS), other);
    }
    assertEquals("Filters", Wording.of(null).say(Phrase.FILTERS));
  }

  @Test
  void detailsStandInTheGapsAsTheyAre() {
    assertEquals(
        "fits, but {0} comes first (x)", Wording.of("en").say(Phrase.OUTRANKED, "{0}", "x"));
  }
}
