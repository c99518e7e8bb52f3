package dev.yumen.dataplane.explain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response.Field;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainRequestTest {
  private static ExplainRequest get(String url) {
    return ExplainRequest.of("GET", url, List.of());
  }

  private static String head(ExplainRequest request) {
    return new String(request.head(), UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "http://a.test/b?c=d#e, http, a.test, 80, /b?c=d",
    "HTTPS://a.test:8443, https, a.test, 8443, /",
    "a.test?x, http, a.test, 80, /?x",
    "https://[::1]/%2e%2e//a, https, [::1], 443, /%2e%2e//a",
    "localhost:8080/a, http, localhost, 8080, /a",
  })
  void aUrlIsReadAsCurlReadsIt(String url, String scheme, String host, int port, String target) {
    ExplainRequest request = get(url);
    assertEquals(scheme, request.scheme());
    assertEquals(host, request.host());
    assertEquals(port, request.port());
    assertEquals(target, request.target());
  }

  @Test
  void theHeadIsWrittenAsAClientWritesIt() {
    assertEquals(
        "PUT /é HTTP/1.1\r\nHost: a.test:81\r\nX-A: 1\r\n\r\n",
        head(ExplainRequest.of("PUT", "http://a.test:81/é", List.of(new Field("X-A", "1")))));
    assertEquals(
        "GET / HTTP/1.1\r\nhost: b\r\n\r\n",
        head(ExplainRequest.of("GET", "http://a/", List.of(new Field("host", "b")))));
  }

  @Test
  void credentialsOfTheUrlAreSentAsBasic() {
    assertTrue(
        head(get("http://ann:pw@a.test/"))
            .endsWith("Host: a.test\r\nAuthorization: Basic YW5uOnB3\r\n\r\n"));
  }

  @ParameterizedTest
  @CsvSource({"ftp://a/", "http:///a", "/a", "''", "http://ann:secret@/"})
  void whatIsNoUrlIsRefusedWithoutItsSecrets(String url) {
    InvalidValue refused = assertThrows(InvalidValue.class, () -> get(url));
    assertEquals("url", refused.component());
    assertTrue(!refused.value().contains("secret"), refused.value());
  }

  @Test
  void nothingIsAddedBehindALineBreak() {
    for (String name : List.of("A\r\nB", "A")) {
      Field field = new Field(name, name.equals("A") ? "1\n2" : "1");
      InvalidValue refused =
          assertThrows(
              InvalidValue.class, () -> ExplainRequest.of("GET", "http://a/", List.of(field)));
      assertTrue(refused.component().startsWith("header"), refused.component());
    }
    assertThrows(InvalidValue.class, () -> get("http://a/b\r\nX: 1"));
    assertThrows(InvalidValue.class, () -> ExplainRequest.of("GET\n", "http://a/", List.of()));
  }

  @Test
  void timesThatNoClockShowsAreRefused() {
    for (Instant then :
        List.of(Instant.MIN, Instant.MAX, Instant.parse("+10000-01-01T00:00:00Z"))) {
      InvalidValue refused = assertThrows(InvalidValue.class, () -> get("http://a/").at(then));
      assertEquals("time", refused.component());
    }
    Instant last = Instant.parse("9999-12-31T23:59:59Z");
    assertEquals(last, get("http://a/").at(last).time());
  }
}
