package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ScriptedUpstreamTest {

  @Test
  void bytesOfARequestAreRecordedAsTheyCame() {
    String sent = "POST /a?b HTTP/1.1\r\nhOST:  x\r\nContent-Length: 5\r\n\r\nhello";
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.respond(200, "ok"));
        RawClient client = RawClient.connect(upstream.port())) {
      RawResponse response = client.sendByteByByte(sent).readResponse();

      assertEquals(200, response.status());
      assertEquals("ok", response.text());
      Recorded recorded = upstream.awaitRequest(1);
      assertEquals("POST /a?b HTTP/1.1", recorded.requestLine());
      assertEquals("x", recorded.header("Host"));
      assertEquals("hello", recorded.text());
      assertEquals(sent, upstream.received(1));
    }
  }

  @Test
  void connectionServesOneRequestAfterTheOther() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.echo());
        RawClient client = RawClient.connect(upstream.port())) {
      upstream.next(Behaviours.respond(201, "first"));

      assertEquals(201, client.get("/1").status());
      assertTrue(client.get("/2").text().contains("\"target\":\"/2\""));
      assertEquals(1, upstream.connections());
      assertEquals(2, upstream.requests().size());
    }
  }

  @Test
  void chunkedBodyAndTrailersAreRead() {
    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(
                Behaviours.raw(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nab",
                    "c\r\n0\r\nX-T: 1\r\n\r\n"));
        RawClient client = RawClient.connect(upstream.port())) {
      client.send(
          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "a\r\n0123456789\r\n0\r\nSum: 9\r\n\r\n");
      RawResponse response = client.readResponse();

      assertEquals("abc", response.text());
      assertEquals(List.of(Map.entry("X-T", "1")), response.trailers());
      assertEquals("0123456789", upstream.awaitRequest(1).text());
      assertEquals(List.of(Map.entry("Sum", "9")), upstream.awaitRequest(1).trailers());
    }
  }

  @Test
  void largeStreamIsVerifiedWithoutBeingHeld() {
    long length = 64L << 20;
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.stream(length));
        RawClient client = RawClient.connect(upstream.port())) {
      String head = client.send("GET / HTTP/1.1\r\n\r\n").readHead();

      assertTrue(head.contains("Content-Length: " + length));
      client.readPattern(length);
    }
  }

  @Test
  void alteredStreamIsNoticed() {
    byte[] bytes = PatternBytes.of(100_000);
    bytes[70_000] ^= 1;

    PatternBytes.check(bytes, 70_000, 0);
    assertThrows(AssertionError.class, () -> PatternBytes.check(bytes, bytes.length, 0));
    assertThrows(AssertionError.class, () -> PatternBytes.check(bytes, 100, 1));
  }

  @Test
  void resetInTheMiddleOfABodyShowsAtTheClient() {
    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(
                Behaviours.raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                    .then(Behaviours.reset()));
        RawClient client = RawClient.connect(upstream.port())) {
      client.send("GET / HTTP/1.1\r\n\r\n");

      assertThrows(UncheckedIOException.class, client::readResponse);
    }
  }

  @Test
  void endsOfAConnectionAreToldApart() {
    CountDownLatch latch = new CountDownLatch(1);
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.neverAnswer());
        RawClient open = RawClient.connect(upstream.port());
        RawClient closed = RawClient.connect(upstream.port());
        RawClient reset = RawClient.connect(upstream.port())) {
      upstream.next(Behaviours.await(latch).then(Behaviours.close()));
      closed.send("GET /1 HTTP/1.1\r\n\r\n");
      upstream.awaitRequest(1);
      upstream.next(Behaviours.reset());
      reset.send("GET /2 HTTP/1.1\r\n\r\n");

      assertEquals(RawClient.End.RESET, reset.readEnd());
      latch.countDown();
      assertEquals(RawClient.End.CLOSED, closed.readEnd());
      assertTrue(open.isQuietFor(Duration.ofMillis(20)));
      upstream.awaitOpenConnections(1);
    }
  }

  @Test
  void connectionCanBeEndedBeforeAnyByteIsRead() {
    // An orderly end: a reset could come before connect itself has returned.
    try (ScriptedUpstream upstream = ScriptedUpstream.startOnConnect(Behaviours.close());
        RawClient client = RawClient.connect(upstream.port())) {
      assertTrue(client.isClosedByPeer());
      assertEquals(0, upstream.requests().size());
    }
  }

  @Test
  void upgradedConnectionEchoes() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.upgradeAndEcho());
        RawClient client = RawClient.connect(upstream.port())) {
      client.send("GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: test\r\n\r\n");

      assertEquals(101, client.readResponse().status());
      assertEquals("ping", new String(client.send("ping").readExactly(4), UTF_8));
      client.shutdownOutput();
      assertEquals(0, client.readUntilClosed().length);
    }
  }

  @Test
  void closeDelimitedBodyIsReadToTheEnd() {
    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(
                Behaviours.raw("HTTP/1.1 200 OK\r\n\r\nall of it").then(Behaviours.close()));
        RawClient client = RawClient.connect(upstream.port())) {
      RawResponse response = client.get("/");

      assertEquals("all of it", response.text());
      assertTrue(response.closed());
    }
  }

  @Test
  void nothingListensOnAnUnusedPort() {
    assertThrows(
        UncheckedIOException.class, () -> RawClient.connect(ScriptedUpstream.unusedPort()));
  }

  @Test
  void quietConnectionThatSpeaksIsNotQuiet() {
    try (ScriptedUpstream upstream =
            ScriptedUpstream.startOnConnect(Behaviours.write("HTTP/1.1 408 Slow\r\n\r\n"));
        RawClient client = RawClient.connect(upstream.port())) {
      assertFalse(client.isQuietFor(Duration.ofMillis(200)));
    }
  }
}
