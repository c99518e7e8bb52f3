package dev.yumen.dataplane.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.dataplane.http1.HeadTable;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class GrpcTest {
  private static Grpc.Kind kind(String type) {
    HeadTable head = new HeadTable();
    head.add("Content-Type", type);
    return Grpc.kind(head);
  }

  private static Map<String, String> fields(Response answer) {
    Map<String, String> fields = new TreeMap<>();
    answer.headers().forEach(field -> fields.put(field.name(), field.value()));
    return fields;
  }

  @Example
  void theContentTypeTellsHowGrpcIsSpoken() {
    assertEquals(Grpc.Kind.NONE, Grpc.kind(new HeadTable()));
    for (String type : new String[] {"application/grpc", "Application/GRPC+proto"}) {
      assertEquals(Grpc.Kind.CALL, kind(type));
    }
    assertEquals(Grpc.Kind.CALL, kind("application/grpc; charset=utf-8"));
    assertEquals(Grpc.Kind.WEB, kind("application/grpc-web"));
    assertEquals(Grpc.Kind.WEB, kind("application/grpc-web+proto"));
    assertEquals(Grpc.Kind.WEB_TEXT, kind("application/grpc-web-text;x=y"));
    for (String type : new String[] {"application/grpcx", "application/json", "application/grp"}) {
      assertEquals(Grpc.Kind.NONE, kind(type));
    }
    assertEquals(Grpc.Kind.NONE, kind("application/grpc-web-texture"));
  }

  /** Every failure has a status that is none of success, and the same for the same code. */
  @Example
  void everyFailureHasAStatus() {
    Map<FailureCode, String> expected = new TreeMap<>();
    for (FailureCode code : FailureCode.values()) {
      Response answer =
          Grpc.answer(
              Grpc.Kind.CALL, Response.of(code.status()), Failure.of(code, "secret"), "text");
      assertEquals(200, answer.status());
      assertEquals(0, answer.body().length);
      assertEquals("application/grpc", fields(answer).get("content-type"));
      assertEquals(code + ": text", fields(answer).get("grpc-message"));
      expected.put(code, fields(answer).get("grpc-status"));
    }
    assertEquals("12", expected.get(FailureCode.NO_ROUTE));
    assertEquals("16", expected.get(FailureCode.AUTH_MISSING));
    assertEquals("16", expected.get(FailureCode.AUTH_INVALID));
    assertEquals("7", expected.get(FailureCode.FORBIDDEN));
    assertEquals("8", expected.get(FailureCode.RATE_LIMITED));
    assertEquals("8", expected.get(FailureCode.PAYLOAD_TOO_LARGE));
    assertEquals("4", expected.get(FailureCode.UPSTREAM_TIMEOUT));
    assertEquals("14", expected.get(FailureCode.UPSTREAM_CONNECT_TIMEOUT));
    assertEquals("14", expected.get(FailureCode.UPSTREAM_CONNECT_REFUSED));
    assertEquals("14", expected.get(FailureCode.UPSTREAM_RESET));
    assertEquals("14", expected.get(FailureCode.NO_ENDPOINT));
    assertEquals("14", expected.get(FailureCode.OVERLOADED));
    assertEquals("13", expected.get(FailureCode.UPSTREAM_PROTOCOL));
    assertEquals("13", expected.get(FailureCode.INTERNAL));
    assertEquals("13", expected.get(FailureCode.BAD_REQUEST));
    assertTrue(expected.values().stream().noneMatch("0"::equals), expected::toString);
  }

  @Example
  void anAnswerOfAFilterKeepsItsFieldsButNotItsBody() {
    Response filters =
        Response.of(403).header("WWW-Hint", "ask").body("text/plain", "no").header("Vary", "a");
    assertEquals(
        Map.of(
            "WWW-Hint", "ask",
            "Vary", "a",
            "content-type", "application/grpc-web-text+proto",
            "grpc-status", "7",
            "grpc-message", "HTTP status 403"),
        fields(Grpc.answer(Grpc.Kind.WEB_TEXT, filters, null, "")));
    Response well = Response.of(200).body("text/plain", "yes");
    assertEquals(well, Grpc.answer(Grpc.Kind.CALL, well, null, ""));
    assertEquals(filters, Grpc.answer(Grpc.Kind.NONE, filters, null, ""));
  }

  @Example
  void messagesArePercentEncoded() {
    assertEquals("a ~b", Grpc.encode("a ~b"));
    assertEquals("100%25%0A", Grpc.encode("100%\n"));
    assertEquals("%E4%B8%AD%7F", Grpc.encode("中\u007f"));
  }

  @Example
  void statusesAreReadStrictly() {
    for (Map.Entry<String, Integer> each :
        Map.of("0", 0, "16", 16, "17", 2, "", 2, "-1", 2, "x", 2, "99999999999", 2, "007", 7)
            .entrySet()) {
      HeadTable fields = new HeadTable();
      fields.add("grpc-status", each.getKey());
      assertEquals(each.getValue(), Grpc.statusIn(fields), each.getKey());
    }
    assertEquals(-1, Grpc.statusIn(new HeadTable()));
  }

  // ---- grpc-timeout ----

  @Example
  void timeoutsAreEightDigitsAndAUnit() {
    assertEquals(1, Grpc.timeout("1n"));
    assertEquals(2_000, Grpc.timeout("2u"));
    assertEquals(3_000_000, Grpc.timeout("3m"));
    assertEquals(4_000_000_000L, Grpc.timeout("4S"));
    assertEquals(300_000_000_000L, Grpc.timeout("5M"));
    assertEquals(21_600_000_000_000L, Grpc.timeout("6H"));
    assertEquals(0, Grpc.timeout("0S"));
    assertEquals(Long.MAX_VALUE, Grpc.timeout("99999999H"));
    for (String bad :
        new String[] {
          "",
          "5",
          "S",
          "123456789S",
          "-1S",
          "+1S",
          "1s",
          "1 S",
          " 1S",
          "1S ",
          "1.5S",
          "1SS",
          "0x1S",
          "１S",
          "1h",
          "1,S"
        }) {
      assertEquals(-1, Grpc.timeout(bad), bad);
    }
    assertEquals(-1, Grpc.timeout((String) null));
  }

  /** What is sent on is never less than what is left, and hardly more. */
  @Property
  void aTimeoutSentOnIsTheOneThatIsLeft(
      @ForAll @LongRange(min = 1, max = Long.MAX_VALUE / 4) long nanos) {
    String sent = Grpc.timeout(nanos);
    assertTrue(sent.length() <= 9, sent);
    long understood = Grpc.timeout(sent);
    assertTrue(understood >= nanos, sent);
    assertTrue(understood - nanos <= nanos / 90_000 + 1_000, sent);
  }
}
