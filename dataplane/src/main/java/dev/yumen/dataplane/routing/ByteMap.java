package dev.yumen.dataplane.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from byte strings to things that hold their own key: open addressing, linear
 * probing, at most half full. Looked up with a range of an array, so a request needs no string.
 *
 * <p>Belongs to the edit that made it and may be changed by that edit alone; a later edit takes a
 * copy. Keys come from the configuration, so nobody outside can fill a table with collisions.
 */
final class ByteMap<V extends ByteMap.Keyed> {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final EditToken owner;
  private @Nullable Keyed[] slots;
  private int size;

  /** A value and its key. */
  abstract static class Keyed {
    final byte[] key;
    final int hash;

    Keyed(byte[] key) {
      this.key = key;
      this.hash = hash(key, 0, key.length);
    }
  }

  ByteMap(EditToken owner) {
    this.owner = owner;
    this.slots = new @Nullable Keyed[2];
  }

  private ByteMap(EditToken owner, ByteMap<V> from) {
    this.owner = owner;
    this.slots = from.slots.clone();
    this.size = from.size;
  }

  /** This map if the edit made it, else a copy that the edit may change. */
  ByteMap<V> editable(EditToken edit) {
    return owner == edit ? this : new ByteMap<>(edit, this);
  }

  static int hash(byte[] bytes, int start, int end) {
    long hash = (long) end - start;
    int at = start;
    for (; at + 8 <= end; at += 8) {
      hash = mix(hash ^ (long) LONGS.get(bytes, at));
    }
    long rest = 0;
    for (; at < end; at++) {
      rest = (rest << 8) | (bytes[at] & 0xff);
    }
    hash = mix(hash ^ rest);
    return (int) (hash ^ (hash >>> 32));
  }

  private static long mix(long hash) {
    long product = hash * 0x9e3779b97f4a7c15L;
    return product ^ (product >>> 29);
  }

  int size() {
    return size;
  }

  @Nullable V find(byte[] bytes, int start, int end) {
    return find(hash(bytes, start, end), bytes, start, end);
  }

  @SuppressWarnings("unchecked") // only put() fills slots
  @Nullable V find(int hash, byte[] bytes, int start, int end) {
    int mask = slots.length - 1;
    for (int i = hash & mask; ; i = (i + 1) & mask) {
      Keyed keyed = slots[i];
      if (keyed == null) {
        return null;
      }
      if (keyed.hash == hash && Arrays.equals(keyed.key, 0, keyed.key.length, bytes, start, end)) {
        return (V) keyed;
      }
    }
  }

  /** Adds, or replaces what has the same key. */
  void put(V value) {
    if (size * 2 >= slots.length) {
      grow();
    }
    int i = slot(value);
    if (slots[i] == null) {
      size++;
    }
    slots[i] = value;
  }

  private void grow() {
    @Nullable Keyed[] old = slots;
    slots = new @Nullable Keyed[old.length * 2];
    for (Keyed keyed : old) {
      if (keyed != null) {
        slots[slot(keyed)] = keyed;
      }
    }
  }

  private int slot(Keyed wanted) {
    int mask = slots.length - 1;
    int i = wanted.hash & mask;
    for (Keyed keyed = slots[i]; keyed != null; keyed = slots[i]) {
      if (keyed.hash == wanted.hash && Arrays.equals(keyed.key, wanted.key)) {
        return i;
      }
      i = (i + 1) & mask;
    }
    return i;
  }

  /** Removes, closing the gap so that no probe ends too early. */
  void remove(V value) {
    int mask = slots.length - 1;
    int gap = slot(value);
    if (slots[gap] == null) {
      return;
    }
    size--;
    int i = gap;
    while (true) {
      i = (i + 1) & mask;
      Keyed next = slots[i];
      if (next == null) {
        break;
      }
      if (((i - next.hash) & mask) >= ((i - gap) & mask)) {
        slots[gap] = next;
        gap = i;
      }
    }
    slots[gap] = null;
  }

  @SuppressWarnings("unchecked") // only put() fills slots
  void forEach(Consumer<V> action) {
    for (Keyed keyed : slots) {
      if (keyed != null) {
        action.accept((V) keyed);
      }
    }
  }
}
