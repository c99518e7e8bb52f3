package dev.yumen.dataplane.http1;

/**
 * A set of well-known field names that is asked for together: one look tells that a head has none
 * of them, which is the usual case. Immutable.
 */
public final class NameSet {
  private final String[] names;
  private final long low;
  private final long high;

  private NameSet(String[] names) {
    this.names = names;
    long lowBits = 0;
    long highBits = 0;
    for (String name : names) {
      int id = FieldName.idOf(name);
      if (id == FieldName.OTHER) {
        throw new IllegalArgumentException("not a well-known field name: " + name);
      }
      lowBits |= lowBit(id);
      highBits |= highBit(id);
    }
    low = lowBits;
    high = highBits;
  }

  public static NameSet of(String... names) {
    return new NameSet(names.clone());
  }

  /** Whether any id is in these bits. */
  boolean meets(long lowBits, long highBits) {
    return ((low & lowBits) | (high & highBits)) != 0;
  }

  String[] names() {
    return names;
  }

  /** The bit of an id below 64, else 0. */
  static long lowBit(int id) {
    return id < Long.SIZE ? 1L << id : 0;
  }

  /** The bit of an id from 64 on, else 0. */
  static long highBit(int id) {
    return id < Long.SIZE ? 0 : 1L << (id - Long.SIZE);
  }
}
