package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What RFC 9113 §8 calls malformed ends its stream with PROTOCOL_ERROR, is counted, and never comes
 * to an upstream, not even as a connection; other streams of the connection go on.
 */
@Timeout(60)
class Http2BadRequestTest {
  private static final int FRAME = 16 * 1024;

  /** Not a byte comes here. */
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());

  /** Heads come here whose bodies turn out to be wrong. */
  private static final ScriptedUpstream ENDS = ScriptedUpstream.start(echo());

  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits: {body: 100KiB}
          upstreams: {service: {endpoints: %s}, ends: {endpoints: %s}}
          routes:
            - {id: ends, match: {path: "/ends"}, to: ends}
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
          """
              .formatted(UPSTREAM.address(), ENDS.address()));

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
    ENDS.close();
  }

  /** Fields of a request that is refused, and whether its stream stays open. */
  record Bad(String name, String... fields) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Bad with(String name, String... fields) {
    List<String> all = new ArrayList<>(List.of(GET));
    all.addAll(List.of(fields));
    return new Bad(name, all.toArray(String[]::new));
  }

  private static Bad value(String name, String value) {
    return with(name, "x-a", value);
  }

  private static Bad path(String name, String path) {
    return new Bad("path " + name, pseudo("GET", "http", path, "localhost"));
  }

  private static String[] pseudo(String method, String scheme, String path, String authority) {
    return new String[] {
      ":method", method, ":scheme", scheme, ":path", path, ":authority", authority
    };
  }

  private static final String[] GET = pseudo("GET", "http", "/", "localhost");

  /** The same without one of the four. */
  private static Bad without(int index) {
    List<String> fields = new ArrayList<>(List.of(GET));
    String name = fields.remove(2 * index);
    fields.remove(2 * index);
    return new Bad("without " + name, fields.toArray(String[]::new));
  }

  private static Bad twice(int index) {
    String name = GET[2 * index];
    return new Bad(name + " twice", concat(GET, name, GET[2 * index + 1]));
  }

  private static String[] concat(String[] first, String... second) {
    String[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  static List<Bad> fields() {
    return List.of(
        value("CR in a value", "a\rb"),
        value("LF in a value", "a\nb"),
        value("CR LF and a field", "a\r\ntransfer-encoding: chunked"),
        value("CR LF CR LF and a request", "a\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: h"),
        value("NUL in a value", "a\u0000b"),
        value("0x01 in a value", "\u0001"),
        value("DEL in a value", "\u007f"),
        value("space before a value", " a"),
        value("space behind a value", "a "),
        value("tab behind a value", "a\t"),
        with("CR LF in a cookie", "cookie", "a=1", "cookie", "b=2\r\nx-b: 1"),
        with("LF in a host", "host", "local\nhost"),
        with("no name", "", "1"),
        with("upper case", "X-A", "1"),
        with("one letter in upper case", "x-A", "1"),
        with("colon in a name", "x:a", "1"),
        with("space in a name", "x a", "1"),
        with("CR LF in a name", "x\r\ny", "1"),
        with("NUL in a name", "x\u0000", "1"),
        with("0x80 in a name", "x\u0080", "1"),
        with("DEL in a name", "x\u007f", "1"),
        with("a name with colon and value", "x-a: 1\r\nx-b", "1"),
        with("Connection", "connection", "close"),
        with("Keep-Alive", "keep-alive", "timeout=5"),
        with("Proxy-Connection", "proxy-connection", "keep-alive"),
        with("Transfer-Encoding", "transfer-encoding", "chunked"),
        with("Upgrade", "upgrade", "websocket"),
        with("a length with a sign", "content-length", "+5"),
        with("two lengths", "content-length", "5", "content-length", "6"),
        with("the same length twice", "content-length", "0", "content-length", "0"),
        with("a list of lengths", "content-length", "0,0"),
        with("an empty length", "content-length", ""),
        with("TE", "te", "gzip"),
        with("TE with trailers and more", "te", "trailers, gzip"));
  }

  static List<Bad> pseudoFields() {
    return List.of(
        without(0),
        without(1),
        without(2),
        twice(0),
        twice(1),
        twice(2),
        twice(3),
        new Bad("an unknown one", concat(GET, ":other", "1")),
        new Bad("one of answers", concat(GET, ":status", "200")),
        new Bad(
            "behind a field",
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/",
            "x-a",
            "1",
            ":authority",
            "h"),
        with("another host", "host", "other.example"),
        with("the host twice", "host", "localhost", "host", "localhost"),
        path("empty", ""),
        path("with a space", "/a b"),
        path("with a request behind it", "/ HTTP/1.1\r\nhost: h\r\n\r\nGET /smuggled"),
        path("with a tab", "/a\tb"),
        path("with CR", "/a\rb"),
        path("with LF", "/a\nb"),
        path("with NUL", "/a\u0000"),
        path("with 0xff", "/\u00ff"),
        new Bad("method with a space", pseudo("GET /x", "http", "/", "localhost")),
        new Bad("method with CR LF", pseudo("GET / HTTP/1.1\r\nx: ", "http", "/", "localhost")),
        new Bad("empty method", pseudo("", "http", "/", "localhost")),
        new Bad("scheme", pseudo("GET", "ftp", "/", "localhost")),
        new Bad("empty scheme", pseudo("GET", "", "/", "localhost")),
        new Bad("authority with CR LF", pseudo("GET", "http", "/", "h\r\nx-b: 1")),
        new Bad("empty authority", pseudo("GET", "http", "/", "")),
        new Bad("CONNECT with a path", pseudo("CONNECT", "http", "/", "localhost")),
        new Bad("CONNECT without authority", ":method", "CONNECT"));
  }

  @ParameterizedTest
  @MethodSource({"fields", "pseudoFields"})
  void aMalformedHeadEndsItsStreamAlone(Bad bad) {
    int connections = UPSTREAM.connections();
    String received = UPSTREAM.received();
    long counted = GATEWAY.rejected("http2_malformed");
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      for (boolean last : new boolean[] {true, false}) {
        int stream = client.newStream();
        client.send(Http2Frame.headers(stream, last, bad.fields()));
        Http2Answer answer = client.answer(stream);
        assertEquals(Http2Frame.PROTOCOL_ERROR, answer.resetBy(), answer::toString);
        assertEquals(0, answer.status());
      }
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
      assertTrue(client.goAways().isEmpty());
    }
    assertEquals(counted + 2, GATEWAY.rejected("http2_malformed"));
    assertEquals(connections, UPSTREAM.connections());
    assertEquals(received, UPSTREAM.received());
  }

  /** A request whose body or trailers turn out to be wrong when its head may have gone on. */
  record BadEnd(String name, String length, List<Http2Frame> frames) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static BadEnd body(String name, String length, Http2Frame... frames) {
    return new BadEnd(name, length, List.of(frames));
  }

  private static BadEnd trailers(String name, boolean last, String... fields) {
    return body(name, "", Http2Frame.data(1, false, "body"), Http2Frame.headers(1, last, fields));
  }

  static List<BadEnd> ends() {
    return List.of(
        body("less than said", "5", Http2Frame.data(1, true, "body")),
        body("more than said", "3", Http2Frame.data(1, true, "body")),
        body(
            "more than said, in pieces",
            "3",
            Http2Frame.data(1, false, "bo"),
            Http2Frame.data(1, false, "dy")),
        body("nothing where something was said", "5", Http2Frame.data(1, true, "")),
        body(
            "less than said, then trailers",
            "5",
            Http2Frame.data(1, false, "body"),
            Http2Frame.headers(1, true, "etag", "1")),
        trailers("trailers that do not end the stream", false, "etag", "1"),
        trailers("a pseudo-field in trailers", true, ":path", "/"),
        trailers("a status in trailers", true, ":status", "200"),
        trailers("CR LF in a trailer", true, "etag", "1\r\n\r\nGET /smuggled HTTP/1.1"),
        trailers("NUL in a trailer", true, "etag", "\u0000"),
        trailers("upper case in a trailer", true, "ETag", "1"),
        trailers("colon in a trailer", true, "e:tag", "1"),
        trailers("a trailer without a name", true, "", "1"));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void aMalformedEndNeverCompletesARequest(BadEnd bad) {
    int before = ENDS.requests().size();
    long counted = GATEWAY.rejected("http2_malformed");
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      String[] length = {"content-length", bad.length()};
      int stream =
          client.request("POST", "/ends", false, bad.length().isEmpty() ? new String[0] : length);
      client.send(bad.frames().toArray(Http2Frame[]::new));
      Http2Answer answer = client.answer(stream);
      assertEquals(Http2Frame.PROTOCOL_ERROR, answer.resetBy(), answer::toString);
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
    assertEquals(counted + 1, GATEWAY.rejected("http2_malformed"));
    awaitNoAttempts();
    for (int i = before; i < ENDS.requests().size(); i++) {
      assertFalse(ENDS.requests().get(i).isComplete());
    }
    assertFalse(ENDS.received().contains("smuggled"));
  }

  @Test
  void nothingBehindALengthOfZeroGoesOn() {
    int before = ENDS.requests().size();
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = client.request("POST", "/ends", false, "content-length", "0");
      client.send(Http2Frame.data(stream, true, "smuggled"));
      assertEquals(Http2Frame.PROTOCOL_ERROR, client.answer(stream).resetBy());
    }
    awaitNoAttempts();
    for (int i = before; i < ENDS.requests().size(); i++) {
      assertEquals(0, ENDS.requests().get(i).bodyLength());
    }
    assertFalse(ENDS.received().contains("smuggled"));
  }

  @Test
  void aLengthWithoutABodyIsMalformed() {
    int connections = UPSTREAM.connections();
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      Http2Answer answer = client.answer(client.request("POST", "/", true, "content-length", "5"));
      assertEquals(Http2Frame.PROTOCOL_ERROR, answer.resetBy(), answer::toString);
    }
    assertEquals(connections, UPSTREAM.connections());
  }

  private static void awaitNoAttempts() {
    GATEWAY.awaitMetric("gateway_upstream_connections{upstream=\"ends\",state=\"active\"}", 0);
  }

  // ---- well formed, but refused by the rules of every client ----

  /** Fields, the status they get, and the reason under which it is counted. */
  record Refused(String name, int status, String reason, String... fields) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Refused refused(String path, String reason) {
    return new Refused(path, 400, reason, pseudo("GET", "http", path, "localhost"));
  }

  private static Refused refused(String name, int status, String reason, String... fields) {
    return new Refused(name, status, reason, concat(GET, fields));
  }

  private static Refused authority(String authority) {
    return new Refused(
        "authority " + authority, 400, "bad_host", pseudo("GET", "http", "/", authority));
  }

  static List<Refused> refused() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.addAll(List.of("x-a", "1"));
    }
    return List.of(
        refused("/a%00b", "nul"),
        refused("/a%2fb", "ambiguous_path"),
        refused("/a/..;/b", "ambiguous_path"),
        refused("/a\\b", "ambiguous_path"),
        refused("/../a", "above_root"),
        refused("/a%zz", "bad_percent"),
        refused("a", "bad_target"),
        refused("*", "bad_target"),
        refused("/a#b", "bad_target"),
        authority("a,b"),
        authority("user@h"),
        authority("h:99999"),
        authority("h/x"),
        new Refused(
            "no host", 400, "missing_host", ":method", "GET", ":scheme", "http", ":path", "/"),
        new Refused(
            "a long path",
            414,
            "request_line_too_long",
            pseudo("GET", "http", "/" + "a".repeat(9000), "localhost")),
        refused("a long field", 431, "header_too_large", "x-a", "a".repeat(16_400)),
        refused("many fields", 431, "too_many_headers", many.toArray(String[]::new)));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatTheParserRefusesIsAnswered(Refused refused) {
    int connections = UPSTREAM.connections();
    long counted = GATEWAY.rejected(refused.reason());
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = client.newStream();
      client.send(Http2Frame.headersInParts(stream, true, FRAME, refused.fields()));
      Http2Answer answer = client.answer(stream);
      assertEquals(refused.status(), answer.status(), answer::toString);
      assertEquals("application/problem+json", answer.header("content-type"));
      assertTrue(answer.isEnded());
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
    assertEquals(counted + 1, GATEWAY.rejected(refused.reason()));
    assertEquals(connections, UPSTREAM.connections());
  }

  @Test
  void moreFieldsThanTheLimitAreAnswered() {
    long counted = GATEWAY.rejected("header_too_large");
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      client.ping();
      assertEquals(32 * 1024, client.peerSetting(Http2Frame.MAX_HEADER_LIST_SIZE));
      String[] large = {"x-a", "a".repeat(9000)};
      String[] fixed = pseudo("GET", "http", "/fixed", "localhost");
      String[] three = concat(concat(concat(fixed, large), large), large);
      int stream = client.newStream();
      client.send(Http2Frame.headersInParts(stream, true, FRAME, three));
      assertEquals(200, client.answer(stream).status());
      stream = client.newStream();
      client.send(Http2Frame.headersInParts(stream, true, FRAME, concat(three, large)));
      Http2Answer answer = client.answer(stream);
      assertEquals(431, answer.status(), answer::toString);
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
    assertEquals(counted + 1, GATEWAY.rejected("header_too_large"));
  }

  @Test
  void aBodyBeyondTheLimitIsAnswered() {
    for (String length : new String[] {"150000", ""}) {
      long counted = GATEWAY.rejected("body_too_large");
      try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
        String[] field = {"content-length", length};
        int stream =
            client.request("POST", "/ends", false, length.isEmpty() ? new String[0] : field);
        client.sendPattern(stream, 150_000, true);
        Http2Answer answer = client.answer(stream);
        assertEquals(413, answer.status(), answer::toString);
        assertTrue(answer.isEnded());
        assertEquals("fixed", client.answer(client.get("/fixed")).text());
      }
      assertEquals(counted + 1, GATEWAY.rejected("body_too_large"));
    }
    awaitNoAttempts();
  }

  /** A reset behind the answer must not overtake its end, whatever comes in one reading. */
  @Test
  void theAnswerToABodyFarBeyondTheLimitIsWhole() {
    for (int i = 0; i < 50; i++) {
      try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
        int stream = client.request("POST", "/fixed", false);
        client.sendPattern(stream, 400_000, true);
        Http2Answer answer = client.answer(stream);
        assertEquals("fixed", answer.text());
        assertTrue(answer.isEnded(), answer::toString);
        stream = client.request("POST", "/ends", false);
        client.sendPattern(stream, 400_000, true);
        answer = client.answer(stream);
        assertEquals(413, answer.status(), answer::toString);
        assertTrue(answer.isEnded(), answer::toString);
      }
    }
    awaitNoAttempts();
  }

  @Test
  void tunnelsAndTracesAreRefused() {
    int before = UPSTREAM.requests().size();
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int connect = client.newStream();
      client.send(Http2Frame.headers(connect, false, ":method", "CONNECT", ":authority", "h:443"));
      assertEquals(405, client.answer(connect).status());
      assertEquals(405, client.answer(client.request("TRACE", "/", true)).status());
    }
    assertEquals(before, UPSTREAM.requests().size());
  }

  // ---- connections that are no HTTP/2 ----

  @Test
  void wrongBytesBehindThePrefaceCloseTheConnection() {
    long counted = GATEWAY.rejected("http2_protocol_error");
    for (String start :
        List.of(
            "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
            "PRI * HTTP/1.1\r\nHost: h\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")) {
      try (Http2Client client = Http2Client.connectSilently(GATEWAY.port())) {
        client.sendBytes(start.getBytes(StandardCharsets.US_ASCII));
        assertTrue(client.readEnd() != RawClient.End.STILL_OPEN, start);
        assertFalse(client.goAways().isEmpty(), start);
      }
    }
    assertEquals(counted + 3, GATEWAY.rejected("http2_protocol_error"));
  }

  @Test
  void reasonsAreThereBeforeTheyHappen() {
    String page =
        new String(GATEWAY.gateway().metrics().scrape(null, null).body(), StandardCharsets.UTF_8);
    for (String reason :
        List.of(
            "http2_malformed",
            "http2_protocol_error",
            "http2_flood",
            "http2_too_many_streams",
            "http2_ping_timeout")) {
      assertTrue(page.contains("gateway_rejected_total{reason=\"" + reason + "\"}"), reason);
    }
  }
}
