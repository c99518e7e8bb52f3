package dev.yumen.dataplane.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.OfflineGateway;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotBuilderTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length",
        "Connection",
        "transfer-encoding",
        "Keep-Alive",
        "Upgrade",
        "TE",
        "Trailer",
        "Proxy-Authenticate",
        "Date"
      })
  void aFixedAnswerCanNotSetWhatTheGatewayWrites(String name) {
    assertEquals(
        List.of(
            "yumen.yaml:5:"
                + (9 + name.length())
                + " routes[0].respond.headers."
                + name
                + ": \""
                + name
                + "\" (expected: a header that the gateway does not write itself)"),
        problems("      " + name + ": '5'\n"));
  }

  @Test
  void everyHeaderOfAFixedAnswerThatIsWrongIsTold() {
    assertEquals(
        List.of(
            "yumen.yaml:5:17 routes[0].respond.headers.not this: header name: character U+0020 at 3"
                + " is not allowed (expected: a header field)",
            "yumen.yaml:7:13 routes[0].respond.headers.Date: \"Date\""
                + " (expected: a header that the gateway does not write itself)"),
        problems("      not this: x\n      X-Good: y\n      Date: ''\n"));
  }

  @Test
  void otherHeadersOfAFixedAnswerAreFine() {
    assertEquals(List.of(), problems("      X-Any: ''\n      Content-Type: text/html\n"));
  }

  private List<String> problems(String headers) {
    String yaml =
        """
        routes:
        - id: fixed
          respond:
            headers:
        """
            + headers;
    LoadedConfig loaded = new ConfigReader(Map.of(), Map.of()).readText("yumen.yaml", yaml, folder);
    assertEquals(List.of(), loaded.problems());
    return OfflineGateway.check(loaded).stream().map(Problem::toString).toList();
  }
}
