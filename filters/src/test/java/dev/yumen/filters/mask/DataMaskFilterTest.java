package dev.yumen.filters.mask;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataMaskFilterTest {
  private static final String RULES =
      "rules: [{pointer: /name, keep-first: 1}, {pattern: phone, keep-last: 4}]";
  private static final String MASK = "- data-mask: {" + RULES + "}";
  private static final String JSON = "Content-Type: application/json";
  private static final String BODY = "{\"name\":\"Ann\",\"tel\":\"13800138000\"}";
  private static final String SHOWN = "{\"name\":\"A**\",\"tel\":\"*******8000\"}";

  private static RawResponse answer(FilterHarness gateway, String head, String body) {
    int length = body.getBytes(UTF_8).length;
    gateway.upstreamNext(
        Behaviours.raw(
            "HTTP/1.1 200 OK\r\n" + head + "\r\nContent-Length: " + length + "\r\n\r\n" + body));
    return gateway.get("/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: application/json",
        "Content-Type: Application/Problem+JSON; charset=UTF-8",
        "X-No: type",
      })
  void jsonIsMaskedByPlaceAndForm(String type) {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      RawResponse answer = answer(gateway, type, BODY);
      assertEquals(SHOWN, answer.text());
      assertEquals(Integer.toString(SHOWN.length()), answer.header("Content-Length"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: image/png\r\nContent-Type: application/json",
        "Content-Type: application/json, text/html",
        "Content-Type: ",
        "Content-Type: json",
        "Content-Type: multipart/mixed; boundary=a",
      })
  void aTypeThatIsNoneHidesNothing(String type) {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      RawResponse answer = answer(gateway, type, BODY);
      assertTrue(!answer.text().contains("13800138000"), answer::text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: text/plain\r\nContent-Encoding: identity\r\nContent-Encoding: gzip",
        "Content-Type: text/plain\r\nContent-Encoding: identity, gzip",
        "Content-Type: application/json-seq",
      })
  void whatCanNotBeReadIsRefused(String head) {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      assertEquals(502, answer(gateway, head, "\u001e" + BODY).status());
    }
  }

  @Test
  void settingsSayWhatIsHiddenBehindWhat() {
    String rules = "rules: [{expression: 'An+', keep-last: 1}], mask: '#'";
    try (FilterHarness gateway = FilterHarness.of("- data-mask: {" + rules + "}")) {
      assertEquals("{\"name\":\"##n\"}", answer(gateway, JSON, "{\"name\":\"Ann\"}").text());
    }
  }

  @Test
  void severalDocumentsAreNoJson() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      assertEquals(502, answer(gateway, JSON, BODY + BODY).status());
    }
  }

  @Test
  void textThatIsMarkedAsUtf16IsNotSent() {
    try (FilterHarness gateway = FilterHarness.of(MASK);
        RawClient client = gateway.connect()) {
      gateway.upstreamNext(
          Behaviours.raw(
              "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n"
                  + "\u00ff\u00fe1\u00003\u0000"));
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThrows(UncheckedIOException.class, client::readResponse);
    }
  }

  @Test
  void everyBorderOfChunksFromTheServiceGivesTheSame() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      for (int border = 1; border < BODY.length(); border++) {
        String head =
            "HTTP/1.1 200 OK\r\n" + JSON + "\r\nContent-Length: " + BODY.length() + "\r\n\r\n";
        gateway.upstreamNext(
            Behaviours.raw(head + BODY.substring(0, border), BODY.substring(border)));
        assertEquals(SHOWN, gateway.get("/").text());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "text/html; charset=utf-8", "image/svg+xml", "text/event-stream"})
  void textIsMaskedByForm(String type) {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      String text = "data: 13800138000\n\ndata: Ann 13900139000";
      assertEquals(
          "data: *******8000\n\ndata: Ann *******9000",
          answer(gateway, "Content-Type: " + type, text).text());
    }
  }

  @Test
  void linesOfJsonAreMaskedLineByLine() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      String type = "Content-Type: application/x-ndjson";
      assertEquals(SHOWN + "\n" + SHOWN, answer(gateway, type, BODY + "\n" + BODY).text());
    }
  }

  @Test
  void otherCharsetsAreReadAndKept() {
    try (FilterHarness gateway = FilterHarness.of(MASK);
        RawClient client = gateway.connect()) {
      byte[] body = "电话 13800138000".getBytes(Charset.forName("GBK"));
      String text = new String(body, ISO_8859_1);
      gateway.upstreamNext(
          Behaviours.raw(
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=GBK\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n"
                  + text));
      RawResponse answer = client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").readResponse("GET");
      assertTrue(answer.text().endsWith(" *******8000"), answer::text);
    }
  }

  @Test
  void otherTypesPass() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      assertEquals(BODY, answer(gateway, "Content-Type: application/octet-stream", BODY).text());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          200 | Content-Type: application/json | Content-Encoding: gzip
          200 | Content-Type: text/plain | Content-Encoding: br
          206 | Content-Type: application/json | Content-Range: bytes 0-1/2
          206 | Content-Type: multipart/byteranges; boundary=a | X: y
          200 | Content-Type: text/plain; charset=utf-16 | X: y
          """)
  void whatCanNotBeMaskedIsRefusedOrPasses(int status, String type, String field) {
    for (String setting : List.of("refuse", "pass")) {
      try (FilterHarness gateway =
          FilterHarness.of("- data-mask: {" + RULES + ", unmaskable: " + setting + "}")) {
        gateway.upstreamNext(
            Behaviours.raw(
                "HTTP/1.1 %d OK\r\n%s\r\n%s\r\nContent-Length: 2\r\n\r\n{}"
                    .formatted(status, type, field)));
        assertEquals(setting.equals("pass") ? status : 502, gateway.get("/").status());
      }
    }
  }

  @Test
  void malformedOrLongJsonIsRefusedOrPasses() {
    String small = ", max-body: 20B";
    try (FilterHarness gateway = FilterHarness.of("- data-mask: {" + RULES + small + "}")) {
      assertEquals(502, answer(gateway, JSON, "{\"name\":").status());
      assertEquals(502, answer(gateway, JSON, BODY).status());
      gateway.upstreamNext(
          Behaviours.raw("HTTP/1.1 200 OK\r\n" + JSON + "\r\nConnection: close\r\n\r\n" + BODY));
      assertEquals(502, gateway.get("/").status());
    }
    try (FilterHarness gateway =
        FilterHarness.of("- data-mask: {" + RULES + small + ", unmaskable: pass}")) {
      assertEquals("{\"name\":", answer(gateway, JSON, "{\"name\":").text());
      assertEquals(BODY, answer(gateway, JSON, BODY).text());
      String metrics = new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
      assertTrue(
          metrics.contains("gateway_masked_answers_total{result=\"passed\",route=\"test\"} 2"),
          metrics);
    }
  }

  @Test
  void servicesAreAskedForWholeAnswersThatAreNotCompressed() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      gateway.get("/", "Accept-Encoding: gzip, br", "Range: bytes=0-3", "If-Range: \"a\"");
      assertEquals("identity", gateway.seen().header("Accept-Encoding"));
      assertNull(gateway.seen().header("Range"));
      assertNull(gateway.seen().header("If-Range"));
    }
  }

  @Test
  void fieldsThatSpeakOfTheBytesAreCorrected() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      String head =
          JSON
              + "\r\nETag: \"a\"\r\nContent-Digest: sha-256=:AA==:\r\nRepr-Digest: sha-256=:AA==:"
              + "\r\nDigest: SHA-256=AA==\r\nContent-MD5: AA==\r\nAccept-Ranges: bytes";
      RawResponse answer = answer(gateway, head, BODY);
      assertEquals("W/\"a\"", answer.header("ETag"));
      for (String name :
          List.of("Content-Digest", "Repr-Digest", "Digest", "Content-MD5", "Accept-Ranges")) {
        assertNull(answer.header(name), name);
      }
    }
  }

  @Test
  void answersWithoutABodyPass() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      gateway.upstreamNext(
          Behaviours.raw("HTTP/1.1 304 No\r\nETag: \"a\"\r\n" + JSON + "\r\n\r\n"));
      assertEquals(304, gateway.get("/").status());
      gateway.upstreamNext(Behaviours.respond(200, Map.of("Content-Type", "application/json"), ""));
      assertEquals(200, gateway.get("/").status());
      assertEquals(200, gateway.send("HEAD", "/").status());
    }
  }

  /** 512 KiB of JSON whose personal part stands at its end. */
  private static String longJson() {
    return "{\"a\":\"" + "x".repeat(512 << 10) + "\",\"tel\":\"13800138000\"}";
  }

  @Test
  void longJsonIsMaskedWhileOtherRequestsAreServed() {
    try (FilterHarness gateway = FilterHarness.of("- data-mask: {" + RULES + ", max-body: 1MiB}")) {
      String shown = longJson().replace("13800138000", "*******8000");
      RawResponse answer = answer(gateway, JSON + "\r\nX-Kept: yes\r\nETag: \"a\"", longJson());
      assertEquals(shown, answer.text());
      assertEquals(Integer.toString(shown.length()), answer.header("Content-Length"));
      assertEquals("yes", answer.header("X-Kept"));
      assertEquals("W/\"a\"", answer.header("ETag"));
      assertEquals(SHOWN, answer(gateway, JSON, BODY).text(), "the next answer of the connection");
      String metrics = new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
      assertTrue(
          metrics.contains("gateway_masked_answers_total{result=\"masked\",route=\"test\"} 2"),
          metrics);
      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
              .anyMatch(thread -> thread.getName().startsWith("yumen-data-mask-")),
          "a thread for long ones");
    }
  }

  @Test
  void severalHoldTheSameAnswerOneAfterTheOther() {
    String second = "- data-mask: {rules: [{pointer: /a}], max-body: 1MiB}\n";
    try (FilterHarness gateway =
        FilterHarness.of(second + "- data-mask: {" + RULES + ", max-body: 1MiB}")) {
      String shown = longJson().replace("13800138000", "*******8000").replace('x', '*');
      assertEquals(shown, answer(gateway, JSON, longJson()).text());
    }
  }

  @Test
  void longJsonThatIsNoneIsRefusedOrPasses() {
    String broken = longJson() + "}";
    for (String setting : List.of("refuse", "pass")) {
      try (FilterHarness gateway =
          FilterHarness.of(
              "- data-mask: {" + RULES + ", max-body: 1MiB, unmaskable: " + setting + "}")) {
        RawResponse answer = answer(gateway, JSON, broken);
        if (setting.equals("pass")) {
          assertEquals(broken, answer.text());
        } else {
          assertEquals(502, answer.status());
          assertTrue(answer.text().contains("ANSWER_REFUSED"), answer::text);
        }
        assertEquals(SHOWN, answer(gateway, JSON, BODY).text());
      }
    }
  }

  @Test
  void maskingThatTakesTooLongEndsTheAnswer() {
    String settings = ", max-body: 16MiB}";
    try (FilterHarness gateway =
        FilterHarness.of(
            "/**", "- data-mask: {" + RULES + settings, "limits: {filter-timeout: 1ms}")) {
      RawResponse answer = answer(gateway, JSON, "[" + "\"12345678901\",".repeat(1 << 20) + "1]");
      assertEquals(504, answer.status());
      assertEquals(SHOWN, answer(gateway, JSON, BODY).text());
    }
  }

  @Test
  void whoLeavesMeanwhileCostsNobodyElse() {
    try (FilterHarness gateway =
        FilterHarness.of("- data-mask: {" + RULES + ", max-body: 16MiB}")) {
      String body = "[" + "\"12345678901\",".repeat(1 << 15) + "1]";
      String head = "HTTP/1.1 200 OK\r\n" + JSON + "\r\nContent-Length: " + body.length();
      for (int i = 1; i <= 4; i++) {
        int asked = i;
        gateway.upstreamNext(Behaviours.raw(head + "\r\n\r\n" + body));
        try (RawClient client = gateway.connect()) {
          client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
          Eventually.within(Duration.ofSeconds(10), () -> gateway.forwarded() == asked);
        }
      }
      assertEquals(SHOWN, answer(gateway, JSON, BODY).text());
      assertEquals(200, answer(gateway, JSON, longJson()).status());
    }
  }

  @Test
  void clientsAreToldWhyInTheirLanguage() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      gateway.upstreamNext(
          Behaviours.raw("HTTP/1.1 200 OK\r\n" + JSON + "\r\nContent-Length: 1\r\n\r\n{"));
      String text = gateway.get("/", "Accept-Language: zh").text();
      assertTrue(text.contains("响应未转发"), text);
      assertTrue(answer(gateway, JSON, "{").text().contains("may not pass on"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Type: application/json", "X-No: type", "Content-Type: text/plain"})
  void noLengthIsToldOfWhatWouldBeMasked(String type) {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      String fields =
          type + "\r\nETag: \"a\"\r\nContent-Digest: sha-256=:AA==:\r\nContent-Length: 34\r\n\r\n";
      gateway.upstreamNext(Behaviours.raw("HTTP/1.1 200 OK\r\n" + fields));
      assertUntold(gateway.send("HEAD", "/"));
      gateway.upstreamNext(Behaviours.raw("HTTP/1.1 304 Not Modified\r\n" + fields));
      assertUntold(gateway.get("/", "If-None-Match: \"a\""));
    }
  }

  private static void assertUntold(RawResponse answer) {
    assertNull(answer.header("Content-Length"));
    assertNull(answer.header("Content-Digest"));
    assertEquals("W/\"a\"", answer.header("ETag"));
  }

  @Test
  void theLengthIsToldOfWhatIsNotMasked() {
    try (FilterHarness gateway = FilterHarness.of(MASK)) {
      gateway.upstreamNext(
          Behaviours.raw(
              "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 34\r\n\r\n"));
      assertEquals("34", gateway.send("HEAD", "/").header("Content-Length"));
    }
  }

  /** A filter further out may call it something else: the bytes are those that it was. */
  @Test
  void anotherFilterThatChangesTheTypeHidesNothing() {
    String renames = "- response-headers: {set: {Content-Type: application/octet-stream}}\n";
    try (FilterHarness gateway = FilterHarness.of(renames + MASK)) {
      assertEquals(SHOWN, answer(gateway, JSON, BODY).text());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          rules: [] | at least one rule
          rules: [{keep-first: 1}] | one of pointer, pattern and expression
          rules: [{pointer: /a, pattern: phone}] | one of pointer, pattern and expression
          rules: [{pointer: a}] | a JSON Pointer
          rules: [{expression: 'a*'}] | one that does not match nothing
          rules: [{expression: '(a'}] | an RE2 expression
          rules: [{pattern: fax}] | id-card
          rules: [{pointer: /a, keep-first: -1}] | 0 to 100
          rules: [{pointer: /a}], mask: '**' | one visible character
          rules: [{pointer: /a}], max-body: 1GiB | 1B to 16MiB
          """)
  void settingsAreChecked(String settings, String expected) {
    List<String> problems = FilterHarness.problems("- data-mask: {" + settings + "}");
    assertTrue(problems.toString().contains(expected), problems::toString);
  }
}
