package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldNameTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "te",
        "host",
        "accept",
        "content-length",
        "user-agent",
        "proxy-authentication-info",
        "access-control-request-headers",
        "http2-settings",
        "upgrade-insecure-requests",
        "keep-alive"
      })
  void nameIsKnownInAnyCaseAndOnlyWhole(String name) {
    int id = idOf(name);
    assertNotEquals(FieldName.OTHER, id);
    assertEquals(id, idOf(name.toUpperCase(Locale.ROOT)));
    assertEquals(id, FieldName.idOf(name));
    assertEquals(id, FieldName.idOf(name.toUpperCase(Locale.ROOT)));
    assertEquals(FieldName.OTHER, idOf(name.substring(1)));
    assertEquals(FieldName.OTHER, idOf(name + "x"));
  }

  /** The id alone is trusted to say that a name is a token, so no other byte may pass for one. */
  @Test
  void noOtherByteStandsForACharacter() {
    for (String name : new String[] {"content-length", "http2-settings", "te", "x-request-id"}) {
      byte[] bytes = Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), 64);
      for (int i = 0; i < name.length(); i++) {
        byte good = bytes[i];
        for (int b = 0; b < 256; b++) {
          bytes[i] = (byte) b;
          boolean same = Octets.lower(b) == good;
          assertEquals(same, FieldName.idOf(bytes, 0, name.length()) != FieldName.OTHER, name + b);
        }
        bytes[i] = good;
      }
    }
  }

  private static int idOf(String name) {
    byte[] padded = new byte[name.length() + 3 + Octets.SLACK];
    Arrays.fill(padded, (byte) 'z');
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, padded, 3, bytes.length);
    return FieldName.idOf(padded, 3, 3 + bytes.length);
  }
}
