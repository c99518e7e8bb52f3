package dev.yumen.control.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.dataplane.StartSettings;
import dev.yumen.filters.BuiltInFilters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each code is found where it should be, and not in a case that is close. */
class PlanTest {
  private static final ConfigReader READER = new ConfigReader(BuiltInFilters.byName(), Map.of());

  private static final String AUTH = "filters: [{acl: {allow: {groups: [g]}}}], ";

  private static final Map<FindingCode, PlanCase> CASES = PlanCases.all();

  static LoadedConfig read(String yaml) {
    LoadedConfig loaded = READER.readText("text", yaml, Path.of("../config/src/test/resources"));
    assertNotNull(loaded.config(), () -> loaded.problems() + "\n" + yaml);
    return loaded;
  }

  static Plan plan(String before, String after) {
    return Plan.of(read(before), read(after));
  }

  private static Set<FindingCode> codes(Plan plan) {
    return plan.findings().stream()
        .map(Finding::code)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(FindingCode.class)));
  }

  @TestFactory
  Stream<DynamicTest> everyCodeIsFoundWhereItShouldBe() {
    return Stream.of(FindingCode.values())
        .map(
            code ->
                dynamicTest(
                    code.text(),
                    () -> {
                      PlanCase one = CASES.get(code);
                      assertNotNull(one, "no case");
                      Plan plan = plan(one.before(), one.after());
                      assertTrue(codes(plan).contains(code), () -> plan.findings().toString());
                      Finding finding =
                          plan.findings().stream()
                              .filter(found -> found.code() == code)
                              .findFirst()
                              .orElseThrow();
                      assertEquals(one.at(), String.valueOf(finding.at()), finding::toString);
                    }));
  }

  @TestFactory
  Stream<DynamicTest> noCodeIsFoundInACaseThatIsClose() {
    return CASES.entrySet().stream()
        .map(
            entry ->
                dynamicTest(
                    entry.getKey().text(),
                    () -> {
                      PlanCase one = entry.getValue();
                      Plan plan = plan(one.nearBefore(), one.nearAfter());
                      assertFalse(
                          codes(plan).contains(entry.getKey()), () -> plan.findings().toString());
                      assertFalse(plan.diff().isEmpty(), "the case must differ in something");
                    }));
  }

  @Test
  void everyFindingHasATextInBothLanguages() {
    for (PlanCase one : CASES.values()) {
      for (Finding finding : plan(one.before(), one.after()).findings()) {
        for (Texts.Language language : Texts.Language.values()) {
          String text = Texts.in(language).of(finding);
          assertFalse(text.isBlank() || text.matches(".*\\{[a-z]+}.*"), text);
        }
      }
    }
  }

  @Test
  void bothLanguagesHaveAllKeysAndNoOthers() {
    Set<String> english = Texts.in(Texts.Language.EN).keys();
    assertEquals(english, Texts.in(Texts.Language.ZH).keys());
    for (FindingCode code : FindingCode.values()) {
      assertTrue(english.contains(code.text()), code.text());
    }
    for (Severity severity : Severity.values()) {
      assertTrue(english.contains("severity." + severity.text()), severity.text());
    }
  }

  @Test
  void theMostSeriousComesFirst() {
    PlanCase one = CASES.get(FindingCode.ROUTE_UNPROTECTED);
    assertNotNull(one);
    List<Severity> severities =
        plan(one.before(), one.after()).findings().stream().map(Finding::severity).toList();
    List<Severity> sorted = new ArrayList<>(severities);
    sorted.sort(null);
    assertEquals(sorted, severities);
    assertEquals(Severity.DANGER, severities.getFirst());
  }

  @Test
  void equalConfigurationsGiveAnEmptyPlan() {
    for (PlanCase one : CASES.values()) {
      Plan plan = plan(one.after(), one.after());
      assertTrue(plan.diff().isEmpty() && plan.findings().isEmpty(), plan::toString);
    }
  }

  @Test
  void aSecretIsInNoTextAndNoData() {
    String secret = "hidden-0123456789abcdef0123456789abcdef";
    LoadedConfig before = read("routes: [{id: a, respond: {}}]");
    LoadedConfig after =
        read(
            "routes: [{id: a, respond: {}, filters: [{jwt: {algorithm: HS256, secret: "
                + secret
                + "}}]}]\nconsumers: [{name: c, credentials: [{hmac: {key-id: k, secret: "
                + secret
                + "}}]}]");
    Plan plan = Plan.of(before, after);
    assertEquals(Set.of(FindingCode.SECRET_IN_PLAIN, FindingCode.ROUTE_CHANGED), codes(plan));
    Texts texts = Texts.in(Texts.Language.EN);
    String all = plan.toString() + PlanData.of(plan, texts, before.positions(), after.positions());
    assertFalse(all.contains("hidden-"), all);
  }

  @Test
  void whatIsLostByRenamingIsFoundToo() {
    Plan plan =
        plan(
            "routes: [{id: a, match: {path: /a}, " + AUTH + "respond: {}}]",
            "routes: [{id: b, match: {path: /a}, respond: {}}]");
    Finding first = plan.findings().getFirst();
    assertEquals(FindingCode.REQUESTS_UNPROTECTED, first.code());
    assertEquals(
        "Requests such as GET /a were protected at route a and are open at route b.",
        Texts.in(Texts.Language.EN).of(first));
  }

  @Test
  void theLossOfAFilterForAllRoutesIsTheLossOfEachRoute() {
    Plan plan =
        plan(
            AUTH.replace("],", "]").strip()
                + "\nroutes: [{id: a, match: {path: /a}, respond: {}}, {id: b, respond: {}}]",
            "routes: [{id: a, match: {path: /a}, respond: {}}, {id: b, respond: {}}]");
    assertEquals(
        List.of("a", "b"),
        plan.findings().stream()
            .filter(finding -> finding.code() == FindingCode.ROUTE_UNPROTECTED)
            .map(Finding::route)
            .toList());
  }

  @Test
  void eachSettingThatIsReadAtStartIsNamed() {
    String routes = "routes: [{id: a, match: {path: /a}, respond: {}}]\n";
    Plan plan =
        plan(
            routes,
            routes
                + """
                management: {enabled: false}
                admin: {address: "127.0.0.1:9911", enabled: false, hosts: [a.example.com]}
                history: {keep: 7}
                source: {store: {}}
                runtime: {loops: 2}
                log: {level: warn}
                """);
    assertEquals(
        List.of(
            "management", "admin.address", "admin.enabled", "history.keep", "source", "runtime"),
        restarts(plan));
  }

  @Test
  void aRestartIsNeededForWhatDiffersFromTheStartWhateverIsLive() {
    String first = "routes: [{id: a, match: {path: /a}, respond: {}}]\n";
    StartSettings started = StartSettings.of(Objects.requireNonNull(read(first).config()));
    String live = first + "runtime: {loops: 2}\n";
    assertEquals(
        List.of("runtime"),
        restarts(Plan.of(read(live), read(live + "log: {level: warn}\n"), started)));
    assertEquals(List.of(), restarts(Plan.of(read(live), read(first), started)));
  }

  private static List<String> restarts(Plan plan) {
    return plan.findings().stream()
        .filter(finding -> finding.code() == FindingCode.RESTART_NEEDED)
        .map(finding -> finding.details().get("section"))
        .toList();
  }
}
