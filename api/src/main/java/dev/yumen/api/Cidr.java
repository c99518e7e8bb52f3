package dev.yumen.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A range of IP addresses, written {@code 10.0.0.0/8}, {@code 2001:db8::/32} or as one address. An
 * IPv4-mapped IPv6 address counts as the IPv4 address it holds.
 */
@ConfigType(
    expected = "an IP address or range such as 10.0.0.0/8 or 2001:db8::/32",
    examples = {"10.0.0.0/8", "192.0.2.7", "2001:db8::/32"})
public final class Cidr {
  private static final String EXPECTED =
      "an IP address or range such as 10.0.0.0/8 or 2001:db8::/32";
  private static final int IPV4_BITS = 32;

  /** What stands in front of an IPv4 address in IPv6 (RFC 4291 §2.5.5.2). */
  private static final int MAPPING_BITS = 96;

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private final byte[] network;
  private final int prefix;

  private Cidr(byte[] network, int prefix) {
    this.network = network;
    this.prefix = prefix;
  }

  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    byte[] address = literal(literal, text);
    int bits = address.length * 8;
    int mapping = literal.indexOf(':') >= 0 && bits == IPV4_BITS ? MAPPING_BITS : 0;
    int prefix = slash < 0 ? bits : prefix(text, slash + 1, mapping, mapping + bits) - mapping;
    for (int i = prefix; i < bits; i++) {
      if ((address[i >> 3] & (0x80 >> (i & 7))) != 0) {
        throw new InvalidValue("", text, "no bits set after the first " + (mapping + prefix));
      }
    }
    return new Cidr(address, prefix);
  }

  private static int prefix(String text, int from, int least, int most) {
    String digits = text.substring(from);
    int length = digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    if (length < least || length > most) {
      throw new InvalidValue("", text, "a prefix length of " + least + " to " + most);
    }
    return length;
  }

  private static byte[] literal(String address, String text) {
    if (!IPV4.matcher(address).matches() && !IPV6.matcher(address).matches()) {
      throw new InvalidValue("", text, EXPECTED);
    }
    try {
      return InetAddress.ofLiteral(address).getAddress();
    } catch (IllegalArgumentException _) {
      throw new InvalidValue("", text, EXPECTED);
    }
  }

  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != network.length) {
      return false;
    }
    int whole = prefix >> 3;
    if (!Arrays.equals(bytes, 0, whole, network, 0, whole)) {
      return false;
    }
    int rest = prefix & 7;
    return rest == 0 || ((bytes[whole] ^ network[whole]) & (0xff00 >> rest) & 0xff) == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cidr cidr
        && prefix == cidr.prefix
        && Arrays.equals(network, cidr.network);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(network) * 31 + prefix;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(network).getHostAddress() + "/" + prefix;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
