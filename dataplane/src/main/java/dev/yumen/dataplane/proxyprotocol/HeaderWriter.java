package dev.yumen.dataplane.proxyprotocol;

import dev.yumen.config.ProxyProtocolConfig.Version;
import dev.yumen.dataplane.loop.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes headers towards services. */
public final class HeaderWriter {
  private HeaderWriter() {}

  /**
   * A header, which the caller owns. Two IPv4 addresses are written as such; with an IPv6 address
   * both are, an IPv4 one as the IPv6 address it is mapped to (RFC 4291 §2.5.5.2).
   *
   * @param authority name that the client asked for by TLS, which version 2 can tell; null for none
   */
  public static ByteBuf write(
      Version version,
      ClientAddress address,
      @Nullable String authority,
      ByteBufAllocator allocator) {
    return switch (version) {
      case V1 -> text(address, allocator);
      case V2 -> binary(address, authority, allocator);
    };
  }

  private static boolean isIpv4(ClientAddress address) {
    return address.client().getAddress() instanceof Inet4Address
        && address.local().getAddress() instanceof Inet4Address;
  }

  private static ByteBuf text(ClientAddress address, ByteBufAllocator allocator) {
    boolean ipv4 = isIpv4(address);
    String line =
        "PROXY "
            + (ipv4 ? "TCP4 " : "TCP6 ")
            + text(address.client().getAddress(), ipv4)
            + " "
            + text(address.local().getAddress(), ipv4)
            + " "
            + address.client().getPort()
            + " "
            + address.local().getPort()
            + "\r\n";
    ByteBuf header = allocator.directBuffer(line.length());
    header.writeCharSequence(line, StandardCharsets.US_ASCII);
    return header;
  }

  /** Without the zone that an address of a socket may have. */
  private static String text(InetAddress address, boolean ipv4) {
    if (!ipv4 && address instanceof Inet4Address) {
      return "::ffff:" + address.getHostAddress();
    }
    try {
      return InetAddress.getByAddress(address.getAddress()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ByteBuf binary(
      ClientAddress address, @Nullable String authority, ByteBufAllocator allocator) {
    boolean ipv4 = isIpv4(address);
    int added = authority == null ? 0 : 3 + authority.length();
    int rest = (ipv4 ? BinaryHeader.IPV4_LENGTH : BinaryHeader.IPV6_LENGTH) + added;
    ByteBuf header = allocator.directBuffer(BinaryHeader.FIXED + rest);
    header.writeBytes(BinaryHeader.SIGNATURE);
    header.writeByte(BinaryHeader.PROXY);
    header.writeByte(ipv4 ? BinaryHeader.TCP_IPV4 : BinaryHeader.TCP_IPV6);
    header.writeShort(rest);
    ip(address.client().getAddress(), ipv4, header);
    ip(address.local().getAddress(), ipv4, header);
    header.writeShort(address.client().getPort());
    header.writeShort(address.local().getPort());
    if (authority != null) {
      header.writeByte(BinaryHeader.AUTHORITY).writeShort(authority.length());
      header.writeCharSequence(authority, StandardCharsets.US_ASCII);
    }
    return header;
  }

  private static void ip(InetAddress address, boolean ipv4, ByteBuf header) {
    if (!ipv4 && address instanceof Inet4Address) {
      header.writeZero(10).writeShort(0xffff);
    }
    header.writeBytes(address.getAddress());
  }
}
