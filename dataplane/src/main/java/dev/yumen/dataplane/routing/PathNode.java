package dev.yumen.dataplane.routing;

import dev.yumen.dataplane.routing.PathPattern.Segment;
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

  /** The first entry, once the edit is over: most nodes have one, and it is a step nearer here. */
  private @Nullable Entry<T> first;

  /** Where there are many entries. */
  private @Nullable Pivot<T> pivot;

  /** The literal child, as long as there is one alone; else {@link #children} has them. */
  private @Nullable PathNode<T> onlyChild;

  private @Nullable ByteMap<PathNode<T>> children;
  private @Nullable PathNode<T> variable;

  /** Highest priority of any rule here and below: what can not win is not looked at. */
  private int maxPriority = Integer.MIN_VALUE;

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
    this.first = from.first;
    this.pivot = from.pivot;
    this.onlyChild = from.onlyChild;
    this.children = from.children;
    this.variable = from.variable;
    this.maxPriority = from.maxPriority;
  }

  PathNode<T> editable(EditToken edit) {
    return owner == edit ? this : new PathNode<>(edit, this);
  }

  int maxPriority() {
    return maxPriority;
  }

  int count() {
    return count;
  }

  /** The entry of highest rank; null when there is none. */
  @Nullable Entry<T> first() {
    return first;
  }

  @Nullable Pivot<T> pivot() {
    return pivot;
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
    return count == 0 && variable == null && !hasChildren();
  }

  boolean isLeaf() {
    return variable == null && !hasChildren();
  }

  private boolean hasChildren() {
    return onlyChild != null || (children != null && children.size() > 0);
  }

  @Nullable PathNode<T> variable() {
    return variable;
  }

  @Nullable PathNode<T> child(byte[] path, int start, int end) {
    if (onlyChild != null) {
      byte[] only = onlyChild.key;
      return Arrays.equals(only, 0, only.length, path, start, end) ? onlyChild : null;
    }
    return children == null ? null : children.find(path, start, end);
  }

  /** The child for a segment, made when missing; both this and the child belong to the edit. */
  PathNode<T> editableChild(Segment segment) {
    if (segment.isVariable()) {
      PathNode<T> child =
          variable == null ? new PathNode<>(owner, NO_KEY, depth + 1) : variable.editable(owner);
      variable = child;
      return child;
    }
    byte[] key = segment.literal();
    PathNode<T> found = child(key, 0, key.length);
    PathNode<T> child =
        found == null ? new PathNode<>(owner, key, depth + 1) : found.editable(owner);
    if (child != found) {
      putChild(child, found != null);
    }
    return child;
  }

  private void putChild(PathNode<T> child, boolean replaces) {
    if (children == null && (onlyChild == null || replaces)) {
      onlyChild = child;
      return;
    }
    children = children == null ? new ByteMap<>(owner) : children.editable(owner);
    if (onlyChild != null) {
      children.put(onlyChild);
      onlyChild = null;
    }
    children.put(child);
  }

  /** Removes a child that {@link #editableChild} gave. */
  void removeChild(PathNode<T> child) {
    if (variable == child) {
      variable = null;
    } else if (onlyChild == child) {
      onlyChild = null;
    } else if (children != null) {
      children = children.editable(owner);
      children.remove(child);
    }
  }

  /** Takes note that a rule of this priority is here or below. */
  void raise(int priority) {
    maxPriority = Math.max(maxPriority, priority);
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
    first = sorted.length == 0 ? null : sorted[0];
    pivot = Pivot.of(Arrays.asList(sorted));
    maxPriority = first == null ? Integer.MIN_VALUE : first.priority();
    raiseTo(variable);
    raiseTo(onlyChild);
    if (children != null) {
      children.forEach(this::raiseTo);
    }
  }

  private void raiseTo(@Nullable PathNode<T> below) {
    if (below != null) {
      raise(below.maxPriority);
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
