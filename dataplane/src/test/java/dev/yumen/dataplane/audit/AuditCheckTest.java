package dev.yumen.dataplane.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import org.jspecify.annotations.Nullable;

/** Whatever is done to a log afterwards is found. */
class AuditCheckTest {
  private static final String KEY = "0123456789abcdef";
  private static final int LAST = 11;

  private final Path file;

  AuditCheckTest() throws IOException {
    file = Files.createTempFile("audit", ".jsonl");
  }

  @AfterTry
  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  private List<String> lines(@Nullable String key) throws IOException {
    Files.deleteIfExists(file);
    ManualClock clock = new ManualClock();
    try (AuditFile log = new AuditFile(file, 0, 1, Seal.of(key), clock, clock::nanoTime)) {
      for (int i = 0; i <= LAST; i++) {
        log.write("act", Map.of("text", "Ünd \"so\" \n weiter " + i));
      }
    }
    return new ArrayList<>(Files.readAllLines(file, ISO_8859_1));
  }

  private AuditCheck.Result check(List<String> lines, String... keys) throws IOException {
    Files.writeString(file, String.join("\n", lines) + "\n", ISO_8859_1);
    return AuditCheck.of(List.of(file), List.of(keys), null);
  }

  private static String broken(AuditCheck.Result result) {
    AuditCheck.Break broken = result.broken();
    assertNotNull(broken);
    return broken.line() + " " + broken.what().replaceFirst(":.*", "");
  }

  @Example
  void whatWasWrittenIsGood() throws IOException {
    assertNull(check(lines(null)).broken());
    AuditCheck.Result keyed = check(lines(KEY), KEY);
    assertNull(keyed.broken());
    assertEquals(LAST + 1, keyed.records());
  }

  @Property(tries = 300)
  void aChangedByteIsFound(
      @ForAll @IntRange(max = 4_000) int place, @ForAll @IntRange(min = 1, max = 255) int change)
      throws IOException {
    lines(null);
    byte[] bytes = Files.readAllBytes(file);
    bytes[place % bytes.length] ^= (byte) change;
    Files.write(file, bytes);

    assertNotNull(AuditCheck.of(List.of(file), List.of(), null).broken());
  }

  @Property(tries = 100)
  void aCutAtAnyByteIsFoundOnceTheLastRecordIsKnown(@ForAll @IntRange(min = 1, max = 4_000) int cut)
      throws IOException {
    lines(null);
    AuditCheck.Result whole = AuditCheck.of(List.of(file), List.of(), null);
    AuditCheck.Head head = new AuditCheck.Head(whole.last(), whole.hash());
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1 - cut % (bytes.length - 1)));

    AuditCheck.Break broken = AuditCheck.of(List.of(file), List.of(), head).broken();
    assertNotNull(broken);
    assertTrue(broken.what().startsWith("truncated: "), broken.what());
  }

  @Property(tries = 50)
  void aLineThatWasTakenOutIsFound(@ForAll @IntRange(max = LAST - 1) int at) throws IOException {
    List<String> lines = lines(KEY);
    lines.remove(at);

    assertEquals((at + 1) + " missing", broken(check(lines, KEY)));
  }

  @Property(tries = 50)
  void swappedLinesAreFound(
      @ForAll @IntRange(max = LAST) int one, @ForAll @IntRange(max = LAST) int other)
      throws IOException {
    List<String> lines = lines(KEY);
    Collections.swap(lines, one, other);

    assertEquals(one == other, check(lines, KEY).broken() == null);
  }

  @Property(tries = 50)
  void aLineThatWasPutInIsFound(
      @ForAll @IntRange(max = LAST + 1) int at, @ForAll @IntRange(max = LAST) int copied)
      throws IOException {
    List<String> lines = lines(KEY);
    lines.add(at, lines.get(copied));
    assertNotNull(check(lines, KEY).broken());
    lines.set(at, "anything");
    assertEquals((at + 1) + " changed", broken(check(lines, KEY)));
    lines.set(at, "");
    assertEquals((at + 1) + " changed", broken(check(lines, KEY)));
  }

  @Example
  void anotherKeyOrNoneIsSaid() throws IOException {
    List<String> keyed = lines(KEY);
    assertEquals("1 wrong key", broken(check(keyed)));
    assertEquals("1 wrong key", broken(check(keyed, "another key of 16")));
    assertNull(check(keyed, "another key of 16", KEY).broken());
    assertEquals("1 wrong key", broken(check(lines(null), KEY)));
  }

  @Example
  void aChainMadeAnewWithoutTheKeyDoesNotPass() throws IOException {
    List<String> lines = lines(KEY);
    AuditLine first = AuditLine.parse(lines.getFirst().getBytes(ISO_8859_1));
    assertNotNull(first);
    String plain =
        Seal.PLAIN.hash(first.previous(), first.record()); // the only hash without the key
    lines.set(0, lines.getFirst().replace(first.hash(), plain));

    assertEquals("1 changed", broken(check(lines, KEY)));
  }
}
