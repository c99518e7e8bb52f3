package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where each setting of a configuration stands, and how its value came to be. Holds no values, and
 * paths are resolved when asked for: 16 bytes a setting and 4 for its key, whatever the length of
 * its path; 4 more for an item of a list that was looked into. Any thread.
 */
public final class Positions {
  /** No setting at all. */
  public static final Positions NONE = new Positions();

  private static final int LINE_BITS = 28;
  private static final int COLUMN_BITS = 18;

  /** A list, a mapping, or a value filled in from a variable. */
  private static final int OTHER = 0;

  private static final int WRITTEN = 1;
  private static final int FROM_FILE = 2;
  private static final int ORIGIN_BITS = 2;
  private static final Pattern INDEX = Pattern.compile("\\[\\d{1,9}]");

  private final List<Source> sources = new ArrayList<>();

  /** The source of the setting that was added last, and where it is among {@link #sources}. */
  private @Nullable Source lastSource;

  private int lastIndex;

  /** Settings in the order of their text, each followed by what it holds; null for list items. */
  private @Nullable String[] keys = new @Nullable String[64];

  /** Source, line and column of each setting, and where its value is from. */
  private long[] places = new long[64];

  /** Index of the first setting after each one and what it holds. */
  private int[] ends = new int[64];

  /** The items of each list that was looked into, as a long one takes long to count through. */
  private final Map<Integer, int[]> items = new ConcurrentHashMap<>();

  private int size;

  private Positions() {}

  Positions(Node root) {
    add(null, root);
    keys = Arrays.copyOf(keys, size);
    places = Arrays.copyOf(places, size);
    ends = Arrays.copyOf(ends, size);
  }

  /** Whether nothing at all is written. */
  public boolean isEmpty() {
    return size <= 1; // the first one holds the others
  }

  /**
   * Where a setting stands.
   *
   * @param path such as {@code routes[2].match.path}; a filter's settings are under its name:
   *     {@code routes[2].filters[0].rate-limit.rate}
   * @return null when it is not written
   */
  public @Nullable Position get(String path) {
    int index = find(path, false);
    return index < 0 ? null : position(index);
  }

  /**
   * Where a setting stands, or else the innermost written thing that it would stand in.
   *
   * @return null when nothing is written at all
   */
  public @Nullable Position nearest(String path) {
    int index = find(path, true);
    return index < 0 ? null : position(index);
  }

  /** Whether some of the value of a setting is from a file of secrets, so that it is not shown. */
  public boolean isFromFile(String path) {
    return has(path, FROM_FILE);
  }

  /** Whether some of the value of a setting stands in the configuration itself. */
  public boolean isWritten(String path) {
    return has(path, WRITTEN);
  }

  private boolean has(String path, int origin) {
    int index = find(path, true);
    if (index < 0) {
      return false;
    }
    boolean exact = find(path, false) >= 0;
    int end = exact ? ends[index] : index + 1; // else it may stand for a section, in short
    for (int i = index; i < end; i++) {
      if ((places[i] & ((1 << ORIGIN_BITS) - 1)) == origin) {
        return true;
      }
    }
    return false;
  }

  private int find(String path, boolean nearest) {
    if (size == 0) {
      return -1;
    }
    int node = 0;
    int at = 0;
    while (at < path.length()) {
      int start = path.charAt(at) == '.' ? at + 1 : at;
      int child = child(node, path, start);
      if (child < 0) {
        return nearest ? node : -1;
      }
      node = child;
      String key = keys[child];
      at = key == null ? path.indexOf(']', start) + 1 : start + key.length();
    }
    return node;
  }

  private int child(int node, String path, int start) {
    int first = node + 1;
    boolean list = first < ends[node] && keys[first] == null;
    return list ? item(node, path, start) : entry(node, path, start);
  }

  /** The entry whose key is the longest that the path goes on with, or -1. */
  private int entry(int node, String path, int start) {
    int found = -1;
    int longest = -1;
    for (int i = node + 1; i < ends[node]; i = ends[i]) {
      String key = keys[i];
      if (key != null
          && key.length() > longest
          && path.startsWith(key, start)
          && endsAt(path, start + key.length())) {
        found = i;
        longest = key.length();
      }
    }
    return found;
  }

  /** The list item whose index in brackets the path goes on with, or -1. */
  private int item(int node, String path, int start) {
    int close = path.indexOf(']', start);
    if (close < 0 || !INDEX.matcher(path).region(start, close + 1).matches()) {
      return -1;
    }
    int index = Integer.parseInt(path.substring(start + 1, close));
    int[] all = items.computeIfAbsent(node, this::items);
    return index < all.length ? all[index] : -1;
  }

  private int[] items(int list) {
    int count = 0;
    for (int i = list + 1; i < ends[list]; i = ends[i]) {
      count++;
    }
    int[] all = new int[count];
    for (int i = list + 1, n = 0; n < count; i = ends[i]) {
      all[n++] = i;
    }
    return all;
  }

  private static boolean endsAt(String path, int index) {
    return index == path.length() || path.charAt(index) == '.' || path.charAt(index) == '[';
  }

  private Position position(int index) {
    long place = places[index] >>> ORIGIN_BITS;
    Source source = sources.get((int) (place >>> (LINE_BITS + COLUMN_BITS)));
    int line = (int) (place >>> COLUMN_BITS) & ((1 << LINE_BITS) - 1);
    return new Position(source.name(), line, (int) place & ((1 << COLUMN_BITS) - 1));
  }

  private void add(@Nullable String key, Node node) {
    int index = size++;
    if (index == keys.length) {
      keys = Arrays.copyOf(keys, index * 2);
      places = Arrays.copyOf(places, index * 2);
      ends = Arrays.copyOf(ends, index * 2);
    }
    keys[index] = key;
    places[index] = (pack(node.place()) << ORIGIN_BITS) | origin(node);
    switch (node) {
      case Scalar _ -> {}
      case Sequence sequence -> {
        List<Node> all = sequence.items();
        for (int i = 0; i < all.size(); i++) {
          add(null, all.get(i));
        }
      }
      case Mapping mapping -> {
        List<Entry> all = mapping.entries();
        for (int i = 0; i < all.size(); i++) {
          add(all.get(i).key(), all.get(i).value());
        }
      }
    }
    ends[index] = size;
  }

  private int index(Source source) {
    int index = sources.indexOf(source);
    if (index < 0) {
      index = sources.size();
      sources.add(source);
    }
    lastSource = source;
    lastIndex = index;
    return index;
  }

  private static int origin(Node node) {
    if (!(node instanceof Scalar scalar)) {
      return OTHER;
    }
    return switch (scalar.origin()) {
      case PLAIN, QUOTED -> WRITTEN;
      case FILE -> FROM_FILE;
      case VARIABLE, UNRESOLVED -> OTHER;
    };
  }

  private long pack(Place place) {
    int source = place.source().equals(lastSource) ? lastIndex : index(place.source());
    int column = Math.min(place.column(), (1 << COLUMN_BITS) - 1);
    return ((((long) source << LINE_BITS) | place.line()) << COLUMN_BITS) | column;
  }
}
