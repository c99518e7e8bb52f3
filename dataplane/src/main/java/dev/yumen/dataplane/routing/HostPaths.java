package dev.yumen.dataplane.routing;

import dev.yumen.dataplane.routing.PathPattern.Segment;
import java.util.List;
import java.util.function.Consumer;

/**
 * All rules of one host, one wildcard, or no host: exact paths in a hash table, the others in a
 * tree of segments. Changed only by the edit that made it.
 */
final class HostPaths<T> extends ByteMap.Keyed {
  private final EditToken owner;
  private ByteMap<PathNode<T>> exact;
  private PathNode<T> root;
  private PathNode<T> any;
  private int maxPriority = Integer.MIN_VALUE;

  HostPaths(EditToken owner, byte[] host) {
    super(host);
    this.owner = owner;
    this.exact = new ByteMap<>(owner);
    this.root = new PathNode<>(owner, PathNode.NO_KEY, 0);
    this.any = new PathNode<>(owner, PathNode.NO_KEY, 0);
  }

  private HostPaths(EditToken owner, HostPaths<T> from) {
    super(from.key);
    this.owner = owner;
    this.exact = from.exact;
    this.root = from.root;
    this.any = from.any;
    this.maxPriority = from.maxPriority;
  }

  HostPaths<T> editable(EditToken edit) {
    return owner == edit ? this : new HostPaths<>(edit, this);
  }

  int maxPriority() {
    return maxPriority;
  }

  boolean isEmpty() {
    return exact.size() == 0 && root.isEmpty() && any.isEmpty();
  }

  /** Offers every rule that the path can match to {@code walk}, about from the most specific on. */
  void search(RouteMatch<T> walk) {
    if (!walk.wants(maxPriority)) {
      return;
    }
    if (exact.size() > 0) {
      PathNode<T> node = exact.find(walk.pathHash(), walk.path(), walk.pathStart(), walk.pathEnd());
      if (node != null) {
        walk.offer(node, true);
      }
    }
    if (walk.path()[walk.pathStart()] == '/') {
      descend(walk, root, walk.pathStart());
    }
    if (walk.wants(any.maxPriority())) {
      walk.offer(any, true);
    }
  }

  /** Visits what hangs under {@code node}, literals first, then the node itself. */
  private static <T> void descend(RouteMatch<T> walk, PathNode<T> node, int slash) {
    if (!walk.wants(node.maxPriority())) {
      return;
    }
    byte[] path = walk.path();
    int pathEnd = walk.pathEnd();
    boolean atEnd = slash == pathEnd;
    if (!atEnd && !node.isLeaf()) {
      int end = slash + 1;
      while (end < pathEnd && path[end] != '/') {
        end++;
      }
      PathNode<T> child = node.child(path, slash + 1, end);
      if (child != null) {
        descend(walk, child, end);
      }
      PathNode<T> variable = node.variable();
      if (variable != null && end > slash + 1) {
        descend(walk, variable, end);
      }
    }
    walk.offer(node, atEnd);
  }

  void insert(Entry<T> entry, Consumer<PathNode<T>> changed) {
    maxPriority = Math.max(maxPriority, entry.priority());
    PathNode<T> node =
        switch (entry.path.kind()) {
          case EXACT -> exactNode(entry.path.literal());
          case ANY -> anyNode();
          case REGEX, PREFIX, TEMPLATE -> treeNode(entry);
        };
    node.add(entry);
    changed.accept(node);
  }

  private PathNode<T> anyNode() {
    any = any.editable(owner);
    return any;
  }

  private PathNode<T> exactNode(byte[] path) {
    exact = exact.editable(owner);
    PathNode<T> found = exact.find(path, 0, path.length);
    PathNode<T> node = found == null ? new PathNode<>(owner, path, 0) : found.editable(owner);
    if (node != found) {
      exact.put(node);
    }
    return node;
  }

  private PathNode<T> treeNode(Entry<T> entry) {
    root = root.editable(owner);
    PathNode<T> node = root;
    node.raise(entry.priority());
    for (Segment segment : entry.path.segments()) {
      node = node.editableChild(segment);
      node.raise(entry.priority());
    }
    return node;
  }

  void remove(Entry<T> entry, Consumer<PathNode<T>> changed) {
    switch (entry.path.kind()) {
      case EXACT -> {
        PathNode<T> node = exactNode(entry.path.literal());
        node.remove(entry);
        if (node.isEmpty()) {
          exact.remove(node);
        }
        changed.accept(node);
      }
      case ANY -> {
        PathNode<T> node = anyNode();
        node.remove(entry);
        changed.accept(node);
      }
      case REGEX, PREFIX, TEMPLATE -> {
        root = root.editable(owner);
        remove(entry, root, entry.path.segments(), changed);
      }
    }
  }

  private void remove(
      Entry<T> entry, PathNode<T> node, List<Segment> below, Consumer<PathNode<T>> changed) {
    if (below.isEmpty()) {
      node.remove(entry);
    } else {
      PathNode<T> child = node.editableChild(below.getFirst());
      remove(entry, child, below.subList(1, below.size()), changed);
      if (child.isEmpty()) {
        node.removeChild(child);
      }
    }
    changed.accept(node);
  }

  /** After rules were removed: finds the highest priority left. */
  void settle() {
    maxPriority = Math.max(root.maxPriority(), any.maxPriority());
    exact.forEach(node -> maxPriority = Math.max(maxPriority, node.maxPriority()));
  }
}
