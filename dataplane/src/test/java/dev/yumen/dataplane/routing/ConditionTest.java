package dev.yumen.dataplane.routing;

import static dev.yumen.dataplane.routing.MatchBuilder.absent;
import static dev.yumen.dataplane.routing.MatchBuilder.any;
import static dev.yumen.dataplane.routing.MatchBuilder.exact;
import static dev.yumen.dataplane.routing.MatchBuilder.matching;
import static dev.yumen.dataplane.routing.MatchBuilder.not;
import static dev.yumen.dataplane.routing.MatchBuilder.path;
import static dev.yumen.dataplane.routing.MatchBuilder.prefix;
import static dev.yumen.dataplane.routing.MatchBuilder.present;
import static dev.yumen.dataplane.routing.SimpleRequest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Attribute;
import dev.yumen.config.MatchConfig.PercentageMatch;
import dev.yumen.config.MatchConfig.TimeMatch;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConditionTest {

  @Test
  void headerConditionsLookAtTheFirstValue() {
    SimpleRequest request = get("h", "/").header("X-A", "one").header("x-a", "two");
    assertTrue(takes(any().header("x-A", exact("one")), request));
    assertFalse(takes(any().header("x-a", exact("two")), request));
    assertTrue(takes(any().header("x-a", prefix("on")), request));
    assertTrue(takes(any().header("x-a", matching("o.e")), request));
    assertFalse(takes(any().header("x-a", matching("o")), request));
    assertTrue(takes(any().header("x-a", present()), request));
    assertFalse(takes(any().header("x-a", absent()), request));
    assertFalse(takes(any().header("x-a", not("one")), request));
    assertTrue(takes(any().header("x-a", not("two")), request));
    assertTrue(takes(any().header("x-b", not("one")), request));
    assertTrue(takes(any().header("x-b", absent()), request));
    assertFalse(takes(any().header("x-b", prefix("")), request));
  }

  @ParameterizedTest
  @CsvSource({
    "/?k=v,            true",
    "/?k=v&k=w,        true",
    "/?k=w&k=v,        false",
    "/?a=b&%6b=%76,    true",
    "/?K=v,            false",
    "/?k=v%20,         false",
    "/?kk=v,           false",
    "/?a=k=v,          false",
    "/?&&k=v,          true",
    "/,                false",
    "/?k,              false",
  })
  void queryParametersAreDecodedByNameAndValue(String target, boolean taken) {
    assertEquals(taken, takes(any().query("k", exact("v")), get("h", target)));
  }

  @Test
  void queryValuesAreDecodedAsForms() {
    assertTrue(takes(any().query("k", exact("a b+c")), get("h", "/?k=a+b%2bc")));
    assertTrue(takes(any().query("你", exact("好")), get("h", "/?%e4%bd%a0=%E5%A5%BD")));
    assertTrue(takes(any().query("k", exact("100%")), get("h", "/?k=100%")));
    assertTrue(takes(any().query("k", exact("%zz")), get("h", "/?k=%zz")));
    assertTrue(takes(any().query("k", exact("")), get("h", "/?k")));
    assertTrue(takes(any().query("k", present()), get("h", "/?k=")));
    assertFalse(takes(any().query("", present()), get("h", "/?")));
  }

  @Test
  void cookiesAreFoundInEveryCookieLine() {
    SimpleRequest request =
        get("h", "/").header("Cookie", "a=1; b = 2;c").header("cookie", "d=\"x\"; a=9");
    assertTrue(takes(any().cookie("a", exact("1")), request));
    assertTrue(takes(any().cookie("b", exact("2")), request));
    assertTrue(takes(any().cookie("d", exact("\"x\"")), request));
    assertTrue(takes(any().cookie("c", absent()), request));
    assertFalse(takes(any().cookie("A", present()), request));
  }

  @Test
  void clientIsInOneOfTheRanges() {
    MatchBuilder rule = any().client("10.0.0.0/8").client("2001:db8::/32");
    assertTrue(takes(rule, get("h", "/").from("10.1.2.3")));
    assertTrue(takes(rule, get("h", "/").from("2001:db8::1")));
    assertFalse(takes(rule, get("h", "/").from("11.0.0.1")));
  }

  @ParameterizedTest
  @CsvSource({
    "application/json,                true",
    "Application/JSON; charset=utf-8, true",
    "application/jsonp,               false",
    "text/plain,                      true",
    "text/,                           true",
    "texts/plain,                     false",
  })
  void contentTypeIsComparedWithoutParameters(String type, boolean taken) {
    MatchBuilder rule = any().contentType("Application/json", "text/*");
    assertEquals(taken, takes(rule, get("h", "/").header("Content-Type", type)));
    assertFalse(takes(rule, get("h", "/")));
  }

  @Test
  void timeWindowIncludesItsStartAndNotItsEnd() {
    MatchBuilder rule =
        any()
            .time(
                new TimeMatch(
                    Instant.parse("2026-11-20T10:00:00Z"), Instant.parse("2026-11-20T11:00:00Z")));
    assertFalse(takes(rule, get("h", "/").at("2026-11-20T09:59:59.999Z")));
    assertTrue(takes(rule, get("h", "/").at("2026-11-20T10:00:00Z")));
    assertTrue(takes(rule, get("h", "/").at("2026-11-20T10:59:59.999Z")));
    assertFalse(takes(rule, get("h", "/").at("2026-11-20T11:00:00Z")));
  }

  @Test
  void percentageTakesItsShare() {
    assertEquals(0, takenOf10000(0, ""), 0);
    assertEquals(10_000, takenOf10000(100, ""), 0);
    assertEquals(500, takenOf10000(5, ""), 120);
    assertEquals(5_000, takenOf10000(50, "other salt"), 250);
  }

  private static int takenOf10000(double share, String salt) {
    RouteTable<String> table = table(any().percentage(byHeader(share, salt)));
    RouteMatch<String> match = new RouteMatch<>();
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      taken += table.match(get("h", "/").header("x-user", "user" + i), match) ? 1 : 0;
    }
    return taken;
  }

  @Test
  void percentageSticksToItsKeyAndGrows() {
    RouteTable<String> small = table(any().percentage(byHeader(20, "")));
    RouteTable<String> large = table(any().percentage(byHeader(40, "")));
    RouteTable<String> salted = table(any().percentage(byHeader(20, "s")));
    RouteMatch<String> match = new RouteMatch<>();
    int different = 0;
    for (int i = 0; i < 1_000; i++) {
      SimpleRequest request = get("h", "/" + i).header("x-user", "u" + i).from("10.0.0." + i % 9);
      boolean taken = small.match(request, match);
      assertTrue(!taken || large.match(request, match));
      different += taken == salted.match(request, match) ? 0 : 1;
    }
    assertTrue(different > 200, "another salt chooses others: " + different);
  }

  @Test
  void percentageWithoutItsKeyGoesByClient() {
    RouteTable<String> byHeader = table(any().percentage(byHeader(50, "")));
    RouteTable<String> byClient =
        table(any().percentage(new PercentageMatch(50, Attribute.parse("client"), "")));
    RouteMatch<String> match = new RouteMatch<>();
    for (int i = 0; i < 200; i++) {
      SimpleRequest request = get("h", "/").from("10.0.0." + i);
      assertEquals(byClient.match(request, match), byHeader.match(request, match));
    }
  }

  @Test
  void percentageCanGoByAPathVariable() {
    MatchBuilder rule =
        path("/u/{id}/**").percentage(new PercentageMatch(50, Attribute.parse("path:id"), ""));
    RouteTable<String> table = table(rule);
    RouteMatch<String> match = new RouteMatch<>();
    int taken = 0;
    for (int i = 0; i < 200; i++) {
      boolean first = table.match(get("h", "/u/" + i + "/x").from("10.0.0.1"), match);
      assertEquals(first, table.match(get("h", "/u/" + i).from("10.0.0.2"), match));
      taken += first ? 1 : 0;
    }
    assertEquals(100, taken, 40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"consumer", "route", "path:id"})
  void percentageByWhatIsNotKnownYetIsAnError(String key) {
    MatchBuilder rule = path("/a").percentage(new PercentageMatch(5, Attribute.parse(key), ""));
    RouteTable.Compiled<String> compiled = RouteTable.compile(List.of(rule.rule("r")));
    assertTrue(compiled.hasErrors());
    assertEquals("match.percentage.key", compiled.problems().getFirst().setting());
  }

  private static PercentageMatch byHeader(double share, String salt) {
    return new PercentageMatch(share, Attribute.parse("header:x-user"), salt);
  }

  @Test
  void everyConditionSaysWhatItIs() {
    Rule<String> rule =
        any()
            .header("X-A", exact("1"))
            .query("q", prefix("p"))
            .cookie("c", not("n"))
            .client("10.0.0.0/8")
            .contentType("text/*")
            .time(new TimeMatch(Instant.EPOCH, null))
            .percentage(byHeader(5, "s"))
            .expression("client == '::1'")
            .methods("GET")
            .rule("r");
    Entry<String> entry = new RuleCompiler<>(rule, ExpressionFailures.IGNORED).compile(null);
    assertEquals(
        List.of(
            "time is not before 1970-01-01T00:00:00Z",
            "client is in 10.0.0.0/8",
            "header x-a is \"1\"",
            "content type is text/*",
            "cookie c is not \"n\"",
            "query q starts with \"p\"",
            "5.0 % by header:x-user with salt \"s\"",
            "expression client == '::1'"),
        List.of(entry.conditions).stream().map(Condition::describe).toList());
    assertEquals("method is GET or HEAD", describe(entry.methods));
  }

  private static String describe(@Nullable Condition condition) {
    return condition == null ? "" : condition.describe();
  }

  private static boolean takes(MatchBuilder rule, SimpleRequest request) {
    return table(rule).match(request, new RouteMatch<>());
  }

  private static RouteTable<String> table(MatchBuilder rule) {
    RouteTable.Compiled<String> compiled = RouteTable.compile(List.of(rule.rule("r")));
    assertEquals(List.of(), compiled.problems());
    return compiled.table();
  }
}
