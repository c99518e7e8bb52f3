package dev.yumen.dataplane.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ByteMapTest {
  /** A key alone. */
  private static final class Word extends ByteMap.Keyed {
    private Word(String text) {
      super(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String text() {
      return new String(key, StandardCharsets.US_ASCII);
    }
  }

  @Property(tries = 200)
  void doesWhatAHashMapDoes(@ForAll long seed) {
    Random random = new Random(seed);
    ByteMap<Word> map = new ByteMap<>(new EditToken());
    Map<String, Word> expected = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      Word word = new Word("k" + random.nextInt(60));
      if (random.nextInt(3) == 0) {
        map.remove(word);
        expected.remove(word.text());
      } else {
        map.put(word);
        expected.put(word.text(), word);
      }
    }
    assertEquals(expected.size(), map.size());
    for (int i = 0; i < 60; i++) {
      assertSame(expected.get("k" + i), find(map, "k" + i));
    }
    List<Word> all = new ArrayList<>();
    map.forEach(all::add);
    assertEquals(expected.size(), all.size());
  }

  @Test
  void editTakesACopyOfWhatAnotherEditMade() {
    ByteMap<Word> map = new ByteMap<>(new EditToken());
    map.put(new Word("a"));
    EditToken edit = new EditToken();
    ByteMap<Word> edited = map.editable(edit);
    assertSame(edited, edited.editable(edit));
    edited.put(new Word("b"));
    edited.remove(new Word("a"));
    assertNotNull(find(map, "a"));
    assertNull(find(map, "b"));
    assertNull(find(edited, "a"));
  }

  private static @Nullable Word find(ByteMap<Word> map, String key) {
    byte[] bytes = ("<" + key + ">").getBytes(StandardCharsets.US_ASCII);
    return map.find(bytes, 1, bytes.length - 1);
  }
}
