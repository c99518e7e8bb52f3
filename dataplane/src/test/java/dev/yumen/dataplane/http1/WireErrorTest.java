package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WireErrorTest {

  @Test
  void everyReasonIsDocumentedInOrder() throws Exception {
    List<String> documented =
        Files.readAllLines(Path.of("../docs/http1.md")).stream()
            .filter(line -> line.startsWith("| `") && !line.startsWith("| `limits."))
            .toList();
    List<String> expected =
        Arrays.stream(WireError.values())
            .map(e -> "| `%s` | %d | %s |".formatted(e.label(), e.status(), e.text()))
            .toList();
    assertEquals(String.join("\n", expected), String.join("\n", documented));
  }
}
