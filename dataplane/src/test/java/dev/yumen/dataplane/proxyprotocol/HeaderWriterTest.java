package dev.yumen.dataplane.proxyprotocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.ProxyProtocolConfig.Version;
import dev.yumen.dataplane.loop.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderWriterTest {
  private static ClientAddress address(String client, String local) {
    return new ClientAddress(
        new InetSocketAddress(InetAddress.ofLiteral(client), 4321),
        new InetSocketAddress(InetAddress.ofLiteral(local), 443));
  }

  private static byte[] write(Version version, ClientAddress address, @Nullable String authority) {
    ByteBuf header =
        HeaderWriter.write(version, address, authority, UnpooledByteBufAllocator.DEFAULT);
    try {
      return ByteBufUtil.getBytes(header);
    } finally {
      header.release();
    }
  }

  @Test
  void ipv4IsWrittenAsTheTextSays() {
    ClientAddress address = address("203.0.113.7", "198.51.100.1");
    assertEquals(
        "PROXY TCP4 203.0.113.7 198.51.100.1 4321 443\r\n",
        new String(write(Version.V1, address, "name"), ISO_8859_1));
    assertArrayEquals(Headers.binary(0x21, 0x11, Headers.ipv4()), write(Version.V2, address, null));
  }

  @Test
  void ipv6IsWrittenAsTheTextSays() {
    ClientAddress address = address("2001:db8::7", "2001:db8::1");
    assertEquals(
        "PROXY TCP6 2001:db8:0:0:0:0:0:7 2001:db8:0:0:0:0:0:1 4321 443\r\n",
        new String(write(Version.V1, address, null), ISO_8859_1));
    assertArrayEquals(Headers.binary(0x21, 0x21, Headers.ipv6()), write(Version.V2, address, null));
  }

  @Test
  void theNameAskedForIsAddedInVersion2() {
    byte[] name = "db.example.com".getBytes(ISO_8859_1);
    assertArrayEquals(
        Headers.binary(0x21, 0x11, Headers.ipv4(), Headers.added(2, name)),
        write(Version.V2, address("203.0.113.7", "198.51.100.1"), "db.example.com"));
  }

  @ParameterizedTest
  @CsvSource({
    "V1, 203.0.113.7, 198.51.100.1",
    "V1, 2001:db8::7, 2001:db8::1",
    "V1, 2001:db8::7, 198.51.100.1",
    "V2, 203.0.113.7, 2001:db8::1",
    "V2, fe80::1%1, 2001:db8::1",
    "V1, fe80::1%1, 2001:db8::1"
  })
  void whatIsWrittenIsRead(Version version, String client, String local) throws Exception {
    ClientAddress address =
        new ClientAddress(
            new InetSocketAddress(InetAddress.getByName(client), 1),
            new InetSocketAddress(InetAddress.getByName(local), 65_535));
    byte[] header = write(version, address, "a");
    HeaderReader.Reading.Done done =
        (HeaderReader.Reading.Done) HeaderReader.read(Unpooled.wrappedBuffer(header), 4096);
    assertEquals(header.length, done.length());
    ClientAddress read = Objects.requireNonNull(done.address());
    assertEquals(1, read.client().getPort());
    assertEquals(65_535, read.local().getPort());
    assertArrayEquals(
        address.client().getAddress().getAddress(), read.client().getAddress().getAddress());
    assertArrayEquals(
        address.local().getAddress().getAddress(), read.local().getAddress().getAddress());
  }
}
