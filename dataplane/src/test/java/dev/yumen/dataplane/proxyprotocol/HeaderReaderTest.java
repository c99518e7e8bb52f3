package dev.yumen.dataplane.proxyprotocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.loop.ClientAddress;
import dev.yumen.dataplane.proxyprotocol.HeaderReader.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderReaderTest {
  private static final int MOST = 4096;
  private static final ClientAddress IPV4 = address("203.0.113.7", "198.51.100.1");
  private static final ClientAddress IPV6 = address("2001:db8::7", "2001:db8::1");

  private static ClientAddress address(String client, String local) {
    return new ClientAddress(
        new InetSocketAddress(InetAddress.ofLiteral(client), 4321),
        new InetSocketAddress(InetAddress.ofLiteral(local), 443));
  }

  /** A good header and what it says. */
  record Good(String name, byte[] bytes, @Nullable ClientAddress address) {
    Good(String line, @Nullable ClientAddress address) {
      this(line, (line + "\r\n").getBytes(ISO_8859_1), address);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Good> good() {
    byte[] authority = Headers.added(2, "db.example.com".getBytes(ISO_8859_1));
    byte[] plain = Headers.binary(0x21, 0x11, Headers.ipv4());
    return Stream.of(
        new Good("PROXY TCP4 203.0.113.7 198.51.100.1 4321 443", IPV4),
        new Good("PROXY TCP6 2001:db8::7 2001:0DB8:0:0:0:0:0:1 4321 443", IPV6),
        new Good("PROXY UNKNOWN", null),
        new Good("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535", null),
        new Good("IPv4", plain, IPV4),
        new Good("IPv6", Headers.binary(0x21, 0x21, Headers.ipv6()), IPV6),
        new Good("with an authority", Headers.binary(0x21, 0x11, Headers.ipv4(), authority), IPV4),
        new Good("with a checksum", Headers.withChecksum(plain), IPV4),
        new Good(
            "a checksum before nothing",
            Headers.withChecksum(Headers.binary(0x21, 0x21, Headers.ipv6(), authority)),
            IPV6),
        new Good("LOCAL", Headers.binary(0x20, 0x00), null),
        new Good("LOCAL with addresses", Headers.binary(0x20, 0x11, Headers.ipv4()), null),
        new Good("unspecified", Headers.binary(0x21, 0x00), null),
        new Good("unspecified with bytes", Headers.binary(0x21, 0x00, new byte[9]), null),
        new Good("a Unix socket", Headers.binary(0x21, 0x31, new byte[216]), null));
  }

  private static Reading read(byte[] bytes, int most) {
    return HeaderReader.read(Unpooled.wrappedBuffer(bytes), most);
  }

  @ParameterizedTest
  @MethodSource("good")
  void addressAndLengthAreRead(Good header) {
    byte[] more = Arrays.copyOf(header.bytes(), header.bytes().length + 5);
    Reading.Done done = new Reading.Done(header.address(), header.bytes().length);
    assertEquals(done, read(header.bytes(), MOST));
    assertEquals(done, read(more, MOST));
  }

  @ParameterizedTest
  @MethodSource("good")
  void everyBeginningAsksForMoreThanItHas(Good header) {
    for (int length = 0; length < header.bytes().length; length++) {
      byte[] beginning = Arrays.copyOf(header.bytes(), length);
      Reading.More more =
          assertInstanceOf(Reading.More.class, read(beginning, MOST), "at " + length);
      assertTrue(more.bytes() > length && more.bytes() <= header.bytes().length, more + "");
    }
  }

  @Test
  void bytesBeforeTheReaderAreNotLookedAt() {
    ByteBuf in = Unpooled.wrappedBuffer(new byte[3], Headers.binary(0x21, 0x11, Headers.ipv4()));
    in.skipBytes(3);
    assertEquals(new Reading.Done(IPV4, 28), HeaderReader.read(in, MOST));
    assertEquals(3, in.readerIndex());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n",
        "proxy TCP4 203.0.113.7 198.51.100.1 4321 443\r\n",
        "PROXY\r\n",
        "PROXYTCP4 203.0.113.7 198.51.100.1 4321 443\r\n",
        "PROXY \r\n",
        "PROXY unknown\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY TCP5 203.0.113.7 198.51.100.1 4321 443\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4321 443\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4321 443\r \n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4321 443 \r\n",
        "PROXY TCP4  203.0.113.7 198.51.100.1 4321 443\r\n",
        "PROXY TCP4\t203.0.113.7 198.51.100.1 4321 443\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4321\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4321 443 1\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 +4321 443\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 04321 443\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4321 65536\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4321 -1\r\n",
        "PROXY TCP4 203.0.113.256 198.51.100.1 4321 443\r\n",
        "PROXY TCP4 203.0.113.07 198.51.100.1 4321 443\r\n",
        "PROXY TCP4 203.0.113 198.51.100.1 4321 443\r\n",
        "PROXY TCP4 3405803783 198.51.100.1 4321 443\r\n",
        "PROXY TCP4 2001:db8::7 2001:db8::1 4321 443\r\n",
        "PROXY TCP6 203.0.113.7 198.51.100.1 4321 443\r\n",
        "PROXY TCP6 2001:db8::7%eth0 2001:db8::1 4321 443\r\n",
        "PROXY TCP6 [2001:db8::7] 2001:db8::1 4321 443\r\n",
        "PROXY TCP6 2001:db8:::7 2001:db8::1 4321 443\r\n",
        "PROXY TCP6 localhost localhost 4321 443\r\n"
      })
  void linesThatAnotherReaderCouldTakeDifferentlyAreMalformed(String line) {
    assertInstanceOf(Reading.Malformed.class, read(line.getBytes(ISO_8859_1), MOST));
  }

  @Test
  void lineOfMoreThan107BytesIsMalformed() {
    String longest = "PROXY UNKNOWN " + "x".repeat(91);
    byte[] most = (longest + "\r\n").getBytes(ISO_8859_1);
    assertEquals(new Reading.Done(null, 107), read(most, MOST));
    byte[] endless = (longest + "xx").getBytes(ISO_8859_1);
    assertInstanceOf(Reading.Malformed.class, read(endless, MOST));
    byte[] late = (longest + "x\r\n").getBytes(ISO_8859_1);
    assertInstanceOf(Reading.Malformed.class, read(late, MOST));
  }

  static Stream<byte[]> malformedBinary() {
    byte[] right = Headers.withChecksum(Headers.binary(0x21, 0x11, Headers.ipv4()));
    byte[] wrongSum = right.clone();
    wrongSum[20] ^= 1;
    byte[] signature = right.clone();
    signature[11] ^= 1;
    return Stream.of(
        wrongSum,
        signature,
        Headers.binary(0x11, 0x11, Headers.ipv4()),
        Headers.binary(0x22, 0x11, Headers.ipv4()),
        Headers.binary(0x31, 0x11, Headers.ipv4()),
        Headers.binary(0x21, 0x12, Headers.ipv4()),
        Headers.binary(0x21, 0x22, Headers.ipv6()),
        Headers.binary(0x21, 0x41, Headers.ipv6()),
        Headers.binary(0x21, 0x10, Headers.ipv4()),
        Headers.binary(0x21, 0x11, new byte[11]),
        Headers.binary(0x21, 0x21, new byte[35]),
        Headers.binary(0x21, 0x31, new byte[215]),
        Headers.binary(0x21, 0x11, Headers.ipv4(), new byte[1]),
        Headers.binary(0x21, 0x11, Headers.ipv4(), new byte[] {4, 0, 1}),
        Headers.binary(0x21, 0x11, Headers.ipv4(), Headers.added(3, new byte[3])),
        Headers.binary(0x21, 0x11, Headers.ipv4(), new byte[] {4, (byte) 0xff, (byte) 0xff, 0}));
  }

  @ParameterizedTest
  @MethodSource("malformedBinary")
  void binaryHeadersThatAreNotAsTheyShouldBeAreMalformed(byte[] header) {
    assertInstanceOf(Reading.Malformed.class, read(header, MOST));
  }

  @Test
  void aHeaderTooLargeIsRefusedByItsLengthAlone() {
    byte[] header = Headers.binary(0x21, 0x11, Headers.ipv4(), Headers.added(4, new byte[1000]));
    assertEquals(new Reading.TooLarge(1031), read(Arrays.copyOf(header, 16), 1030));
    assertEquals(new Reading.Done(IPV4, 1031), read(header, 1031));
  }

  @Property
  void noBytesMakeItFail(@ForAll @Size(max = 300) byte[] bytes) {
    check(bytes);
  }

  @Property
  void noChangeOfAGoodHeaderMakesItFail(
      @ForAll @IntRange(max = 13) int which, @ForAll @IntRange(max = 215) int at, @ForAll byte to) {
    byte[] bytes = good().skip(which).findFirst().orElseThrow().bytes().clone();
    bytes[at % bytes.length] = to;
    check(bytes);
  }

  private static void check(byte[] bytes) {
    switch (read(bytes, MOST)) {
      case Reading.More(int needed) -> assertTrue(needed > bytes.length);
      case Reading.Done done -> assertTrue(done.length() <= bytes.length);
      case Reading.TooLarge(int size) -> assertTrue(size > MOST);
      case Reading.Malformed(String reason) -> assertTrue(!reason.isEmpty());
    }
  }
}
