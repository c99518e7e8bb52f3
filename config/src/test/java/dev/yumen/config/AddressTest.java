package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yumen.api.InvalidValue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @Property
  void anIpv4AddressIsReadBack(@ForAll int bits, @ForAll @IntRange(max = 65_535) int port) {
    String host =
        "%d.%d.%d.%d"
            .formatted(bits >>> 24, (bits >>> 16) & 0xff, (bits >>> 8) & 0xff, bits & 0xff);
    assertRoundTrip(new Address(host, port));
  }

  @Property
  void anIpv6AddressIsReadBack(@ForAll int high, @ForAll int low) {
    assertRoundTrip(
        new Address("2001:db8::%x:%x".formatted(high >>> 16, low & 0xffff), low >>> 16));
  }

  private static void assertRoundTrip(Address address) {
    assertEquals(address, Address.parse(address.toString()));
  }

  @Test
  void namesMayHoldDigitsDashesAndDots() {
    assertEquals(new Address("users-1.internal", 80), Address.parse("users-1.internal:80"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":80",
        "a",
        "a:",
        "a:b",
        "a:-1",
        "a:65536",
        "a:000080",
        "::1:80",
        "[::1]",
        "[::1]80",
        "[:::]:80",
        "[a]:80",
        "[]:80",
        "a b:80",
        "http://a:80",
        "300.1.1.1:80",
        "1.2.3:80",
        "a/b:80"
      })
  void otherFormsAreRefused(String text) {
    assertThrows(InvalidValue.class, () -> Address.parse(text));
  }
}
