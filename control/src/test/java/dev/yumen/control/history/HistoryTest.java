package dev.yumen.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path folder;

  @Test
  void whatWasAddedIsThereAfterANewStart() throws IOException {
    History history = History.open(folder, 10);
    history.add(version(1), new Written("routes: []\n", null));
    history.add(version(2), new Written("routes: [] # 门\n", null));

    History again = History.open(folder, 10);
    assertEquals(List.of(version(2), version(1)), again.versions());
    assertEquals("routes: [] # 门\n", again.document(version(2)).yaml());
  }

  @Test
  void numbersGoOnAfterANewStart() throws IOException {
    History history = History.open(folder, 10);
    assertEquals(1, history.numberOf("a"));
    history.add(version(7), new Written("", null));

    History again = History.open(folder, 10);
    assertEquals(8, again.numberOf("another"));
    assertEquals(7, again.numberOf("hash 7"), "the same configuration is no new version");
  }

  @Test
  void theSameVersionIsAddedOnce() throws IOException {
    History history = History.open(folder, 10);
    history.add(version(1), new Written("first", null));
    history.add(version(1), new Written("second", null));

    assertEquals("first", history.document(version(1)).yaml());
    assertEquals(1, history.versions().size());
  }

  @Test
  void theOldestAreForgotten() throws IOException {
    History history = History.open(folder, 2);
    for (int i = 1; i <= 4; i++) {
      history.add(version(i), new Written("document " + i, null));
    }

    assertEquals(List.of(version(4), version(3)), history.versions());
    assertEquals(List.of("000003.yaml.gz", "000004.yaml.gz"), names());
    assertThrows(IOException.class, () -> history.document(version(1)));
  }

  @Test
  void whatWasLiveAtATimeIsFound() throws IOException {
    History history = History.open(folder, 10);
    history.add(version(1), new Written("", null));
    history.add(version(2), new Written("", null));

    assertEquals(version(1), history.at(NOON.plusSeconds(119)));
    assertEquals(version(2), history.at(NOON.plusSeconds(120)));
    assertNull(history.at(NOON));
  }

  @Test
  void aDamagedVersionIsLeftOut() throws IOException {
    History history = History.open(folder, 10);
    history.add(version(1), new Written("one", null));
    history.add(version(2), new Written("two", null));
    history.add(version(3), new Written("three", null));
    Files.write(folder.resolve("000001.yaml.gz"), new byte[] {1, 2, 3});
    Files.write(folder.resolve("000003.yaml.gz"), new byte[0]);

    assertEquals(List.of(version(2)), History.open(folder, 10).versions());
  }

  @Test
  void whatACrashLeftHalfWrittenIsRemoved() throws IOException {
    History history = History.open(folder, 10);
    history.add(version(1), new Written("one", null));
    Path unfinished = Files.writeString(folder.resolve("17.tmp"), "half");

    assertEquals(List.of(version(1)), History.open(folder, 10).versions());
    assertFalse(Files.exists(unfinished));
  }

  @Test
  void otherFilesStay() throws IOException {
    Path other = Files.writeString(folder.resolve("notes.txt"), "mine");

    assertEquals(List.of(), History.open(folder, 10).versions());
    assertTrue(Files.exists(other));
  }

  @Test
  void aDamagedDocumentIsTold() throws IOException {
    History history = History.open(folder, 10);
    history.add(version(1), new Written("x".repeat(10_000), null));
    Path file = folder.resolve("000001.yaml.gz");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));

    assertThrows(IOException.class, () -> history.document(version(1)));
  }

  @Test
  void onlyTheOwnerMayReadIt() throws IOException {
    History.open(folder, 10).add(version(1), new Written("one", null));

    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(folder.resolve("000001.yaml.gz"))));
  }

  @Test
  void whatCanNotBeWrittenIsKnownAllTheSame() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    History history = History.open(file, 10);

    assertThrows(IOException.class, () -> history.add(version(1), new Written("one", null)));
    assertEquals(version(1), history.last());
    assertThrows(IOException.class, () -> history.document(version(1)));
  }

  @Test
  void textsAreBoundedAndInOneLine() {
    Version version =
        new Version(1, "h", "a\nb", "m".repeat(5_000), "files", Objects.requireNonNull(NOON));

    assertEquals("a b", version.author());
    assertEquals(2_000, version.message().length());
  }

  private static Version version(long number) {
    return new Version(
        number, "hash " + number, "ops", "say \"hi\" 你好", "files", NOON.plusSeconds(number * 60));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }
}
