package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.source.DocumentStore.Stored;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class StoredBytesTest {

  @Test
  void shortTextsAreAsTheyAre() throws IOException {
    assertArrayEquals("a: 1 # 一".getBytes(UTF_8), StoredBytes.of("a: 1 # 一"));
    assertEquals("a: 1 # 一", StoredBytes.text("a: 1 # 一".getBytes(UTF_8), "it"));
    assertEquals("", StoredBytes.text(StoredBytes.of(""), "it"));
  }

  @Test
  void longTextsComeBackAsTheyWere() throws IOException {
    String plain = "x".repeat(StoredBytes.PLAIN_BYTES);
    assertEquals(StoredBytes.PLAIN_BYTES, StoredBytes.of(plain).length);
    String text = plain + "x";
    byte[] bytes = StoredBytes.of(text);
    assertTrue(bytes.length < 5_000, bytes.length + " bytes");
    assertEquals(text, StoredBytes.text(bytes, "it"));
  }

  @Test
  void tooLongTextsAreRefused() {
    assertThrows(IOException.class, () -> StoredBytes.of("x".repeat(Stored.MOST_BYTES + 1)));
  }

  @Test
  void whatUnfoldsToMoreThanThatIsRefused() throws IOException {
    byte[] bomb = bomb();
    IOException refused = assertThrows(IOException.class, () -> StoredBytes.text(bomb, "it"));
    assertEquals("it holds more than 67108864 bytes", refused.getMessage());
  }

  /** A small value that unfolds to more than a document may have. */
  static byte[] bomb() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i <= Stored.MOST_BYTES >> 20; i++) {
        gzip.write(zeros);
      }
    }
    return bytes.toByteArray();
  }
}
