package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.http1.HeadParser.Kind;
import dev.yumen.dataplane.http1.HeadParser.Result;
import dev.yumen.dataplane.http1.HeadTable.Framing;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadParserTest {
  private static final String TAKEN = "";

  private final HeadTable table = new HeadTable();

  @Test
  void usualRequestIsRead() {
    ByteBuf in =
        Wire.bytes("GET /a/b?c=d HTTP/1.1\r\nHost: example.com:81\r\nAccept: */*\r\n\r\nrest");
    assertEquals(Result.DONE, new HeadParser(Kind.REQUEST, Wire.LIMITS).parse(in, table));
    assertEquals("rest", Wire.text(in));
    assertEquals("GET", table.method());
    assertEquals("/a/b?c=d", table.text(table.targetStart(), table.targetEnd()));
    assertEquals("/a/b", table.text(table.pathStart(), table.pathEnd()));
    assertEquals("c=d", table.text(table.queryStart(), table.targetEnd()));
    assertEquals("example.com:81", table.text(table.hostStart(), table.hostEnd()));
    assertEquals(1, table.minorVersion());
    assertEquals(-1, table.authorityStart());
    assertEquals(-1, table.contentLength());
    assertFalse(table.chunked());
    assertTrue(table.persistent());
    assertEquals("*/*", table.first("accept"));
    assertEquals("Accept: */*\r\n", Wire.written(table));
  }

  @Test
  void usualResponseIsRead() {
    parsed(
        Kind.RESPONSE, "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\nETag: \"1\"\r\n\r\n");
    assertEquals(200, table.status());
    assertEquals(5, table.contentLength());
    assertEquals(Framing.LENGTH, table.responseFraming("GET"));
    assertEquals(Framing.NONE, table.responseFraming("HEAD"));
    assertEquals("Server: x\r\nETag: \"1\"\r\n", Wire.written(table));
  }

  @Test
  void emptyLinesBeforeRequestAreSkippedButNotForEver() {
    parsed(Kind.REQUEST, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertEquals("GET", table.method());
    refused(Kind.REQUEST, "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "BAD_REQUEST_LINE");
    refused(Kind.RESPONSE, "\r\nHTTP/1.1 200 OK\r\n\r\n", "BAD_STATUS_LINE");
  }

  @Test
  void pipelinedRequestsAreReadOneAfterAnother() {
    ByteBuf in =
        Wire.bytes("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: b\r\n\r\n");
    HeadParser parser = new HeadParser(Kind.REQUEST, Wire.LIMITS);
    assertEquals(Result.DONE, parser.parse(in, table));
    assertEquals("a", table.first("host"));
    assertEquals(Result.DONE, parser.parse(in, table));
    assertEquals("POST", table.method());
    assertEquals("b", table.first("host"));
    assertFalse(in.isReadable());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BAD_REQUEST_LINE | ' GET / HTTP/1.1'
          BAD_REQUEST_LINE | 'GET  / HTTP/1.1'
          BAD_REQUEST_LINE | 'GET /'
          BAD_REQUEST_LINE | 'GET '
          BAD_METHOD | 'GET'
          BAD_METHOD | 'G\\x00T / HTTP/1.1'
          BAD_METHOD | 'GET\\t/ HTTP/1.1'
          BAD_METHOD | '\\x16\\x03\\x01'
          BAD_TARGET | 'GET /\\t HTTP/1.1'
          BAD_TARGET | 'GET /a#b HTTP/1.1'
          BAD_TARGET | 'GET /\\x7f HTTP/1.1'
          BAD_TARGET | 'GET /\\xe9 HTTP/1.1'
          BAD_TARGET | 'GET /\\x00 HTTP/1.1'
          BAD_TARGET | 'GET /{a} HTTP/1.1'
          BAD_TARGET | 'GET /a?<b> HTTP/1.1'
          BAD_TARGET | 'GET /[a] HTTP/1.1'
          BAD_TARGET | 'GET a HTTP/1.1'
          BAD_TARGET | 'GET * HTTP/1.1'
          BAD_TARGET | 'GET ?a HTTP/1.1'
          BAD_TARGET | 'OPTIONS *a HTTP/1.1'
          BAD_TARGET | 'GET ftp://a/ HTTP/1.1'
          BAD_TARGET | 'GET http:/a/ HTTP/1.1'
          BAD_TARGET | 'GET http:///a HTTP/1.1'
          BAD_TARGET | 'GET http://u@a/ HTTP/1.1'
          BAD_TARGET | 'GET http://a:0/ HTTP/1.1'
          BAD_TARGET | 'GET http://a/[b] HTTP/1.1'
          BAD_TARGET | 'CONNECT a HTTP/1.1'
          BAD_TARGET | 'CONNECT /a HTTP/1.1'
          BAD_TARGET | 'CONNECT a:1/b HTTP/1.1'
          BAD_TARGET | 'CONNECT a:1?b HTTP/1.1'
          BAD_VERSION | 'GET / http/1.1'
          BAD_VERSION | 'GET / HTTP/1'
          BAD_VERSION | 'GET / HTTP/1.10'
          BAD_VERSION | 'GET / HTTP/1.1 '
          BAD_VERSION | 'GET /  HTTP/1.1'
          BAD_VERSION | 'GET / HTTP/11'
          UNSUPPORTED_VERSION | 'GET / HTTP/0.9'
          UNSUPPORTED_VERSION | 'GET / HTTP/2.0'
          UNSUPPORTED_VERSION | 'GET / HTTP/3.0'
          HTTP2_PREFACE | 'PRI * HTTP/2.0'
          """)
  void badRequestLineIsRefused(String reason, String line) {
    refused(Kind.REQUEST, unescape(line) + "\r\nHost: a\r\n\r\n", reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET /\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: b\nContent-Length: 1\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      })
  void bareLfIsRefused(String head) {
    refused(Kind.REQUEST, head, "BARE_LF");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\rHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rb: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\rx",
        "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      })
  void bareCrIsRefused(String head) {
    refused(Kind.REQUEST, head, "BARE_CR");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CONTENT_LENGTH_WITH_TRANSFER_ENCODING | 'Content-Length: 1\\r\\nTransfer-Encoding: chunked'
          CONTENT_LENGTH_WITH_TRANSFER_ENCODING | 'Transfer-Encoding: chunked\\r\\nContent-Length: 1'
          REPEATED_CONTENT_LENGTH | 'Content-Length: 1\\r\\nContent-Length: 2'
          REPEATED_CONTENT_LENGTH | 'Content-Length: 1\\r\\nContent-length: 1'
          BAD_CONTENT_LENGTH | 'Content-Length: +5'
          BAD_CONTENT_LENGTH | 'Content-Length: -1'
          BAD_CONTENT_LENGTH | 'Content-Length: 0x5'
          BAD_CONTENT_LENGTH | 'Content-Length: 5 5'
          BAD_CONTENT_LENGTH | 'Content-Length: 5,5'
          BAD_CONTENT_LENGTH | 'Content-Length: 5, 5'
          BAD_CONTENT_LENGTH | 'Content-Length: 5_0'
          BAD_CONTENT_LENGTH | 'Content-Length:'
          BAD_CONTENT_LENGTH | 'Content-Length: \\xb2'
          BAD_CONTENT_LENGTH | 'Content-Length: 9223372036854775808'
          BAD_CONTENT_LENGTH | 'Content-Length: 18446744073709551617'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: chunked, identity'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: identity'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: xchunked'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: chunkedx'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: gzip'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: chunked, chunked'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: chunked\\r\\nTransfer-Encoding: chunked'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: gzip\\r\\nTransfer-Encoding: chunked'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: "chunked"'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: chunked;a=b'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: ,chunked'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: chunked,'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: gzip,chunked,'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: gzip chunked'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding: \\xffchunked'
          BAD_TRANSFER_ENCODING | 'Transfer-Encoding:'
          BAD_VALUE | 'Transfer-Encoding: \\x0bchunked'
          BAD_VALUE | 'Transfer-Encoding: chunked\\x00'
          UNKNOWN_TRANSFER_CODING | 'Transfer-Encoding: gzip, chunked'
          UNKNOWN_TRANSFER_CODING | 'Transfer-Encoding: foo,chunked'
          SPACE_BEFORE_COLON | 'Transfer-Encoding : chunked'
          SPACE_BEFORE_COLON | 'Content-Length\\t: 5'
          OBS_FOLD | 'A: b\\r\\n c'
          OBS_FOLD | 'A: b\\r\\n\\tContent-Length: 5'
          EMPTY_NAME | ': b'
          BAD_NAME | 'A'
          BAD_NAME | 'A\\x00: b'
          BAD_NAME | 'A(b: c'
          BAD_NAME | 'A\\xe9: b'
          BAD_NAME | '"A": b'
          BAD_VALUE | 'A: b\\x00c'
          BAD_VALUE | 'A: b\\x7fc'
          BAD_VALUE | 'A: 12345678\\x01'
          BAD_VALUE | 'A: \\x1f'
          REPEATED_HOST | 'Host: a'
          BAD_CONNECTION | 'Connection: "close"'
          BAD_CONNECTION | 'Connection: close keep-alive'
          BAD_CONNECTION | 'Connection: close;x'
          """)
  void badFieldIsRefused(String reason, String lines) {
    refused(Kind.REQUEST, "POST / HTTP/1.1\r\nHost: a\r\n" + unescape(lines) + "\r\n\r\n", reason);
  }

  @Test
  void foldedFirstLineIsRefused() {
    refused(Kind.REQUEST, "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "OBS_FOLD");
  }

  @Test
  void transferEncodingInHttp10IsRefused() {
    String fields = "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    refused(Kind.REQUEST, "POST / HTTP/1.0\r\n" + fields, "TRANSFER_ENCODING_IN_HTTP_1_0");
    refused(Kind.RESPONSE, "HTTP/1.0 200 OK\r\n" + fields, "TRANSFER_ENCODING_IN_HTTP_1_0");
  }

  @Test
  void largestContentLengthIsRead() {
    parsed(
        Kind.REQUEST, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n");
    assertEquals(Long.MAX_VALUE, table.contentLength());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a,b",
        "a, b",
        "u@a",
        "a:",
        "a:0",
        "a:65536",
        "a:x",
        "a:+1",
        "a:80:80",
        "a/b",
        "a b",
        "[::1",
        "::1",
        "[1]",
        "[::1]x",
        "[::g]",
        "[1:2:3:4:5:6:7:8:9]",
        "[1:2:3:4:5:6:7]",
        "[:::1]",
        "[1::2::3]",
        "[::1.2.3]",
        "[::1.2.3.256]",
        "[1:]",
        "[]",
        "[:]",
        "[fe80::1%25eth0]",
        "[v1.a]",
        "a..b",
        ".a",
        "a%41",
        "a\\b",
        "\u00e9",
        "<a>",
        "a#b",
        "[::12345]",
        "[::1.2.3.4.5]",
        ":80",
        "[::01.2.3.4]",
        "[1:2:3:4:5:6:7:1.2.3.4]"
      })
  void badHostIsRefused(String host) {
    refused(Kind.REQUEST, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", "BAD_HOST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a.b",
        "a.b.",
        "A-b_c.d",
        "a:1",
        "a:65535",
        "127.0.0.1",
        "127.0.0.1:80",
        "[::1]",
        "[::]",
        "[::1]:80",
        "[1:2:3:4:5:6:7:8]",
        "[1::8]",
        "[::ffff:1.2.3.4]",
        "[1:2:3:4:5:6:1.2.3.4]",
        "[2001:DB8::]",
        "xn--bcher-kva.example"
      })
  void goodHostIsTaken(String host) {
    parsed(Kind.REQUEST, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    assertEquals(host, table.text(table.hostStart(), table.hostEnd()));
  }

  @Test
  void missingHostIsRefusedInHttp11Alone() {
    refused(Kind.REQUEST, "GET / HTTP/1.1\r\n\r\n", "MISSING_HOST");
    parsed(Kind.REQUEST, "GET / HTTP/1.0\r\n\r\n");
    assertEquals(-1, table.hostStart());
  }

  @Test
  void absoluteTargetMustAgreeWithHost() {
    parsed(Kind.REQUEST, "GET HTTP://A:80/x?y HTTP/1.1\r\nHost: a:80\r\n\r\n");
    assertEquals("A:80", table.text(table.authorityStart(), table.authorityEnd()));
    assertEquals("/x", table.text(table.pathStart(), table.pathEnd()));
    assertEquals("y", table.text(table.queryStart(), table.targetEnd()));
    refused(Kind.REQUEST, "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", "HOST_MISMATCH");
    refused(Kind.REQUEST, "GET http://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", "HOST_MISMATCH");
    refused(Kind.REQUEST, "GET http://a/ HTTP/1.1\r\n\r\n", "MISSING_HOST");
    parsed(Kind.REQUEST, "GET https://[::1]:8443?a[]=1 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n");
    assertEquals("", table.text(table.pathStart(), table.pathEnd()));
    assertEquals("a[]=1", table.text(table.queryStart(), table.targetEnd()));
  }

  @Test
  void otherTargetFormsAreTold() {
    parsed(Kind.REQUEST, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    assertEquals("*", table.text(table.pathStart(), table.pathEnd()));
    assertEquals(-1, table.authorityStart());
    parsed(Kind.REQUEST, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assertEquals("a:443", table.text(table.authorityStart(), table.authorityEnd()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/?a={b|c}^\"`[]\\", "/a\\b", "/%", "/?%", "/a;b=c/..;/d", "//", "/."})
  void targetThatOthersJudgeIsTaken(String target) {
    parsed(Kind.REQUEST, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    assertEquals(target, table.text(table.targetStart(), table.targetEnd()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | ''                         | true
          1 | close                      | false
          1 | 'keep-alive, Close'        | false
          1 | keep-alive                 | true
          0 | ''                         | false
          0 | Keep-Alive                 | true
          0 | 'keep-alive, close'        | false
          1 | ', ,'                      | true
          """)
  void persistenceFollowsVersionAndConnection(int minor, String connection, boolean persistent) {
    parsed(
        Kind.REQUEST,
        "GET / HTTP/1." + minor + "\r\nHost: a\r\nConnection: " + connection + "\r\n\r\n");
    assertEquals(persistent, table.persistent());
  }

  @Test
  void expectationsAreTold() {
    parsed(Kind.REQUEST, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n");
    assertTrue(table.expectContinue());
    assertFalse(table.expectUnknown());
    parsed(Kind.REQUEST, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-maybe\r\n\r\n");
    assertFalse(table.expectContinue());
    assertTrue(table.expectUnknown());
    parsed(Kind.REQUEST, "POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n");
    assertFalse(table.expectContinue());
  }

  @Test
  void upgradeNeedsBothFields() {
    parsed(Kind.REQUEST, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    assertTrue(table.upgrade());
    parsed(Kind.REQUEST, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\r\n");
    assertFalse(table.upgrade());
    parsed(Kind.REQUEST, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\n\r\n");
    assertFalse(table.upgrade());
  }

  @Test
  void trailersAreAskedForWithTe() {
    parsed(
        Kind.REQUEST,
        "GET / HTTP/1.1\r\nHost: a\r\nTE: gzip;q=0.5, trailers\r\nConnection: TE\r\n\r\n");
    assertTrue(table.acceptsTrailers());
    parsed(Kind.REQUEST, "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
    assertFalse(table.acceptsTrailers());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 99 x", "HTTP/1.1 600 x", "HTTP/1.1 000 x", "HTTP/1.1 20 x", "HTTP/1.1 2000 x",
        "HTTP/1.1  200 x", "HTTP/2.0 200 x", "http/1.1 200 x", "HTTP/1.1 2x0 y", "HTTP/1.1",
        "HTTP/1.1 200\tx", "HTTP/1.1 200 \0", "200 OK", "ICY 200 OK", "HTTP/1.1\t200 OK"
      })
  void badStatusLineIsRefused(String line) {
    refused(Kind.RESPONSE, line + "\r\n\r\n", "BAD_STATUS_LINE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1 200 OK", "HTTP/1.1 200 \u00e9 \t!"})
  void reasonPhraseIsIgnored(String line) {
    parsed(Kind.RESPONSE, line + "\r\n\r\n");
    assertEquals(200, table.status());
    assertEquals(Framing.UNTIL_CLOSE, table.responseFraming("GET"));
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 101, 103, 204})
  void answersWithoutBodyIgnoreContentLengthAndRefuseTransferEncoding(int status) {
    parsed(Kind.RESPONSE, "HTTP/1.1 " + status + " x\r\nContent-Length: 5\r\n\r\n");
    assertEquals(-1, table.contentLength());
    assertEquals(Framing.NONE, table.responseFraming("GET"));
    refused(
        Kind.RESPONSE,
        "HTTP/1.1 " + status + " x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "TRANSFER_ENCODING_WITHOUT_BODY");
  }

  @Test
  void notModifiedHasNoBodyWhateverItsLength() {
    parsed(Kind.RESPONSE, "HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n");
    assertEquals(5, table.contentLength());
    assertEquals(Framing.NONE, table.responseFraming("GET"));
  }

  @Test
  void responseFramingIsAsStrictAsRequestFraming() {
    refused(
        Kind.RESPONSE,
        "HTTP/1.1 200 x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "CONTENT_LENGTH_WITH_TRANSFER_ENCODING");
    refused(
        Kind.RESPONSE,
        "HTTP/1.1 200 x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "REPEATED_CONTENT_LENGTH");
  }

  @Test
  void nominatedFieldsAreStruckOutButNeverFramingOrWhatTheGatewaySets() {
    parsed(
        Kind.REQUEST,
        String.join(
            "\r\n",
            "POST / HTTP/1.1",
            "X-Forwarded-For: 6.6.6.6",
            "X-A: 1",
            "Host: a",
            "Content-Length: 3",
            "X-B: 2",
            "Connection: Host, x-forwarded-for, Content-Length, X-B",
            "",
            ""));
    assertEquals("a", table.first("Host"));
    assertEquals(3, table.contentLength());
    assertNull(table.first("X-Forwarded-For"));
    table.set("X-Forwarded-For", "127.0.0.1");
    assertEquals("X-A: 1\r\nX-Forwarded-For: 127.0.0.1\r\n", Wire.written(table));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "content_length",
        "Content_Length",
        "transfer_encoding",
        "Transfer_encoding",
        "keep_alive",
        "proxy_connection",
        "http2_settings"
      })
  void lookAlikesOfFramingFieldsAreDropped(String name) {
    parsed(Kind.REQUEST, "GET / HTTP/1.1\r\nHost: a\r\n" + name + ": 5\r\nA: b\r\n\r\n");
    assertFalse(table.contains(name));
    assertEquals("A: b\r\n", Wire.written(table));
  }

  @Test
  void limitsHoldExactly() {
    HeadLimits limits = new HeadLimits(20, 10, 30, 4, 256);
    parse(Kind.REQUEST, limits, "GET /5678901 HTTP/1.0\r\n\r\n", "REQUEST_LINE_TOO_LONG");
    parse(Kind.REQUEST, limits, "GET /567890 HTTP/1.0\r\n\r\n", TAKEN);
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\nA: 4567890\r\n\r\n", TAKEN);
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\nA: 45678901\r\n\r\n", "HEADER_TOO_LARGE");
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\nA234567890", TAKEN);
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\nA2345678901", "HEADER_TOO_LARGE");
    String line = "A: 45678\r\n";
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\n" + line.repeat(3) + "\r\n", TAKEN);
    parse(
        Kind.REQUEST,
        limits,
        "GET / HTTP/1.0\r\nA: 456789\r\n" + line.repeat(2) + "\r\n",
        "HEADER_TOO_LARGE");
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\n" + "a:\r\n".repeat(4) + "\r\n", TAKEN);
    parse(
        Kind.REQUEST,
        limits,
        "GET / HTTP/1.0\r\n" + "a:\r\n".repeat(5) + "\r\n",
        "TOO_MANY_HEADERS");
    parse(Kind.RESPONSE, limits, "HTTP/1.0 200 45678901\r\n\r\n", "HEADER_TOO_LARGE");
  }

  @Test
  void headBeginsWithItsFirstByteAndNotWithAnEmptyLine() {
    HeadParser parser = new HeadParser(Kind.REQUEST, Wire.LIMITS);
    assertFalse(parser.started());
    parser.parse(Wire.bytes("\r\n"), table);
    assertFalse(parser.started());
    parser.parse(Wire.bytes("G"), table);
    assertTrue(parser.started());
    parser.parse(Wire.bytes("ET / HTTP/1.0\r\n\r\n"), table);
    assertFalse(parser.started());
  }

  @Test
  void unknownMethodsAreReadAsTheyAre() {
    for (String method : List.of("get", "PURGE", "PROPFIND", "PUL", "X", "DELETf", "M-SEARCH")) {
      parsed(Kind.REQUEST, method + " / HTTP/1.0\r\n\r\n");
      assertEquals(method, table.method());
    }
    for (String method :
        List.of("GET", "PUT", "POST", "HEAD", "PATCH", "TRACE", "DELETE", "OPTIONS")) {
      parsed(Kind.REQUEST, method + " / HTTP/1.0\r\n\r\n");
      assertSame(method, table.method());
    }
  }

  private void parsed(Kind kind, String head) {
    parse(kind, Wire.LIMITS, head, TAKEN);
  }

  private void refused(Kind kind, String head, String reason) {
    parse(kind, Wire.LIMITS, head, reason);
  }

  private void parse(Kind kind, HeadLimits limits, String head, String reason) {
    HeadParser parser = new HeadParser(kind, limits);
    Result result = parser.parse(Wire.bytes(head), table);
    assertEquals(reason, result == Result.FAILED ? parser.error().name() : "", head);
  }

  private static String unescape(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char kind = text.charAt(++i);
      switch (kind) {
        case 'r' -> out.append('\r');
        case 'n' -> out.append('\n');
        case 't' -> out.append('\t');
        default -> {
          out.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
          i += 2;
        }
      }
    }
    return out.toString();
  }
}
