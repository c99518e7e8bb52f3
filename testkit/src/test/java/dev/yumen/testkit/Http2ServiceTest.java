package dev.yumen.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Http2ServiceTest {

  @Test
  void requestsAreTakenAndAnsweredFrameByFrame() {
    try (Http2Service upstream = Http2Service.start();
        Http2Client client = Http2Client.connect(upstream.port())) {
      int stream = client.request("POST", "/a?b", false, "x-a", "1");
      client.send(
          Http2Frame.data(stream, false, "bo"),
          Http2Frame.data(stream, false, "dy"),
          Http2Frame.headers(stream, true, "x-t", "2"));
      Http2Request request = upstream.next().awaitEnd();
      assertEquals("POST", request.method());
      assertEquals("/a?b", request.path());
      assertEquals("1", request.header("x-a"));
      assertEquals("body", request.text());
      assertEquals(List.of(Map.entry("x-t", "2")), request.trailers());

      request.head(103, "link", "</a>").head(200, "x-b", "3").data("an").data("swer");
      request.trailers("x-sum", "4");
      Http2Answer answer = client.answer(stream);
      assertEquals(1, answer.interims().size());
      assertEquals(200, answer.status());
      assertEquals("answer", answer.text());
      assertEquals(List.of(Map.entry("x-sum", "4")), answer.trailers());
    }
  }

  @Test
  void streamsOfManyConnectionsAreToldApart() {
    try (Http2Service upstream = Http2Service.start(Http2Frame.MAX_CONCURRENT_STREAMS, 7);
        Http2Client one = Http2Client.connect(upstream.port());
        Http2Client two = Http2Client.connect(upstream.port())) {
      int first = one.get("/1");
      Http2Request firstRequest = upstream.next();
      two.get("/2");
      Http2Request secondRequest = upstream.next();
      assertEquals("/2", secondRequest.path());
      assertEquals(2, upstream.connections());
      assertEquals(2, upstream.requests());
      firstRequest.reset(Http2Frame.REFUSED_STREAM);
      assertEquals(Http2Frame.REFUSED_STREAM, one.answer(first).resetBy());
      assertEquals(7, one.peerSetting(Http2Frame.MAX_CONCURRENT_STREAMS));
      two.send(Http2Frame.reset(secondRequest.stream(), Http2Frame.CANCEL));
      assertEquals(Http2Frame.CANCEL, secondRequest.awaitReset());
    }
  }

  @Test
  void windowsOfAConnectionAreKeptWhenTold() {
    try (Http2Service upstream = Http2Service.start();
        Http2Client client = Http2Client.connect(upstream.port())) {
      int stream = client.ping().request("POST", "/", false);
      Http2Request request = upstream.next().checkPattern();
      request.connection().keepWindows();
      Duration moment = Duration.ofMillis(20);
      assertEquals(65_535, client.sendPattern(stream, 0, 100_000, true, moment));
      request.awaitBody(65_535);
      request.connection().giveWindow(0, 34_465).giveWindow(stream, 34_465);
      client.sendPattern(stream, 65_535, 100_000, true, Duration.ofSeconds(5));
      assertEquals(100_000, request.awaitEnd().bodyLength());
    }
  }

  @Test
  void answersKeepToTheWindowsOfTheClient() {
    try (Http2Service upstream = Http2Service.start();
        Http2Client client = Http2Client.connect(upstream.port()).keepWindows()) {
      int stream = client.get("/");
      Http2Request request = upstream.next().head(200);
      Http2Accepted connection = request.connection();
      assertEquals(65_535, connection.sendPattern(request, 100_000, true, Duration.ofMillis(20)));
      assertEquals(0, connection.sendWindow(stream));
    }
  }

  @Test
  void endsOfConnectionsAreSeen() {
    try (Http2Service upstream = Http2Service.start()) {
      Http2Client client = Http2Client.connect(upstream.port()).ping();
      Http2Accepted connection = upstream.connection(1);
      assertTrue(connection.isOpen());
      client.close();
      assertEquals(RawClient.End.CLOSED, connection.awaitClosed());
      Http2Client other = Http2Client.connect(upstream.port()).ping();
      upstream.closeConnections();
      assertEquals(RawClient.End.CLOSED, other.readEnd());
      assertEquals(0, upstream.openConnections());
      other.close();
    }
  }

  @Test
  void whatAClientDoesWrongFailsTheTest() {
    Http2Service upstream = Http2Service.start();
    try (Http2Client client = Http2Client.connect(upstream.port())) {
      client.send(Http2Frame.data(5, true, "of no request"));
      AssertionError fault = assertThrows(AssertionError.class, upstream::next);
      assertTrue(fault.toString().contains("stream 5"), fault::toString);
      assertFalse(upstream.connection(1).isOpen());
    }
    assertThrows(AssertionError.class, upstream::close);
  }
}
