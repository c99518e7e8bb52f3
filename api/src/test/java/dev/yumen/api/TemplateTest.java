package dev.yumen.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Template.Into;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  private final MemoryExchange exchange = new MemoryExchange("/shop/a%20b?x=1%20&y=");

  private String render(String text, Into into) {
    return Template.compile("to", text, into).render(exchange);
  }

  @ParameterizedTest
  @CsvSource({
    "${path}, shop/a%20b",
    "${query}, ?x=1%20&y=",
    "${query.x}|, '1 |'",
    "${query.z}, ''",
    "${method} ${scheme}, GET http",
    "${host}, shop.example.com",
    "${authority}, shop.example.com:8080",
    "${client}, 192.0.2.7",
    "${route}, users",
    "${id}/${trace-id}, exchange-1/exchange-1",
    "${consumer}, ''",
    "$5 $ $${path} {}, $5 $ ${path} {}",
  })
  void everyVariableHasItsValue(String template, String expected) {
    assertEquals(expected, render(template, Into.TEXT));
  }

  @Test
  void headersCookiesConsumersAndPathVariablesAreFilledIn() {
    exchange.headers().add("X-Tenant", "acme").add("Cookie", "a=1; b=2");
    exchange.pathVariables.put("id", "7");
    Consumer ann = new Consumer("ann", List.of(), Map.of(), List.of());
    exchange.identity(Identity.of(ann, "api-key"));
    assertEquals(
        "acme 2 7 ann", render("${header.x-tenant} ${cookie.b} ${path.id} ${consumer}", Into.TEXT));
  }

  @Test
  void hostOfAnIpv6AuthorityKeepsItsBrackets() {
    exchange.authority("[2001:db8::1]:8080");
    assertEquals("http://[2001:db8::1]/", render("http://${host}/", Into.LOCATION));
    exchange.authority("[2001:db8::1]");
    assertEquals("[2001:db8::1]", render("${host}", Into.TEXT));
  }

  @Test
  void textWithoutVariablesIsTheSameStringEveryTime() {
    Template template = Template.compile("", "fixed", Into.TEXT);
    assertTrue(template.constant());
    assertSame(template.render(exchange), template.render(exchange));
    assertFalse(Template.compile("", "${path}", Into.TEXT).constant());
  }

  @ParameterizedTest
  @CsvSource({
    "TEXT, 'a\"<~/ é?&'",
    "JSON, 'a\\\"\\u003C\\u000D\\u000A/ é?&'",
    "MARKUP, 'a&quot;&lt;~/ é?&amp;'",
    "HEADER, 'a\"<%0D%0A/ %C3%A9?&'",
    "PATH, '/a%22%3C%0D%0A%2F%20%C3%A9%3F&'",
    "QUERY, 'a%22%3C%0D%0A%2F%20%C3%A9%3F%26'",
    "LOCATION, '/a%22%3C%0D%0A%2F%20%C3%A9%3F&'",
  })
  void valuesAreEncodedForThePlaceTheyGoTo(Into into, String expected) {
    exchange.pathVariables.put("v", "a\"<\r\n/ é?&");
    boolean slash = into == Into.PATH || into == Into.LOCATION;
    assertEquals(expected.replace("~", "\r\n"), render(slash ? "/${path.v}" : "${path.v}", into));
  }

  @Test
  void behindTheQuestionMarkOfALocationValuesAreParameters() {
    exchange.pathVariables.put("v", "a&b=c/d");
    assertEquals("/login?to=a%26b%3Dc%2Fd", render("/login?to=${path.v}", Into.LOCATION));
    assertEquals("/l?a=/a%26b%3Dc%2Fd", render("/l?a=/${path.v}", Into.LOCATION));
  }

  @Test
  void queryTextIsEncodedToo() {
    assertEquals("a%20b%26", render("a b&", Into.QUERY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"//evil.example", "///evil.example", "/\\evil.example"})
  void aLocationNeverNamesAnotherServer(String path) {
    MemoryExchange evil = new MemoryExchange(path);
    String location = Template.compile("to", "/${path}", Into.LOCATION).render(evil);
    assertTrue(location.startsWith("/") && !location.startsWith("//"), location);
    assertFalse(location.startsWith("/\\"), location);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${query.next}",
        "${header.Referer}",
        "//${host}/",
        "https://${path.tenant}/",
        "https://shop.example.com${path}",
        "https:///x",
        "javascript:alert(1)",
        "shop",
        "/a b",
        "/a\r\nb",
      })
  void aLocationThatAClientCouldAimIsRefused(String text) {
    assertThrows(InvalidValue.class, () -> Template.compile("to", text, Into.LOCATION));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://shop.example.com/${path}",
        "https://${host}/${path}${query}",
        "${scheme}://new.${authority}/#top",
        "/login?next=${path}",
      })
  void usualLocationsCompile(String text) {
    assertEquals(text, Template.compile("to", text, Into.LOCATION).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "/a?b", "/a b", "/ä", "/a#b", "${path}"})
  void aPathThatCouldNotBeSentIsRefused(String text) {
    assertThrows(InvalidValue.class, () -> Template.compile("to", text, Into.PATH));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"${nope}", "${path:id}", "${header.}", "${}", "${client.x}", "open ${path"})
  void anUnknownVariableIsNamedInTheMessage(String text) {
    InvalidValue problem =
        assertThrows(InvalidValue.class, () -> Template.compile("body", text, Into.TEXT));
    assertEquals("body", problem.component());
    assertTrue(problem.value().contains("${"), problem.value());
  }

  @Test
  void aHeaderTemplateWithALineEndIsRefused() {
    assertThrows(InvalidValue.class, () -> Template.compile("", "a\nb: c", Into.HEADER));
  }

  /** Whatever a client sends stays where its value stands. */
  @ParameterizedTest
  @EnumSource(Into.class)
  void noValueLeavesItsPlace(Into into) {
    Random random = new Random(42);
    boolean uri = into == Into.PATH || into == Into.LOCATION;
    Template template = Template.compile("", uri ? "/a/${path.v}" : "a${path.v}", into);
    Pattern allowed = Pattern.compile(allowed(into), Pattern.DOTALL);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder value = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        value.append(
            (char) (random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(128)));
      }
      exchange.pathVariables.put("v", value.toString());
      String rendered = template.render(exchange);
      assertTrue(allowed.matcher(rendered).matches(), () -> value + " became " + rendered);
    }
  }

  private static String allowed(Into into) {
    return switch (into) {
      case TEXT -> ".*";
      case JSON -> "a([^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\]|\\\\u[0-9A-F]{4})*";
      case MARKUP -> "a([^<>&\"']|&(amp|lt|gt|quot|#39);)*";
      case HEADER -> "a[\\t -~]*";
      case PATH, LOCATION -> "/a/([A-Za-z0-9._~!$&'()*+,:@=-]|%[0-9A-F]{2})*";
      case QUERY -> "a([A-Za-z0-9._~-]|%[0-9A-F]{2})*";
    };
  }
}
