package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.yumen.dataplane.http1.HeadParser.Kind;
import dev.yumen.dataplane.http1.HeadParser.Result;
import dev.yumen.dataplane.http1.SlowHeadReader.Field;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/**
 * The parser against {@link SlowHeadReader}, on good heads and on what is left of them after edits.
 */
class HeadParserPropertyTest {
  private static final HeadLimits TIGHT = new HeadLimits(40, 30, 90, 5, 64);

  @Property(tries = 4000)
  void requestIsReadAsTheSlowReaderReadsIt(@ForAll("requests") String wire) {
    agree(Kind.REQUEST, Wire.LIMITS, wire);
    bothKindsAreMany();
  }

  @Property(tries = 3000)
  void responseIsReadAsTheSlowReaderReadsIt(@ForAll("responses") String wire) {
    agree(Kind.RESPONSE, Wire.LIMITS, wire);
    bothKindsAreMany();
  }

  @Property(tries = 3000)
  void limitsAreWhereTheSlowReaderHasThem(@ForAll("requests") String wire) {
    agree(Kind.REQUEST, TIGHT, wire);
  }

  @Property(tries = 500)
  void cutsDoNotChangeARequest(@ForAll("requests") String wire) {
    cutEverywhere(Kind.REQUEST, Wire.LIMITS, wire);
    cutEverywhere(Kind.REQUEST, TIGHT, wire);
  }

  @Property(tries = 300)
  void cutsDoNotChangeAResponse(@ForAll("responses") String wire) {
    cutEverywhere(Kind.RESPONSE, Wire.LIMITS, wire);
  }

  private static void agree(Kind kind, HeadLimits limits, String wire) {
    SlowHeadReader.Head expected = new SlowHeadReader(kind, limits).read(wire);
    HeadTable table = new HeadTable();
    ByteBuf in = Wire.bytes(wire);
    Result result = new HeadParser(kind, limits).parse(in, table);
    Statistics.label("good").collect(expected != null);
    if (expected == null) {
      assertNotEquals(Result.DONE, result);
      boolean ends = wire.indexOf("\r\n\r\n", leadingLines(wire)) >= 0;
      if (ends) {
        assertEquals(Result.FAILED, result);
      }
      return;
    }
    assertEquals(Result.DONE, result);
    assertEquals(expected.consumed(), in.readerIndex());
    assertEquals(expected.minor(), table.minorVersion());
    assertEquals(expected.contentLength(), table.contentLength());
    assertEquals(expected.chunked(), table.chunked());
    assertEquals(expected.persistent(), table.persistent());
    if (kind == Kind.REQUEST) {
      String target = table.text(table.targetStart(), table.targetEnd());
      assertEquals(expected.start().replaceAll(" [^ ]+$", ""), table.method() + " " + target);
    } else {
      assertEquals(expected.start().substring(9, 12), "" + table.status());
    }
    assertEquals(expected.readable(), readable(table));
    HeadTable again = new HeadTable();
    ByteBuf written = Wire.bytes("HTTP/1.1 200\r\n" + Wire.written(table) + "\r\n");
    new HeadParser(Kind.RESPONSE, Wire.LIMITS).parse(written, again);
    assertEquals(expected.written(), readable(again));
  }

  private static void bothKindsAreMany() {
    Statistics.label("good")
        .coverage(
            coverage -> {
              coverage.check(true).percentage(percent -> percent > 10);
              coverage.check(false).percentage(percent -> percent > 10);
            });
  }

  private static int leadingLines(String wire) {
    return wire.startsWith("\r\n\r\n") ? 4 : wire.startsWith("\r\n") ? 2 : 0;
  }

  private static List<Field> readable(HeadTable table) {
    List<Field> fields = new ArrayList<>();
    table.forEach((name, value) -> fields.add(new Field(name, value)));
    assertEquals(fields.size(), table.size());
    return fields;
  }

  private static void cutEverywhere(Kind kind, HeadLimits limits, String wire) {
    String whole = outcome(kind, limits, wire, wire.length(), wire.length());
    for (int cut = 1; cut < wire.length(); cut++) {
      assertEquals(whole, outcome(kind, limits, wire, cut, wire.length()));
    }
    assertEquals(whole, outcome(kind, limits, wire, 1, 1));
    assertEquals(whole, outcome(kind, limits, wire, 3, 7));
  }

  /**
   * All there is to see of a head that arrives in one piece of a size and then pieces of another.
   */
  private static String outcome(Kind kind, HeadLimits limits, String wire, int first, int then) {
    HeadParser parser = new HeadParser(kind, limits);
    HeadTable table = new HeadTable();
    Result result = Result.NEED_MORE;
    int sent = 0;
    int left = 0;
    while (result == Result.NEED_MORE && sent < wire.length()) {
      int end = Math.min(wire.length(), sent + (sent == 0 ? first : then));
      ByteBuf piece = Wire.bytes(wire.substring(sent, end));
      result = parser.parse(piece, table);
      left = piece.readableBytes();
      sent = end;
    }
    return switch (result) {
      case NEED_MORE -> "more";
      case FAILED -> parser.error().name();
      case DONE ->
          String.join(
              "\n",
              "" + (sent - left),
              table.method() + table.status() + table.minorVersion() + table.contentLength(),
              table.text(table.targetStart(), table.targetEnd()),
              table.text(table.pathStart(), table.pathEnd()),
              "" + table.queryStart() + "-" + table.authorityStart() + "-" + table.flags,
              "" + table.hostStart() + "-" + table.hostEnd(),
              readable(table).toString(),
              Wire.written(table));
    };
  }

