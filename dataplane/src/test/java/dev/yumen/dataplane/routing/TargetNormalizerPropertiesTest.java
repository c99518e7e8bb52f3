package dev.yumen.dataplane.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

final class TargetNormalizerPropertiesTest {
  private static final String[] PIECES = {
    "/",
    "/",
    "/",
    "//",
    ".",
    "..",
    "...",
    "%2e",
    "%2E",
    "a",
    "B",
    "%41",
    "%7e",
    "~",
    ";",
    "%3b",
    "%3B",
    "%2f",
    "%2F",
    "\\",
    "%5c",
    "%25",
    "%252e",
    "%252f",
    "%e4%bd%a0",
    "é",
    "{",
    "\"",
    "@",
    "%40",
    "=",
    "%20"
  };
  private static final String[] BROKEN = {
    "%", "%4", "%zz", "%00", "%0a", "%7F", "%c0", "%af", "%ed%a0%80", "#", " ", "\u0001", "%80"
  };

  private final Target target = new Target();
  private final Target again = new Target();

  @Provide
  Arbitrary<String> paths() {
    Arbitrary<String> piece =
        Arbitraries.frequencyOf(
            Tuple.of(60, Arbitraries.of(PIECES)), Tuple.of(1, Arbitraries.of(BROKEN)));
    return piece.list().ofMaxSize(14).map(pieces -> "/" + String.join("", pieces));
  }

  @Property(tries = 4_000)
  void agreesWithTheReference(@ForAll("paths") String path) {
    ReferenceNormalizer expected = ReferenceNormalizer.of(path);
    TargetError error = normalize(path, target);
    assertEquals(expected == null, error != null, () -> path + " gave " + error);
    if (expected != null) {
      assertEquals(expected.merged, target.pathText());
      assertEquals(expected.unmerged, target.unmergedPathText());
      assertEquals(expected.forms, target.forms());
    }
  }

  @Property(tries = 1_500)
  void normalisingTwiceChangesNothing(@ForAll("paths") String path) {
    if (normalize(path, target) != null) {
      return;
    }
    assertNull(normalize(target.pathText(), again));
    assertEquals(target.pathText(), again.pathText());
    assertEquals(target.pathText(), again.unmergedPathText());
    assertEquals(0, again.forms() & ~(target.forms() & ~Target.DOUBLE_SLASH));
    assertNull(normalize(target.unmergedPathText(), again));
    assertEquals(target.unmergedPathText(), again.unmergedPathText());
    assertEquals(0, again.forms() & ~target.forms());
  }

  @Property(tries = 1_500)
  void normalFormLeavesNothingToInterpret(@ForAll("paths") String path) {
    if (normalize(path, target) != null) {
      return;
    }
    String text = target.pathText();
    assertTrue(text.chars().allMatch(c -> c > ' ' && c < 0x7f), text);
    assertFalse(("/" + text + "/").contains("/../"), text);
    assertFalse((text + "/").contains("/./"), text);
    assertFalse(text.contains("//"), text);
    assertFalse(text.matches(".*%2[eE].*|.*%[^0-9A-F].*|.*[\\\\{\"].*"), text);
  }

  @Property(tries = 1_000)
  void queryAndSurroundingsDoNotMatter(@ForAll("paths") String path) {
    TargetError error = normalize(path, target);
    byte[] line = ("GET " + path + "?a=/../%2f HTTP").getBytes(StandardCharsets.UTF_8);
    TargetError sameError = TargetNormalizer.normalize(line, 4, line.length - 5, again);
    assertEquals(error, sameError);
    if (error == null) {
      assertNotNull(again.queryText());
      assertEquals("a=/../%2f", again.queryText());
      assertEquals(target.pathText(), again.pathText());
      assertEquals(target.unmergedPathText(), again.unmergedPathText());
      assertEquals(target.forms(), again.forms());
    }
  }

  private static @Nullable TargetError normalize(String path, Target into) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    return TargetNormalizer.normalize(bytes, 0, bytes.length, into);
  }
}
