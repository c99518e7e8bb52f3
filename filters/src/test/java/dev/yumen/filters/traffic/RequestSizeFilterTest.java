package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSizeFilterTest {
  private static final String POST = "POST /a HTTP/1.1\r\nHost: a\r\n";

  @Test
  void aLengthThatIsTooLongIsRefusedBeforeTheBodyComes() {
    try (FilterHarness gateway = FilterHarness.of("- request-size: 10");
        RawClient client = gateway.connect()) {
      RawResponse answer = client.send(POST + "Content-Length: 11\r\n\r\n").readResponse();
      assertEquals(413, answer.status());
      assertTrue(answer.text().contains("PAYLOAD_TOO_LARGE"), answer::text);
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void aBodyOfExactlyTheMostPasses() {
    try (FilterHarness gateway = FilterHarness.of("- request-size: {max: 10}");
        RawClient client = gateway.connect()) {
      client.send(POST + "Content-Length: 10\r\n\r\n0123456789");
      assertEquals(200, client.readResponse().status());
      client.send(POST + "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("0123456789", gateway.seen().text());
    }
  }

  @Test
  void chunksAreCountedAndNeverLookComplete() {
    try (FilterHarness gateway = FilterHarness.of("- request-size: 10");
        RawClient client = gateway.connect()) {
      client.send(POST + "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n7\r\n");
      client.send("4567890\r\n0\r\n\r\n");
      assertEquals(413, client.readResponse().status());
      assertTrue(gateway.forwarded() == 0 || !gateway.seen().isComplete());
    }
  }

  @Test
  void requestsWithoutABodyPass() {
    try (FilterHarness gateway = FilterHarness.of("- request-size: 0")) {
      assertEquals(200, gateway.get("/").status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "many", "{}"})
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- request-size: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
