package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.http1.HeadParser.Kind;
import dev.yumen.dataplane.http1.HeadParser.Result;
import dev.yumen.dataplane.http1.HeadTable.Framing;
import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadParserTest {
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
    refused(
        Kind.REQUEST, "POST / HTTP/1.1\r\nHost: a\r\n" + Wire.unescape(lines) + "\r\n\r\n", reason);
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
    parse(Kind.REQUEST, limits, "GET /567890 HTTP/1.0\r\n\r\n", Wire.TAKEN);
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\nA: 4567890\r\n\r\n", Wire.TAKEN);
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\nA: 45678901\r\n\r\n", "HEADER_TOO_LARGE");
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\nA234567890", Wire.TAKEN);
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\nA2345678901", "HEADER_TOO_LARGE");
    String line = "A: 45678\r\n";
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\n" + line.repeat(3) + "\r\n", Wire.TAKEN);
    parse(
        Kind.REQUEST,
        limits,
        "GET / HTTP/1.0\r\nA: 456789\r\n" + line.repeat(2) + "\r\n",
        "HEADER_TOO_LARGE");
    parse(Kind.REQUEST, limits, "GET / HTTP/1.0\r\n" + "a:\r\n".repeat(4) + "\r\n", Wire.TAKEN);
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

  private void parsed(Kind kind, String head) {
    Wire.parse(kind, Wire.LIMITS, head, table, Wire.TAKEN);
  }

  private void refused(Kind kind, String head, String reason) {
    Wire.parse(kind, Wire.LIMITS, head, table, reason);
  }

  private void parse(Kind kind, HeadLimits limits, String head, String reason) {
    Wire.parse(kind, limits, head, table, reason);
  }
}