  @Provide
  Arbitrary<String> requests() {
    Arbitrary<String> methods =
        Arbitraries.frequencyOf(
            pair(14, Arbitraries.of("GET", "POST")),
            pair(2, Arbitraries.of("OPTIONS", "CONNECT", "PRI", "get", "DELETE", "M-X", "")));
    Arbitrary<String> targets =
        Arbitraries.frequencyOf(
            pair(6, Arbitraries.of("/", "/a", "/a/b?c=d", "/a\\b", "/a?[]{}|", "//a", "/%")),
            pair(1, Arbitraries.of("http://a.b/c", "HTTPS://[::1]:8443", "http://a.b?b")),
            pair(1, Arbitraries.of("*", "a:80", "a:443", "/{", "", "http://", "a", "/a#b")));
    Arbitrary<String> versions =
        Arbitraries.frequencyOf(
            pair(14, Arbitraries.just("HTTP/1.1")),
            pair(2, Arbitraries.of("HTTP/1.0", "HTTP/1.9", "HTTP/2.0", "HTTP/1.", "http/1.1")));
    Arbitrary<String> lines =
        Combinators.combine(methods, targets, versions)
            .as((method, target, version) -> method + " " + target + " " + version);
    return heads(lines, Arbitraries.of("Host: a.b", "Host: A.b", "host: [::1]:8443", "HOST:a:443"));
  }

  @Provide
  Arbitrary<String> responses() {
    Arbitrary<String> lines =
        Combinators.combine(
                Arbitraries.frequency(
                    pair(12, "HTTP/1.1 "), pair(4, "HTTP/1.0 "), pair(1, "HTTP/2.0 ")),
                Arbitraries.frequencyOf(
                    pair(12, Arbitraries.of("200", "404", "599", "304", "204", "101", "100")),
                    pair(1, Arbitraries.of("99", "600", "20", ""))),
                Arbitraries.of(" OK", "", " ", " Not Found", " \u00ff", "\u00ff"))
            .as((version, status, reason) -> version + status + reason);
    return heads(lines, fields());
  }

  private static Arbitrary<String> heads(Arbitrary<String> lines, Arbitrary<String> firstField) {
    Arbitrary<String> good =
        Combinators.combine(
                Arbitraries.frequency(pair(9, ""), pair(1, "\r\n"), pair(1, "\r\n\r\n")),
                lines,
                firstField,
                fields().list().ofMaxSize(5),
                Arbitraries.of("", "", "rest", "\r\n\r\n"))
            .as(
                (before, line, first, fields, rest) -> {
                  List<String> all = new ArrayList<>(List.of(line, first));
                  all.addAll(fields);
                  return before + String.join("\r\n", all) + "\r\n\r\n" + rest;
                });
    Arbitrary<List<Edit>> edits =
        Arbitraries.frequencyOf(
            pair(1, Arbitraries.just(List.of())), pair(1, edits().list().ofMaxSize(3)));
    return Combinators.combine(good, edits).as(Edit::applyAll);
  }

  private static Arbitrary<String> fields() {
    Arbitrary<String> usual =
        Arbitraries.of(
            "X-A: b",
            "X-A:\tb \t",
            "X-B:",
            "x-c: \u00e9\u00ff\tz",
            "Cookie: a=b; c=d",
            "X_A: b",
            "Trailer: x",
            "Expect: 100-continue",
            "Accept: */*",
            "TE: trailers",
            "Upgrade: x",
            "Connection: close",
            "Connection: keep-alive, x-a",
            "Connection: ,, ,close,",
            "connection: Upgrade, Host, content-length, X-B");
    Arbitrary<String> framing =
        Arbitraries.of(
            "Content-Length: 5",
            "Content-Length: 0",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: CHUNKED",
            "content_length: 7",
            "Transfer_Encoding: chunked");
    Arbitrary<String> odd =
        Arbitraries.of(
            "Content-Length: +5",
            "Content-Length: 5,5",
            "Content-Length:",
            "Content-Length: 99999999999999999999",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: CHUNKED",
            " folded",
            ": x",
            "x",
            "Host: b",
            "Host:",
            "Host: a,b",
            "X-A : b",
            "Connection: \"x\"",
            "Content-Length: 00",
            "Host: a.b:080",
            "Host: [1::2:3]",
            "X\u0000: y",
            "Y: \u0001",
            "Connection: a b");
    return Arbitraries.frequencyOf(pair(14, usual), pair(3, framing), pair(1, odd));
  }

  private static Arbitrary<Edit> edits() {
    return Combinators.combine(
            Arbitraries.of(Edit.Kind.class),
            Arbitraries.integers().between(0, 1000),
            Arbitraries.of(
                "\r",
                "\n",
                "\r\n",
                " ",
                "\t",
                ":",
                ",",
                "\0",
                "\u007f",
                "\u0080",
                "\u00ff",
                "[",
                "]",
                "\\",
                "_",
                "-",
                ".",
                "?",
                "#",
                "/",
                "*",
                "0",
                "9",
                "a",
                "\"",
                ";",
                "@",
                "%",
                "\r\n ",
                "\r\n\r\n",
                "\u000b",
                "\u001f"))
        .as(Edit::new);
  }

  private static <T> Tuple.Tuple2<Integer, T> pair(int weight, T value) {
    return Tuple.of(weight, value);
  }
}
