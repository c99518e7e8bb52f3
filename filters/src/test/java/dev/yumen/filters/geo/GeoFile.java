package dev.yumen.filters.geo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.Cidr;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a database of MaxMind's format, version 2.0, as https://maxmind.github.io/MaxMind-DB/
 * describes it: a binary tree of address bits, then values.
 */
public final class GeoFile {
  private static final int BITS = 128;
  private static final int EMPTY = 0;

  private final String type;
  private final List<int[]> nodes = new ArrayList<>(List.of(new int[2]));
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  private GeoFile(String type) {
    this.type = type;
  }

  /**
   * A database of countries.
   *
   * @param networks country and continent, as {@code CN AS}, by a range such as {@code 10.0.0.0/8}
   */
  public static void countries(Path file, Map<String, String> networks) {
    GeoFile writer = new GeoFile("Test-Country");
    networks.forEach(
        (network, place) -> {
          String[] codes = place.split(" ", -1);
          Map<String, Object> value = new LinkedHashMap<>();
          value.put("continent", Map.of("code", codes[1]));
          value.put(codes.length > 2 ? codes[2] : "country", Map.of("iso_code", codes[0]));
          writer.add(network, value);
        });
    writer.write(file);
  }

  /** A database of autonomous systems, by their numbers. */
  public static void systems(Path file, Map<String, Long> networks) {
    GeoFile writer = new GeoFile("Test-ASN");
    networks.forEach(
        (network, number) -> writer.add(network, Map.of("autonomous_system_number", number)));
    writer.write(file);
  }

  /** Values are marked by negative numbers until the tree is complete. */
  private void add(String network, Map<String, Object> value) {
    Cidr.parse(network); // a range
    String[] parts = network.split("/", -1);
    byte[] address = bytes(parts[0]);
    int offset = data.size();
    data.writeBytes(encoded(value));
    int length = Integer.parseInt(parts[1]) + (address.length == 4 ? BITS - 32 : 0);
    byte[] bits = new byte[16];
    System.arraycopy(address, 0, bits, 16 - address.length, address.length);
    int node = 0;
    for (int i = 0; i < length; i++) {
      int side = (bits[i / 8] >> (7 - i % 8)) & 1;
      if (i == length - 1) {
        nodes.get(node)[side] = -1 - offset;
      } else {
        if (nodes.get(node)[side] == EMPTY) {
          nodes.get(node)[side] = nodes.size();
          nodes.add(new int[2]);
        }
        node = nodes.get(node)[side];
      }
    }
  }

  private static byte[] bytes(String address) {
    try {
      return InetAddress.ofLiteral(address).getAddress();
    } catch (IllegalArgumentException e) {
      throw new AssertionError(e);
    }
  }

  private void write(Path file) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int[] node : nodes) {
      for (int record : node) {
        int pointer = record < 0 ? nodes.size() + 16 + (-1 - record) : record;
        out.writeBytes(big(record == EMPTY ? nodes.size() : pointer, 4));
      }
    }
    out.writeBytes(new byte[16]);
    out.writeBytes(data.toByteArray());
    out.writeBytes(new byte[] {(byte) 0xab, (byte) 0xcd, (byte) 0xef});
    out.writeBytes("MaxMind.com".getBytes(UTF_8));
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("binary_format_major_version", (short) 2);
    metadata.put("binary_format_minor_version", (short) 0);
    metadata.put("build_epoch", Long.MAX_VALUE);
    metadata.put("database_type", type);
    metadata.put("description", Map.of());
    metadata.put("ip_version", (short) 6);
    metadata.put("languages", List.of());
    metadata.put("node_count", (long) nodes.size());
    metadata.put("record_size", (short) 32);
    out.writeBytes(encoded(metadata));
    try {
      Files.write(file, out.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] big(long value, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[length - 1 - i] = (byte) (value >> (8 * i));
    }
    return bytes;
  }

  /** Type in the upper three bits and length below; types from 8 on have a byte of their own. */
  private static byte[] encoded(Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (value) {
      case String text -> {
        byte[] bytes = text.getBytes(UTF_8);
        out.write((2 << 5) | Math.min(bytes.length, 28));
        out.write(bytes, 0, Math.min(bytes.length, 28));
      }
      case Short number -> {
        out.write((5 << 5) | 2);
        out.writeBytes(big(number, 2));
      }
      case Long number when number == Long.MAX_VALUE -> {
        out.write(4); // a time: eight bytes, type 9
        out.write(2);
        out.writeBytes(big(1_700_000_000, 4));
      }
      case Long number -> {
        out.write((6 << 5) | 4);
        out.writeBytes(big(number, 4));
      }
      case Map<?, ?> map -> {
        out.write((7 << 5) | map.size());
        map.forEach(
            (name, member) -> {
              out.writeBytes(encoded(name));
              out.writeBytes(encoded(member));
            });
      }
      case List<?> list -> {
        out.write(list.size());
        out.write(4);
        list.forEach(element -> out.writeBytes(encoded(element)));
      }
      default -> throw new AssertionError(value);
    }
    return out.toByteArray();
  }
}
