package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.yumen.dataplane.http1.HeadParser.Kind;
import dev.yumen.dataplane.http1.HeadTable.Framing;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartLineTest {
  private final HeadTable table = new HeadTable();

  @Test
  void emptyLinesBeforeRequestAreSkippedButNotForEver() {
    parsed(Kind.REQUEST, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertEquals("GET", table.method());
    refused(Kind.REQUEST, "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "BAD_REQUEST_LINE");
    refused(Kind.RESPONSE, "\r\nHTTP/1.1 200 OK\r\n\r\n", "BAD_STATUS_LINE");
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
    refused(Kind.REQUEST, Wire.unescape(line) + "\r\nHost: a\r\n\r\n", reason);
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
    Wire.parse(kind, Wire.LIMITS, head, table, Wire.TAKEN);
  }

  private void refused(Kind kind, String head, String reason) {
    Wire.parse(kind, Wire.LIMITS, head, table, reason);
  }
}
