package dev.yumen.dataplane.recording;

import dev.yumen.dataplane.explain.Redaction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells by a name whether its value may be kept. Names that came before are looked up by their
 * bytes; what was learnt is forgotten when there is too much of it, as clients can send any names.
 * One thread uses it.
 */
final class NameClasses {
  /** The value is kept. */
  static final byte KEPT = 1;

  /** The value is hidden. */
  static final byte HIDDEN = 2;

  /** The value is an address, whose query may hold what is hidden. */
  static final byte ADDRESS = 3;

  private static final int SLOTS = 1 << 9;
  private static final int MOST = SLOTS / 2;
  private static final int LONGEST = 64;

  private final byte[] @Nullable [] names = new byte[SLOTS][];
  private final byte[] classes = new byte[SLOTS];
  private int known;
  private Set<String> also = Set.of();

  /**
   * @param more names in lower case whose values are hidden, too; the same set while nothing has
   *     changed
   */
  @SuppressWarnings("ReferenceEquality") // asked for each request: an equal one is learnt anew
  void also(Set<String> more) {
    if (more != also) {
      also = more;
      forget();
    }
  }

  private void forget() {
    Arrays.fill(names, null);
    known = 0;
  }

  /** One of the constants. */
  byte of(byte[] bytes, int start, int end) {
    if (end - start > LONGEST) {
      return judge(text(bytes, start, end));
    }
    int slot = hash(bytes, start, end) & (SLOTS - 1);
    for (byte[] name = names[slot]; name != null; name = names[slot]) {
      if (Arrays.equals(name, 0, name.length, bytes, start, end)) {
        return classes[slot];
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    byte found = judge(text(bytes, start, end));
    if (known == MOST) {
      forget();
      slot = hash(bytes, start, end) & (SLOTS - 1);
    }
    names[slot] = Arrays.copyOfRange(bytes, start, end);
    classes[slot] = found;
    known++;
    return found;
  }

  private static int hash(byte[] bytes, int start, int end) {
    int hash = end - start;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash ^ (hash >>> 9) ^ (hash >>> 18);
  }

  private static String text(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private byte judge(String written) {
    String name = written.toLowerCase(Locale.ROOT);
    // A name that is written in another way could be any.
    boolean hidden =
        name.indexOf('%') >= 0
            || name.indexOf('+') >= 0
            || Redaction.isSecret(name)
            || also.contains(name);
    if (hidden) {
      return HIDDEN;
    }
    boolean address = name.contains("refer") || name.endsWith("url") || name.endsWith("uri");
    return address ? ADDRESS : KEPT;
  }
}
