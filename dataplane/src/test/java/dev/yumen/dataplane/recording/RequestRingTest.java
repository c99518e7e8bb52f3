package dev.yumen.dataplane.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FailureCode;
import dev.yumen.api.Response.Field;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestRingTest {
  private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.7");
  private static final InetAddress CLIENT = InetAddress.ofLiteral("2001:db8::1");

  private final HeadTable head = new HeadTable();
  private final HeadParser parser =
      new HeadParser(HeadParser.Kind.REQUEST, new HeadLimits(9_000, 70_000, 80_000, 200, 100));

  private static Ended ended(String id) {
    return new Ended(
        id,
        new Ended.Origin("http", PEER, PEER, null),
        "1.1",
        new Ended.Result("users", "service", "127.0.0.1:1", 200, null, 1_000));
  }

  private HeadTable read(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(HeadParser.Result.DONE, parser.parse(Unpooled.wrappedBuffer(bytes), head), text);
    return head;
  }

  private RecordedRequest kept(String text, String... hidden) {
    RequestRing ring = new RequestRing(10, 1 << 20);
    ring.add(1_700_000_000_000L, ended("an-id"), read(text), Set.of(hidden));
    return all(ring).getFirst();
  }

  private static List<RecordedRequest> all(RequestRing ring) {
    List<RecordedRequest> all = new ArrayList<>();
    ring.read().forEach(part -> part.forEach(all::add));
    return all;
  }

  @Test
  void everythingThatIsNoSecretIsKept() {
    RequestRing ring = new RequestRing(10, 1 << 20);
    Ended.Result result =
        new Ended.Result("büro", null, null, 504, FailureCode.UPSTREAM_TIMEOUT, 5_000_000_000L);
    ring.add(
        1_700_000_000_123L,
        new Ended("an-id", new Ended.Origin("web", PEER, CLIENT, null), "2", result),
        read("POST /a/b;v=1?x=1&y HTTP/1.1\r\nHost: a.test:80\r\nX-A: 1\r\nX-B:\r\nX-A: 2\r\n\r\n"),
        Set.of());
    RecordedRequest request = all(ring).getFirst();
    assertEquals("an-id", request.id());
    assertEquals(Instant.ofEpochMilli(1_700_000_000_123L), request.time());
    assertEquals(new RecordedRequest.Way("web", false, null, false, PEER, CLIENT), request.way());
    assertEquals(
        new RecordedRequest.Head(
            "POST",
            "2",
            "a.test:80",
            "/a/b;v=1?x=1&y",
            List.of(new Field("X-A", "1"), new Field("X-B", ""), new Field("X-A", "2")),
            Set.of()),
        request.head());
    assertEquals(result, request.result());
    assertFalse(request.cut());
    assertEquals("/a/b;v=1", request.head().path());
  }

  @Test
  void valuesOfCredentialsAreNotKept() {
    String text =
        """
        GET /a;jsessionid=s3cret1/b?token=s3cret2&page=2&api_key=s3cret3&to%6ben=s3cret4 HTTP/1.1\r
        Host: a.test\r
        Authorization: Bearer s3cret5\r
        Cookie: a=s3cret6\r
        Proxy-Authorization: Basic s3cret7\r
        X-Api-Key: s3cret8\r
        x-my-SECRET: s3cret9\r
        X-Client: s3cret10\r
        Referer: https://me:s3cret11@b.test/@x?code=s3cret12&page=3\r
        X-Original-URL: /x?password=s3cret13\r
        Accept: text/html\r
        \r
        """;
    RequestRing ring = new RequestRing(10, 1 << 20);
    ring.add(0, ended("an-id"), read(text), Set.of("x-client"));
    RecordedRequest request = all(ring).getFirst();
    assertFalse(request.toString().contains("s3cret"), request::toString);
    assertEquals(
        "/a;jsessionid=***/b?token=***&page=2&api_key=***&to%6ben=***", request.head().target());
    assertTrue(request.head().fields().contains(new Field("X-Client", "***")));
    assertTrue(
        request
            .head()
            .fields()
            .contains(new Field("Referer", "https://***@b.test/@x?code=***&page=3")),
        request::toString);
    assertTrue(request.head().fields().contains(new Field("Accept", "text/html")));
    assertTrue(
        request
            .head()
            .hidden()
            .containsAll(Set.of("authorization", "cookie", "x-client", "token", "api_key")));
    assertFalse(request.head().hidden().contains("page"));
  }

  @Test
  void whatIsHiddenChangesWithTheSettings() {
    String text = "GET / HTTP/1.1\r\nHost: a\r\nX-Client: 7\r\n\r\n";
    assertEquals("7", kept(text).head().fields().getFirst().value());
    assertEquals("***", kept(text, "x-client").head().fields().getFirst().value());
    RequestRing ring = new RequestRing(10, 1 << 20);
    ring.add(0, ended("1"), read(text), Set.of());
    ring.add(0, ended("2"), read(text), Set.of("x-client"));
    assertEquals(
        List.of("7", "***"),
        all(ring).stream().map(r -> r.head().fields().getFirst().value()).toList());
  }

  @Test
  void theOldestMakeRoom() {
    RequestRing ring = new RequestRing(100, 1 << 20);
    HeadTable request =
        read("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(2_000) + "\r\n\r\n");
    for (int i = 0; i < 5_000; i++) {
      ring.add(i, ended("id-" + i), request, Set.of());
    }
    assertEquals(
        IntStream.range(4_900, 5_000).mapToObj(i -> "id-" + i).toList(),
        all(ring).stream().map(RecordedRequest::id).toList());
    assertEquals(5_000, ring.recorded());
  }

  @Test
  void memoryIsBoundedWhateverTheNumber() {
    RequestRing ring = new RequestRing(1_000_000, 1 << 20);
    HeadTable request =
        read("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(6_000) + "\r\n\r\n");
    for (int i = 0; i < 5_000; i++) {
      ring.add(i, ended("id-" + i), request, Set.of());
    }
    List<RecordedRequest> kept = all(ring);
    assertTrue(kept.size() < (1 << 20) / 6_000, () -> "kept " + kept.size());
    assertTrue(kept.size() > 100, () -> "kept " + kept.size());
    assertEquals("id-4999", kept.getLast().id());
  }

  @Test
  void whatIsTooLongIsCutAndSaysSo() {
    RecordedRequest field =
        kept("GET /a HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(65_000) + "\r\nX-B: 1\r\n\r\n");
    assertTrue(field.cut());
    assertEquals(List.of(new Field("X-B", "1")), field.head().fields());
    RecordedRequest target =
        kept("GET /" + "a".repeat(8_000) + " HTTP/1.1\r\nHost: a\r\nX-B: 1\r\n\r\n");
    assertTrue(target.cut());
    assertEquals(EntryWriter.LONGEST_TARGET, target.head().target().length());
    String names = "é".repeat(9_000);
    RequestRing ring = new RequestRing(10, 1 << 20);
    Ended.Result result = new Ended.Result(names, names, names, 200, null, 1);
    ring.add(
        0,
        new Ended(names, new Ended.Origin(names, PEER, CLIENT, null), names, result),
        read("GET /" + "a".repeat(8_000) + " HTTP/1.1\r\nHost: a\r\nX-B: 1\r\n\r\n"),
        Set.of());
    assertTrue(all(ring).getFirst().cut());
  }

  @Test
  void bytesThatAreNoTextAreKept() {
    RecordedRequest request =
        kept(
            "GET /a HTTP/1.1\r\nHost: a\r\nX-\u00c3\u00a9: v\r\nX-B: \u00ff\u00fe\r\nX-C: \u00c3\u00a9\r\n\r\n"
                .replace("X-\u00c3\u00a9: v\r\n", ""));
    assertEquals(
        List.of(new Field("X-B", "\u00ff\u00fe"), new Field("X-C", "é")), request.head().fields());
  }

  @Test
  void anAbsoluteTargetIsKeptAsHostAndPath() {
    RecordedRequest request = kept("OPTIONS http://b.test HTTP/1.1\r\nHost: b.test\r\n\r\n");
    assertEquals("b.test", request.head().host());
    assertEquals("", request.head().target());
    assertEquals("*", request.asked().target());
    assertNull(request.way().serverName());
  }

  /** Names from a client that never come again do not make it forget what is secret. */
  @Test
  void manyNamesDoNotConfuseIt() {
    RequestRing ring = new RequestRing(10_000, 64 << 20);
    for (int i = 0; i < 3_000; i++) {
      ring.add(
          0,
          ended("id"),
          read("GET / HTTP/1.1\r\nHost: a\r\nX-N-" + i + ": v\r\nAuthorization: s3cret\r\n\r\n"),
          Set.of());
    }
    for (RecordedRequest request : all(ring)) {
      assertEquals("v", request.head().fields().getFirst().value());
      assertEquals("***", request.head().fields().getLast().value());
    }
  }

  @Test
  void whoReadsNeverSeesHalfAnEntry() throws InterruptedException {
    long seed = ThreadLocalRandom.current().nextLong();
    RequestRing ring = new RequestRing(2_000, 1 << 20);
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong seen = new AtomicLong();
    List<String> torn = new ArrayList<>();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get() && torn.isEmpty()) {
                    long last = -1;
                    for (RecordedRequest request : all(ring)) {
                      seen.incrementAndGet();
                      if (!isWhole(request) || Long.parseLong(request.id()) <= last) {
                        torn.add(request.toString());
                      }
                      last = Long.parseLong(request.id());
                    }
                  }
                });
    Random random = new Random(seed);
    long end = System.nanoTime() + 2_000_000_000L;
    for (long i = 0; System.nanoTime() < end || seen.get() < 100_000; i++) {
      String pad = "-".repeat(random.nextInt(400));
      String value = i + pad;
      read(
          "GET /"
              + i
              + " HTTP/1.1\r\nHost: h"
              + i
              + "\r\nX-A: "
              + value
              + "\r\nX-B: "
              + value
              + "\r\n\r\n");
      ring.add(i, ended(Long.toString(i)), head, Set.of());
    }
    over.set(true);
    reader.join();
    assertEquals(List.of(), torn, "seed " + seed);
  }

  private static boolean isWhole(RecordedRequest request) {
    List<Field> fields = request.head().fields();
    return request.head().target().equals("/" + request.id())
        && request.head().host().equals("h" + request.id())
        && request.time().toEpochMilli() == Long.parseLong(request.id())
        && fields.size() == 2
        && fields.get(0).value().startsWith(request.id())
        && fields.get(0).value().equals(fields.get(1).value())
        && request.result().route().equals("users");
  }
}
