package dev.yumen.dataplane.proxyprotocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** Headers of version 2, put together by hand. */
public final class Headers {
  private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

  private Headers() {}

  /** A header with these bytes behind its length. */
  public static byte[] binary(int command, int family, byte[]... rest) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(rest).forEach(all::writeBytes);
    ByteBuffer header = ByteBuffer.allocate(16 + all.size());
    header.put(SIGNATURE).put((byte) command).put((byte) family).putShort((short) all.size());
    return header.put(all.toByteArray()).array();
  }

  /** 203.0.113.7:4321 to 198.51.100.1:443. */
  public static byte[] ipv4() {
    return HexFormat.of().parseHex("cb007107" + "c6336401" + "10e1" + "01bb");
  }

  /** [2001:db8::7]:4321 to [2001:db8::1]:443. */
  public static byte[] ipv6() {
    String network = "20010db8" + "00".repeat(11);
    return HexFormat.of().parseHex(network + "07" + network + "01" + "10e1" + "01bb");
  }

  /** An added value. */
  public static byte[] added(int type, byte[] value) {
    return ByteBuffer.allocate(3 + value.length)
        .put((byte) type)
        .putShort((short) value.length)
        .put(value)
        .array();
  }

  /** The same header with the checksum of all of it behind it. */
  public static byte[] withChecksum(byte[] header) {
    byte[] all = Arrays.copyOf(header, header.length + 7);
    ByteBuffer bytes = ByteBuffer.wrap(all);
    bytes.putShort(14, (short) (all.length - 16));
    bytes.put(header.length, (byte) 3).putShort(header.length + 1, (short) 4);
    CRC32C sum = new CRC32C();
    sum.update(all);
    bytes.putInt(header.length + 3, (int) sum.getValue());
    return all;
  }
}
