package dev.yumen.control.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LastGoodTest {
  @TempDir Path folder;

  @Test
  void whatIsSavedIsRead() throws IOException {
    LastGood lastGood = new LastGood(folder.resolve("state"), folder.resolve("a b/yumen.yaml"));
    lastGood.save("abc", Instant.EPOCH, "routes: []\n");

    String text = lastGood.document().orElseThrow();
    assertTrue(text.endsWith("\nroutes: []\n"), text);
    assertTrue(text.contains("# hash: abc\n# live since: 1970-01-01T00:00:00Z\n"), text);
  }

  @Test
  void theLaterOneReplacesTheEarlier() throws IOException {
    LastGood lastGood = new LastGood(folder, folder.resolve("yumen.yaml"));
    lastGood.save("abc", Instant.EPOCH, "first: 1\n");
    lastGood.save("def", Instant.EPOCH, "second: 1\n");

    assertTrue(lastGood.document().orElseThrow().endsWith("\nsecond: 1\n"));
    try (var files = Files.list(folder)) {
      assertEquals(List.of("last-good.yaml"), files.map(file -> "" + file.getFileName()).toList());
    }
  }

  @Test
  void thatOfAnotherMainFileIsNotUsed() throws IOException {
    new LastGood(folder, folder.resolve("other.yaml")).save("abc", Instant.EPOCH, "routes: []\n");

    assertEquals(Optional.empty(), new LastGood(folder, folder.resolve("yumen.yaml")).document());
  }

  @Test
  void nothingIsFoundWhereNothingWasKept() throws IOException {
    assertEquals(
        Optional.empty(),
        new LastGood(folder.resolve("none"), folder.resolve("yumen.yaml")).document());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void onlyTheOwnerMayReadIt() throws IOException {
    LastGood lastGood = new LastGood(folder, folder.resolve("yumen.yaml"));
    lastGood.save("abc", Instant.EPOCH, "routes: []\n");

    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(lastGood.file())));
  }

  @Test
  void aFolderThatCanNotBeMadeIsAFailure() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    LastGood lastGood = new LastGood(file.resolve("state"), folder.resolve("yumen.yaml"));

    assertThrows(IOException.class, () -> lastGood.save("abc", Instant.EPOCH, "routes: []\n"));
  }
}
