package dev.yumen.dataplane.state;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * State that outlives one configuration, by key: counted by how many hold it, dropped with the
 * last. A reload takes the new configuration's handles before it gives the old one's back, so what
 * both use stays. Any thread.
 */
public final class StateRegistry {
  private final Map<String, Entry> entries = new HashMap<>();

  private static final class Entry {
    private final Object value;
    private int holders;

    private Entry(Object value) {
      this.value = value;
    }
  }

  /** A claim on a piece of state. */
  public interface Handle<T> {
    T value();

    /** Gives the claim back; to be called once. */
    void release();
  }

  /**
   * The state under this key, made if nobody holds it.
   *
   * @param key starts with what kind of state it is and holds every setting that matters
   * @param drop called when the last holder gave it back
   */
  public synchronized <T> Handle<T> hold(
      Class<T> type, String key, Supplier<? extends T> create, Consumer<? super T> drop) {
    Entry entry = entries.get(key);
    if (entry == null) {
      // Not computeIfAbsent: making an upstream holds its endpoints, in this same map.
      entry = new Entry(create.get());
      entries.put(key, entry);
    }
    T value = type.cast(entry.value);
    entry.holders++;
    return new Handle<>() {
      @Override
      public T value() {
        return value;
      }

      @Override
      public void release() {
        if (giveBack(key)) {
          drop.accept(value);
        }
      }
    };
  }

  private synchronized boolean giveBack(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      throw new IllegalStateException("released more often than held: " + key);
    }
    entry.holders--;
    if (entry.holders > 0) {
      return false;
    }
    entries.remove(key);
    return true;
  }

  /** Number of keys that are held, for leak checks. */
  public synchronized int size() {
    return entries.size();
  }
}
