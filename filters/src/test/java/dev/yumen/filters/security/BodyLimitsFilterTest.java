package dev.yumen.filters.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyLimitsFilterTest {
  private static final String POST = "POST /a HTTP/1.1\r\nHost: a\r\n";

  private static final String SMALL =
      """
      - body-limits:
          json: {depth: 3, members: 2, elements: 3, string: 8, name: 4, number: 5}
          xml: {depth: 3, attributes: 2, name: 4, value: 8, elements: 5}
      """;

  private static int post(FilterHarness gateway, String type, byte[] body) {
    String head = POST + "Content-Length: " + body.length + "\r\n" + type + "\r\n";
    try (RawClient client = gateway.connect()) {
      client.send(head);
      client.send(body);
      return client.readResponse().status();
    }
  }

  private static int json(FilterHarness gateway, String body) {
    return post(gateway, "Content-Type: application/json\r\n", body.getBytes(UTF_8));
  }

  private static int xml(FilterHarness gateway, String body) {
    return post(gateway, "Content-Type: text/xml; charset=utf-8\r\n", body.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        " [ ] \r\n",
        "1",
        "-0.1",
        "1e+10",
        "true",
        "null",
        "\"12345678\"",
        "\"\\u00e4\\n\"",
        "\"ääöö\"",
        "[[[]]]",
        "[{\"a\":[]},2,3]",
        "{\"a\":1,\"b\":{\"c\":[ ]}}",
        "[1,false , \"x\"]",
      })
  void jsonWithinTheLimitsPasses(String body) {
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      assertEquals(200, json(gateway, body), body);
      assertEquals(body, gateway.seen().text());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[[[]]]]",
        "{\"a\":{\"b\":{\"c\":{}}}}",
        "{\"a\":1,\"b\":2,\"c\":3}",
        "[1,2,3,4]",
        "\"123456789\"",
        "\"\\u00e4\\u00e4\"",
        "{\"12345\":1}",
        "123456",
        "1e1000",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "[1]]",
        "{}{}",
        "[",
        "\"a",
        "\"\\x\"",
        "\"\\u00g0\"",
        "\"\t\"",
        "01",
        "1.",
        "-",
        "+1",
        ".5",
        "tru",
        "truE",
        "NaN",
        "// a\n1",
        "/**/1",
        "\ufeff{}",
        "[1}",
      })
  void otherJsonIsRefused(String body) {
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      assertEquals(400, json(gateway, body), body);
      assertTrue(gateway.forwarded() == 0 || !gateway.seen().isComplete());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\u00c0\u00a2\"", "\"\u00ed\u00a0\u0080\"", "\"\u00e4\"", "\"\u00ff\""})
  void octetsThatAreNoUtf8AreRefused(String octets) {
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      String type = "Content-Type: application/json\r\n";
      assertEquals(400, post(gateway, type, octets.getBytes(ISO_8859_1)));
    }
  }

  @Test
  void anotherEncodingHidesNothing() {
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      for (String type :
          List.of("Content-Type: application/json\r\n", "", "Content-Type: a/b\r\n")) {
        assertEquals(400, post(gateway, type, "[[[[[]]]]]".getBytes(UTF_16LE)));
        assertEquals(400, post(gateway, type, "[[[[[]]]]]".getBytes(UTF_16BE)));
        assertEquals(400, post(gateway, type, "\ufeff[[[[[]]]]]".getBytes(UTF_16LE)));
        assertEquals(400, post(gateway, type, "\ufeff[[[[[]]]]]".getBytes(UTF_8)));
      }
      for (String charset : List.of("utf-16", "UTF-7", "\"latin1\"", "utf-8; charset=utf-16")) {
        String type = "Content-Type: application/xml;Charset=" + charset + "\r\n";
        assertEquals(400, post(gateway, type, "<a/>".getBytes(UTF_8)), charset);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a/>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b='1' c=\"2\"> x &lt;&#38;&#x26; </a >\n",
        "<a><b><c/></b><!-- x - y --><d><![CDATA[ <x> ]] ]]></d></a>",
        "<a><?do it?></a>",
        "<ä/>",
        "<a b='&amp;&amp;'/>",
      })
  void xmlWithinTheLimitsPasses(String body) {
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      assertEquals(200, xml(gateway, body), body);
      assertEquals(body, gateway.seen().text());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE a><a/>",
        "<!doctype a><a/>",
        "<?xml version=\"1.0\"?> <!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        "<a><!ENTITY b 'c'></a>",
        "<a>&b;</a>",
        "<a>&%b;</a>",
        "<a>&averylongentity</a>",
        "<a b='&c;'/>",
        "<a><b><c><d/></c></b></a>",
        "<a><b/><b/><b/><b/><b/></a>",
        "<a b='1' c='2' d='3'/>",
        "<a b='123456789'/>",
        "<abcde/>",
        "<a bcdef='1'/>",
        "<a></abcde>",
        "<a>",
        "</a>",
        "<a></a></a>",
        "<a",
        "<a b",
        "<a b=c/>",
        "<a b='<'/>",
        "<a/ >",
        "<a><!-- -- --></a>",
        "<![CDATA[x]]>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        "<?XML version='1.0' encoding = \"utf-7\" ?><a/>",
        "<a>\u0001</a>",
        "text",
      })
  void otherXmlIsRefused(String body) {
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      assertEquals(400, xml(gateway, body), body);
      assertTrue(gateway.forwarded() == 0 || !gateway.seen().isComplete());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/json",
    "APPLICATION/JSON ; charset=UTF-8",
    "application/problem+json",
    "text/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "''"
  })
  void deepJsonIsFoundWhateverItIsCalled(String type) {
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      String field = type.isEmpty() ? "" : "Content-Type: " + type + "\r\n";
      assertEquals(400, post(gateway, field, " \n[[[[1]]]]".getBytes(UTF_8)));
      assertEquals(200, post(gateway, field, " \n[[[1]]]".getBytes(UTF_8)));
    }
  }

  @Test
  void bodiesOfOtherKindsPassUnlessTheyAreRefused() {
    byte[] form = "a=b&c=[[[[[[".getBytes(UTF_8);
    String type = "Content-Type: application/x-www-form-urlencoded\r\n";
    byte[] picture = {(byte) 0xff, (byte) 0xd8, '[', '[', '[', '['};
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      assertEquals(200, post(gateway, type, form));
      assertEquals(200, post(gateway, "Content-Type: image/jpeg\r\n", picture));
      byte[] message = {0, 0, 0, 0, '{', 1};
      assertEquals(200, post(gateway, "Content-Type: application/grpc+json\r\n", message));
      assertEquals(200, gateway.get("/").status());
    }
    try (FilterHarness gateway = FilterHarness.of("- body-limits: {other-types: refuse}")) {
      assertEquals(403, post(gateway, type, form));
      assertEquals(200, gateway.get("/").status());
      assertEquals(200, json(gateway, "{}"));
    }
    try (FilterHarness gateway = FilterHarness.of("- body-limits: {other-types: pass}")) {
      assertEquals(200, post(gateway, type, "{nonsense".getBytes(UTF_8)));
    }
  }

  @Test
  void whatCannotBeReadIsRefusedByItsHead() {
    try (FilterHarness gateway = FilterHarness.of(SMALL)) {
      String type = "Content-Type: application/json\r\n";
      assertEquals(400, post(gateway, type + "Content-Encoding: gzip\r\n", new byte[] {1}));
      assertEquals(400, post(gateway, type + "Content-Type: text/plain\r\n", new byte[] {'1'}));
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void itDoesNotMatterHowABodyIsCut() {
    String body = "{\"a\":[1.5,\"\\u00e4ä\",null],\"b\":{}}";
    byte[] bytes = body.getBytes(UTF_8);
    String head = POST + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    try (FilterHarness gateway = FilterHarness.of(SMALL);
        RawClient client = gateway.connect()) {
      client.send(head);
      for (byte octet : bytes) {
        client.send("1\r\n").send(new byte[] {octet}).send("\r\n");
      }
      RawResponse answer = client.send("0\r\n\r\n").readResponse();
      assertEquals(200, answer.status());
      assertEquals(body, gateway.seen().text());
    }
  }

  @Test
  void onlyWhatIsReadWaitsForItsEnd() {
    String head = POST + "Content-Length: 4\r\n\r\n";
    try (FilterHarness gateway = FilterHarness.of(SMALL);
        RawClient client = gateway.connect()) {
      client.send(head + "ab");
      Eventually.within(
          Duration.ofSeconds(10),
          () -> gateway.forwarded() == 1 && gateway.seen().text().equals("ab"));
      assertEquals(200, client.send("cd").readResponse().status());
      assertEquals("abcd", gateway.seen().text());
    }
  }

  @Test
  void theAnswerSaysNothingOfTheBody() {
    String head = POST + "Content-Type: application/json\r\n";
    try (FilterHarness gateway = FilterHarness.of(SMALL);
        RawClient client = gateway.connect()) {
      RawResponse answer = client.send(head + "Content-Length: 6\r\n\r\nsecret").readResponse();
      assertTrue(answer.text().contains("BAD_REQUEST"), answer::text);
      assertFalse(answer.text().contains("JSON"), answer::text);
    }
  }

  @Test
  void aMillionBracketsCostNothing() {
    try (FilterHarness gateway = FilterHarness.of("- body-limits")) {
      assertEquals(400, json(gateway, "[".repeat(1_000_000)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{json: {depth: 0}}          | json.depth: 0",
        "{json: {depth: 1001}}       | json.depth: 1001",
        "{json: {string: 0}}         | json.string: 0",
        "{xml: {attributes: 0}}      | xml.attributes: 0",
        "{other-types: maybe}        | other-types",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String problem) {
    List<String> problems = FilterHarness.problems("- body-limits: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
  }
}
