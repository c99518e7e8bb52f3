package dev.yumen.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Types that are written as one scalar in the configuration. */
class ScalarsTest {
  @Property
  void aSizeIsReadBack(@ForAll @LongRange long bytes) {
    DataSize size = new DataSize(bytes & Long.MAX_VALUE);
    // Text holds up to 18 digits; what is larger is only written when it is a multiple of 1024.
    if (size.bytes() < 1_000_000_000_000_000_000L) {
      assertEquals(size, DataSize.parse(size.toString()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "512, 512",
    "0, 0",
    "1B, 1",
    "64KiB, 65536",
    "64 kib, 65536",
    "10MB, 10000000",
    "1k, 1000",
    "1Ki, 1024",
    "2GiB, 2147483648",
    "3TB, 3000000000000"
  })
  void sizesHaveUnitsOfBothKinds(String text, long bytes) {
    assertEquals(bytes, DataSize.parse(text).bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5MB", "1XB", "1KiBB", "i", "1i", "9999999999TiB", "0x10"})
  void otherSizesAreRefused(String text) {
    assertThrows(InvalidValue.class, () -> DataSize.parse(text));
  }

  @Property
  void aRangeIsReadBack(@ForAll @Size(16) byte[] bytes, @ForAll @IntRange(max = 128) int prefix)
      throws Exception {
    for (int i = prefix; i < 128; i++) {
      bytes[i >> 3] &= (byte) ~(0x80 >> (i & 7));
    }
    String host = InetAddress.getByAddress(bytes).getHostAddress();
    if (host.indexOf(':') >= 0) {
      Cidr range = Cidr.parse(host + "/" + prefix);
      assertEquals(range, Cidr.parse(range.toString()));
      assertTrue(range.contains(InetAddress.getByAddress(bytes)));
    }
  }

  @Property
  void anIpv4RangeIsReadBack(@ForAll int bits, @ForAll @IntRange(max = 32) int prefix)
      throws Exception {
    int network = prefix == 0 ? 0 : bits & (-1 << (32 - prefix));
    byte[] first = bytes(network);
    Cidr range = Cidr.parse(InetAddress.getByAddress(first).getHostAddress() + "/" + prefix);
    assertEquals(range, Cidr.parse(range.toString()));
    assertTrue(range.contains(InetAddress.getByAddress(bytes(bits))));
    if (prefix > 0) {
      int outside = bits ^ (1 << (32 - prefix));
      assertFalse(range.contains(InetAddress.getByAddress(bytes(outside))));
    }
  }

  private static byte[] bytes(int bits) {
    return new byte[] {
      (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
    };
  }

  @Test
  void aMappedAddressCountsAsTheOneItHolds() throws Exception {
    assertTrue(Cidr.parse("::ffff:10.1.2.3").contains(InetAddress.getByName("10.1.2.3")));
    assertFalse(Cidr.parse("10.0.0.0/8").contains(InetAddress.getByName("2001:db8::1")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10",
        "10.0.0",
        "300.1.1.1",
        "10.0.0.0/33",
        "10.0.0.1/8",
        "::/129",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "localhost",
        ":::",
        "1::2::3",
        "10.0.0.0/8/8"
      })
  void otherRangesAreRefused(String text) {
    assertThrows(InvalidValue.class, () -> Cidr.parse(text));
  }

  @Property
  void anAttributeIsReadBack(
      @ForAll Attribute.Kind kind,
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String name) {
    boolean bare =
        switch (kind) {
          case CLIENT, CONSUMER, ROUTE -> true;
          case HEADER, QUERY, COOKIE, PATH -> false;
        };
    Attribute attribute = new Attribute(kind, bare ? "" : name);
    assertEquals(attribute, Attribute.parse(attribute.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "header", "header:", "header: ", "client:a", "body:a", "Client"})
  void otherAttributesAreRefused(String text) {
    assertThrows(InvalidValue.class, () -> Attribute.parse(text));
  }
}
