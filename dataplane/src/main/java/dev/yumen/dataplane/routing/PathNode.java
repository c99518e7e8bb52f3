package dev.yumen.dataplane.routing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in the tree of path segments, or the one node of an exact path. Holds the rules whose
 * pattern ends here, highest rank first. Changed only by the edit that made it.
 */
final class PathNode<T> extends ByteMap.Keyed {
  static final byte[] NO_KEY = {};

  final EditToken owner;
  final int depth;

  /** Sorted once the edit is over; those from {@link #count} on are null. */
  private @Nullable Entry<T>[] entries;

  private int count;
  @Nullable ByteMap<PathNode<T>> children;
  @Nullable PathNode<T> variable;

  /** Highest priority of any rule here and below: what can not win is not looked at. */
  int maxPriority = Integer.MIN_VALUE;

  PathNode(EditToken owner, byte[] key, int depth) {
    super(key);
    this.owner = owner;
    this.depth = depth;
    this.entries = newArray(1);
  }

  private PathNode(EditToken owner, PathNode<T> from) {
    super(from.key);
    this.owner = owner;
    this.depth = from.depth;
    this.entries = from.entries.clone();
    this.count = from.count;
    this.children = from.children;
    this.variable = from.variable;
    this.maxPriority = from.maxPriority;
  }

  PathNode<T> editable(EditToken edit) {
    return owner == edit ? this : new PathNode<>(edit, this);
  }

  int count() {
    return count;
  }

  Entry<T> entry(int index) {
    Entry<T> entry = entries[index];
    if (entry == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return entry;
  }

  List<Entry<T>> entries() {
    List<Entry<T>> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(entry(i));
    }
    return all;
  }

  boolean isEmpty() {
    return count == 0 && variable == null && (children == null || children.size() == 0);
  }

  void add(Entry<T> entry) {
    if (count == entries.length) {
      entries = Arrays.copyOf(entries, count * 2);
    }
    entries[count++] = entry;
  }

  void remove(Entry<T> entry) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (entries[i] != entry) {
        entries[kept++] = entries[i];
      }
    }
    Arrays.fill(entries, kept, count, null);
    count = kept;
  }

  /** Brings a changed node in order; its children must be in order already. */
  void settle() {
    Entry<T>[] sorted = entries().toArray(PathNode::newArray);
    Arrays.sort(sorted, Comparator.comparing((Entry<T> e) -> e, Entry::compareRank).reversed());
    entries = sorted.length == 0 ? newArray(1) : sorted;
    maxPriority = count == 0 ? Integer.MIN_VALUE : sorted[0].priority();
    if (variable != null) {
      maxPriority = Math.max(maxPriority, variable.maxPriority);
    }
    if (children != null) {
      children.forEach(child -> maxPriority = Math.max(maxPriority, child.maxPriority));
    }
  }

  @SuppressWarnings("unchecked") // nothing but Entry<T> is put in
  private static <T> Entry<T>[] newArray(int length) {
    return (Entry<T>[]) new Entry<?>[length];
  }

  @Override
  public String toString() {
    return new String(key, StandardCharsets.US_ASCII);
  }
}
