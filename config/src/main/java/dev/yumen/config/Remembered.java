package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was made of the items of long lists when they were read last, to be used again where an item
 * is written as it was: of ten thousand routes one changed, mostly. Only what followed from the
 * item alone is remembered: what named a file or an upstream, had a secret in it or a problem is
 * made anew each time. Let go of when memory runs short. Any thread.
 */
final class Remembered {
  /** Shortest list that is worth it. */
  static final int FEWEST = 64;

  private volatile SoftReference<Map<Written, Object>> last = new SoftReference<>(Map.of());

  /** Those of one read, by one thread. */
  final class Items {
    private final Map<Written, Object> before;
    private final Map<Written, Object> now = new HashMap<>();

    private Items(Map<Written, Object> before) {
      this.before = before;
    }

    /** What was made of an item that is written so; null when that is not known. */
    @Nullable Object get(Node node) {
      Written written = new Written(node);
      Object known = before.get(written);
      if (known != null) {
        now.put(written, known);
      }
      return known;
    }

    void put(Node node, Object made) {
      now.put(new Written(node), made);
    }

    /** Leaves them to the next read. */
    void keep() {
      if (!now.isEmpty()) {
        last = new SoftReference<>(now);
      }
    }
  }

  Items items() {
    Map<Written, Object> before = last.get();
    return new Items(before == null ? Map.of() : before);
  }

  /** A node wherever it stands: equal to one with the same keys and values, in the same order. */
  private static final class Written {
    private final Node node;
    private final int hash;

    Written(Node node) {
      this.node = node;
      this.hash = hash(node);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Written written && hash == written.hash && same(node, written.node);
    }

    private static int hash(Node node) {
      int hash = 1;
      switch (node) {
        case Scalar scalar -> hash = scalar.text().hashCode();
        case Sequence sequence -> {
          for (Node item : sequence.items()) {
            hash = 31 * hash + hash(item);
          }
        }
        case Mapping mapping -> {
          for (Entry entry : mapping.entries()) {
            hash = 31 * (31 * hash + entry.key().hashCode()) + hash(entry.value());
          }
        }
      }
      return hash;
    }

    private static boolean same(Node one, Node other) {
      return switch (one) {
        case Scalar scalar ->
            other instanceof Scalar that
                && scalar.origin() == that.origin()
                && scalar.text().equals(that.text());
        case Sequence sequence ->
            other instanceof Sequence that && sameItems(sequence.items(), that.items());
        case Mapping mapping ->
            other instanceof Mapping that && sameEntries(mapping.entries(), that.entries());
      };
    }

    private static boolean sameItems(List<Node> one, List<Node> other) {
      boolean same = one.size() == other.size();
      for (int i = 0; same && i < one.size(); i++) {
        same = same(one.get(i), other.get(i));
      }
      return same;
    }

    private static boolean sameEntries(List<Entry> one, List<Entry> other) {
      boolean same = one.size() == other.size();
      for (int i = 0; same && i < one.size(); i++) {
        same =
            one.get(i).key().equals(other.get(i).key())
                && same(one.get(i).value(), other.get(i).value());
      }
      return same;
    }
  }
}
