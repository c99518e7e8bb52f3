package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What bad input gets: a status, a closed connection, a counted reason, and nothing of it at the
 * upstream.
 */
class BadRequestTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          listeners: {http: {address: "127.0.0.1:0", protocols: [http1]}}
          limits: {chunk-line: 64}
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: get, match: {path: "/get", methods: [GET]}, to: service}
          """
              .formatted(UPSTREAM.address()));

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  /** A malformed request, the status it gets, and the reason under which it is counted. */
  record Bad(String name, String request, int status, String reason) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Bad head(String name, String fields, String reason) {
    return new Bad(name, "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\nbody0", 400, reason);
  }

  private static Bad target(String target, String reason) {
    return new Bad(
        "target " + target, "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n", 400, reason);
  }

  private static Bad host(String name, String hosts, String reason) {
    return new Bad("host " + name, "GET / HTTP/1.1\r\n" + hosts + "\r\n", 400, reason);
  }

  /** Framing forms: these are also cut at every byte. */
  static List<Bad> framing() {
    return List.of(
        head(
            "both framings",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "content_length_with_transfer_encoding"),
        head(
            "both framings, the other way round",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "content_length_with_transfer_encoding"),
        head(
            "two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n", "repeated_content_length"),
        head(
            "the length twice",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "repeated_content_length"),
        head("+5", "Content-Length: +5\r\n", "bad_content_length"),
        head("-5", "Content-Length: -5\r\n", "bad_content_length"),
        head("0x5", "Content-Length: 0x5\r\n", "bad_content_length"),
        head("5,5", "Content-Length: 5,5\r\n", "bad_content_length"),
        head("5 5", "Content-Length: 5 5\r\n", "bad_content_length"),
        head("5_0", "Content-Length: 5_0\r\n", "bad_content_length"),
        head("empty length", "Content-Length:\r\n", "bad_content_length"),
        head("2^63", "Content-Length: 9223372036854775808\r\n", "bad_content_length"),
        head("2^64", "Content-Length: 18446744073709551621\r\n", "bad_content_length"),
        head(
            "chunked not last",
            "Transfer-Encoding: chunked, identity\r\n",
            "bad_transfer_encoding"),
        head("xchunked", "Transfer-Encoding: xchunked\r\n", "bad_transfer_encoding"),
        head("vertical tab", "Transfer-Encoding: \u000bchunked\r\n", "bad_value"),
        head("quoted", "Transfer-Encoding: \"chunked\"\r\n", "bad_transfer_encoding"),
        head("0xff", "Transfer-Encoding: \u00ffchunked\r\n", "bad_transfer_encoding"),
        head("empty coding", "Transfer-Encoding:\r\n", "bad_transfer_encoding"),
        head(
            "two codings in two lines",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "bad_transfer_encoding"),
        new Bad(
            "unknown coding",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            501,
            "unknown_transfer_coding"),
        new Bad(
            "coding in HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "transfer_encoding_in_http_1_0"),
        head("folded", "X-A: 1\r\n 2\r\n", "obs_fold"),
        head("folded coding", "Transfer-Encoding:\r\n chunked\r\n", "bad_transfer_encoding"),
        head("folded first", " X-A: 1\r\n", "obs_fold"),
        head("space before the colon", "Content-Length : 5\r\n", "space_before_colon"),
        head("tab before the colon", "Content-Length\t: 5\r\n", "space_before_colon"),
        head("no name", ": 5\r\n", "empty_name"),
        head("no colon", "Content-Length 5\r\n", "space_before_colon"),
        head("bad name", "Content(Length: 5\r\n", "bad_name"),
        head("name with 0x80", "Content\u0080Length: 5\r\n", "bad_name"),
        head("bare LF", "X-A: 1\nContent-Length: 5\r\n", "bare_lf"),
        head("bare CR", "X-A: 1\rContent-Length: 5\r\n", "bare_cr"),
        head("CR CR LF", "X-A: 1\r\r\n", "bare_cr"),
        head("NUL in a value", "X-A: 1\u0000\r\n", "bad_value"),
        head("DEL in a value", "X-A: 1\u007f\r\n", "bad_value"),
        head("NUL in a name", "X\u0000A: 1\r\n", "bad_name"));
  }

  static List<Bad> others() {
    List<Bad> bad = new ArrayList<>();
    bad.add(host("missing", "X-A: 1\r\n", "missing_host"));
    bad.add(host("empty", "Host:\r\n", "bad_host"));
    bad.add(host("repeated", "Host: h\r\nHost: h\r\n", "repeated_host"));
    bad.add(host("with a comma", "Host: a,b\r\n", "bad_host"));
    bad.add(host("with a user", "Host: user@h\r\n", "bad_host"));
    bad.add(host("with a bad port", "Host: h:99999\r\n", "bad_host"));
    bad.add(host("with a path", "Host: h/x\r\n", "bad_host"));
    bad.add(host("with a space", "Host: a b\r\n", "bad_host"));
    bad.add(
        new Bad(
            "another host than the target's",
            "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
            400,
            "host_mismatch"));
    bad.add(target("/a%00b", "nul"));
    bad.add(target("/a%0ab", "control"));
    bad.add(target("/a%2fb", "ambiguous_path"));
    bad.add(target("/a/..;/b", "ambiguous_path"));
    bad.add(target("/a\\b", "ambiguous_path"));
    bad.add(target("/a%5cb", "ambiguous_path"));
    bad.add(target("/a%zz", "bad_percent"));
    bad.add(target("/a%2", "bad_percent"));
    bad.add(target("/a%", "bad_percent"));
    bad.add(target("/%c0%af", "bad_utf8"));
    bad.add(target("/../a", "above_root"));
    bad.add(target("/%2e%2e/a", "above_root"));
    bad.add(target("a", "bad_target"));
    bad.add(target("*", "bad_target"));
    bad.add(target("ftp://h/", "bad_target"));
    bad.add(target("http:///", "bad_target"));
    bad.add(target("http://user@h/", "bad_target"));
    bad.add(target("/a\u0000", "bad_target"));
    bad.add(target("/a\u0001", "bad_target"));
    bad.add(target("/a\tb", "bad_target"));
    bad.add(target("/a b", "bad_version"));
    bad.add(line("GET  / HTTP/1.1", 400, "bad_request_line"));
    bad.add(line(" GET / HTTP/1.1", 400, "bad_request_line"));
    bad.add(line("GET / HTTP/1.1 ", 400, "bad_version"));
    bad.add(line("GET / http/1.1", 400, "bad_version"));
    bad.add(line("GET / HTTP/1", 400, "bad_version"));
    bad.add(line("GET / HTTP/2.0", 505, "unsupported_version"));
    bad.add(line("GET / HTTP/0.9", 505, "unsupported_version"));
    bad.add(line("GE(T / HTTP/1.1", 400, "bad_method"));
    bad.add(line("GET\t/ HTTP/1.1", 400, "bad_method"));
    bad.add(new Bad("HTTP/0.9", "GET /\r\n", 400, "bad_request_line"));
    bad.add(new Bad("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "http2_preface"));
    bad.add(new Bad("TLS", "\u0016\u0003\u0001\u0002\u0000\u0001", 400, "bad_method"));
    bad.add(new Bad("bare LF lines", "GET / HTTP/1.1\nHost: h\n\n", 400, "bare_lf"));
    bad.add(new Bad("LF after the line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400, "bare_lf"));
    bad.add(new Bad("empty lines", "\r\n\r\n\r\n\r\nGET /", 400, "bad_request_line"));
    bad.add(
        new Bad(
            "line too long",
            "GET /" + "a".repeat(8200) + " HTTP/1.1\r\nHost: h\r\n\r\n",
            414,
            "request_line_too_long"));
    bad.add(
        new Bad(
            "field too long",
            "GET / HTTP/1.1\r\nHost: h\r\nX-A: " + "a".repeat(16_400) + "\r\n\r\n",
            431,
            "header_too_large"));
    bad.add(
        new Bad(
            "fields too long",
            "GET / HTTP/1.1\r\nHost: h\r\n" + ("X-A: " + "a".repeat(9_000) + "\r\n").repeat(4),
            431,
            "header_too_large"));
    bad.add(
        new Bad(
            "too many fields",
            "GET / HTTP/1.1\r\nHost: h\r\n" + "X-A: a\r\n".repeat(101) + "\r\n",
            431,
            "too_many_headers"));
    return bad;
  }

  private static Bad line(String line, int status, String reason) {
    return new Bad("line " + line, line + "\r\nHost: h\r\n\r\n", status, reason);
  }

  /** Chunked bodies that turn out malformed when the head is on its way already. */
  static List<Bad> chunks() {
    return List.of(
        chunk("no digits", "zz\r\n", "bad_chunk_size"),
        chunk("sign", "+5\r\nhello\r\n", "bad_chunk_size"),
        chunk("minus", "-5\r\nhello\r\n", "bad_chunk_size"),
        chunk("0x", "0x5\r\nhello\r\n", "bad_chunk_size"),
        chunk("underscore", "5_0\r\nhello\r\n", "bad_chunk_size"),
        chunk("space first", " 5\r\nhello\r\n", "bad_chunk_size"),
        chunk("overflow", "10000000000000005\r\nhello\r\n", "bad_chunk_size"),
        chunk("2^63", "8000000000000000\r\nhello\r\n", "bad_chunk_size"),
        chunk("LF after the size", "5\nhello\r\n0\r\n\r\n", "bare_lf"),
        chunk("CR alone after the size", "5\rXhello\r\n", "bare_cr"),
        chunk("no end of the data", "5\r\nhello0\r\n\r\n", "bad_chunk_end"),
        chunk("LF after the data", "5\r\nhello\n0\r\n\r\n", "bad_chunk_end"),
        chunk("more data than said", "5\r\nhelloworld\r\n", "bad_chunk_end"),
        chunk("LF in an extension", "5;a\nb\r\nhello\r\n", "bare_lf"),
        chunk("LF in a quoted extension", "5;a=\"\n\"\r\nhello\r\n", "bare_lf"),
        chunk("CR in an extension", "5;a\rb\r\nhello\r\n", "bare_cr"),
        chunk("long extension", "5;" + "a".repeat(100) + "\r\nhello\r\n", "chunk_line_too_long"),
        chunk("trailer folded", "0\r\nX: 1\r\n 2\r\n\r\n", "bad_trailer"),
        chunk("trailer with a bare LF", "0\r\nX: 1\n\r\n", "bad_trailer"),
        chunk("trailer without colon", "0\r\nX\r\n\r\n", "bad_trailer"));
  }

  private static Bad chunk(String name, String body, String reason) {
    return new Bad(
        "chunk: " + name,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body,
        400,
        reason);
  }

  @ParameterizedTest
  @MethodSource({"framing", "others"})
  void isRefusedBeforeAByteGoesUpstream(Bad bad) {
    int connections = UPSTREAM.connections();
    String received = UPSTREAM.received();
    long counted = GATEWAY.rejected(bad.reason());
    try (RawClient client = GATEWAY.connect()) {
      client.send(bad.request());
      RawResponse answer = client.readResponse();
      assertEquals(bad.status(), answer.status(), answer::toString);
      assertEquals("close", answer.header("connection"));
      assertEquals("application/problem+json", answer.header("content-type"));
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
    assertEquals(counted + 1, GATEWAY.rejected(bad.reason()), bad.reason());
    assertEquals(connections, UPSTREAM.connections());
    assertEquals(received, UPSTREAM.received());
  }

  @ParameterizedTest
  @MethodSource("chunks")
  void aMalformedChunkNeverCompletesARequest(Bad bad) {
    long counted = GATEWAY.rejected(bad.reason());
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(bad.request());
      RawResponse answer = client.readResponse();
      assertEquals(400, answer.status(), answer::toString);
      assertEquals("close", answer.header("connection"));
      assertTrue(client.isClosedByPeer());
    }
    assertEquals(counted + 1, GATEWAY.rejected(bad.reason()), bad.reason());
    awaitNoAttempts();
    for (int i = before; i < UPSTREAM.requests().size(); i++) {
      assertFalse(UPSTREAM.requests().get(i).isComplete());
    }
  }

  private static void awaitNoAttempts() {
    GATEWAY.awaitMetric("gateway_upstream_connections{upstream=\"service\",state=\"active\"}", 0);
  }

  /** Sends a request in two pieces, and says what came of it. */
  private static String cut(String request, int at, int port) {
    try (RawClient client = RawClient.connect(port)) {
      client.send(request.substring(0, at));
      client.send(request.substring(at));
      RawResponse answer = client.readResponse();
      return answer.status() + " " + answer.header("connection") + " " + client.readEnd();
    }
  }

  @Test
  void theOutcomeIsTheSameWhereverARequestIsCut() throws InterruptedException, ExecutionException {
    List<Bad> all = new ArrayList<>(framing());
    all.addAll(chunks());
    int before = UPSTREAM.requests().size();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Bad bad : all) {
        List<Callable<String>> cuts = new ArrayList<>();
        for (int at = 1; at < bad.request().length(); at++) {
          int position = at;
          cuts.add(() -> cut(bad.request(), position, GATEWAY.port()));
        }
        for (Future<String> outcome : threads.invokeAll(cuts)) {
          String got = outcome.get();
          assertTrue(got.startsWith(bad.status() + " close "), bad + ": " + got);
          assertFalse(got.endsWith("STILL_OPEN"), bad + ": " + got);
        }
      }
    }
    awaitNoAttempts();
    for (int i = before; i < UPSTREAM.requests().size(); i++) {
      assertFalse(UPSTREAM.requests().get(i).isComplete());
      assertEquals("chunked", UPSTREAM.requests().get(i).header("transfer-encoding"));
    }
  }

  @Test
  void whatFollowsABadRequestIsNeverServed() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(400, client.readResponse().status());
      assertEquals(RawClient.End.CLOSED, client.readEnd());
      assertEquals(
          client.received().indexOf("HTTP/1.1"), client.received().lastIndexOf("HTTP/1.1"));
    }
    assertEquals(before, UPSTREAM.requests().size());
  }

  @Test
  void lookAlikesOfFramingAreDropped() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          "POST / HTTP/1.1\r\nHost: h\r\nContent_Length: 50\r\nTransfer_Encoding: chunked\r\n"
              + "Content-Length: 4\r\n\r\nbody");
      assertEquals(200, client.readResponse().status());
    }
    String head = UPSTREAM.awaitRequest(before + 1).head();
    assertFalse(head.contains("_"), head);
    assertEquals("body", UPSTREAM.requests().getLast().text());
  }

  @Test
  void tunnelsAndTracesAreRefused() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
      RawResponse answer = client.readResponse();
      assertEquals(405, answer.status());
      assertNotEquals(null, answer.header("allow"));
    }
    try (RawClient client = GATEWAY.connect()) {
      client.send("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(405, client.readResponse().status());
    }
    assertEquals(before, UPSTREAM.requests().size());
  }

  @Test
  void methodsAreComparedInTheirCase() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("get /get HTTP/1.1\r\nHost: h\r\n\r\n");
      // The route for GET does not take it; the one for everything passes it on as it is.
      assertEquals(200, client.readResponse().status());
      assertEquals("get", UPSTREAM.awaitRequest(before + 1).method());
      client.send("FOO /x HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("FOO", UPSTREAM.awaitRequest(before + 2).method());
    }
  }

  @Test
  void reasonsAreThereBeforeTheyHappen() {
    String page =
        new String(
            GATEWAY.gateway().metrics().scrape(null, null).body(),
            java.nio.charset.StandardCharsets.UTF_8);
    List<Bad> all = new ArrayList<>(framing());
    all.addAll(others());
    all.addAll(chunks());
    for (Bad bad : all) {
      assertTrue(
          page.contains("gateway_rejected_total{reason=\"" + bad.reason() + "\"}"), bad.reason());
    }
    for (String reason :
        List.of(
            "header_timeout",
            "body_timeout",
            "body_too_slow",
            "slow_reader",
            "truncated_head",
            "too_many_connections",
            "too_many_connections_of_client",
            "body_too_large")) {
      assertTrue(page.contains("gateway_rejected_total{reason=\"" + reason + "\"}"), reason);
    }
  }
}
