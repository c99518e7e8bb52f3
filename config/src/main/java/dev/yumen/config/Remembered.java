package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.IdentityHashMap;
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

  private volatile SoftReference<Made> last = new SoftReference<>(new Made());

  /** What was made in one read. One thread adds; when that is over, any thread. */
  private static final class Made {
    private final IdentityHashMap<Node, Object> byNode = new IdentityHashMap<>();

    /** The same for nodes of another text; made when they are first looked for. */
    private @Nullable Map<Written, Object> byText;

    /** What was made of a node that is written so. */
    synchronized @Nullable Object like(Node node) {
      if (byText == null) {
        Map<Written, Object> all = HashMap.newHashMap(byNode.size());
        byNode.forEach((each, made) -> all.put(new Written(each), made));
        byText = all;
      }
      return byText.get(new Written(node));
    }
  }

  /** Those of one read, by one thread. */
  final class Items {
    private final Made before;
    private final Made now = new Made();
    private int unknown;

    private Items(Made before) {
      this.before = before;
    }

    /**
     * What was made of an item that is written so; null when that is not known. A few that are not
     * the nodes of the read before are not looked for: they are what was edited.
     */
    @Nullable Object get(Node node) {
      Object known = before.byNode.get(node);
      if (known == null && ++unknown > FEWEST) {
        known = before.like(node);
      }
      if (known != null) {
        now.byNode.put(node, known);
      }
      return known;
    }

    void put(Node node, Object made) {
      now.byNode.put(node, made);
    }

    /** Leaves them to the next read. */
    void keep() {
      if (!now.byNode.isEmpty()) {
        last = new SoftReference<>(now);
      }
    }
  }

  Items items() {
    Made before = last.get();
    return new Items(before == null ? new Made() : before);
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
