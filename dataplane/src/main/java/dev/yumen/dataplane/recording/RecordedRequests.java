package dev.yumen.dataplane.recording;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Some requests that were recorded one after another, the oldest first. They are read out of their
 * bytes each time they are asked for. Immutable.
 */
public final class RecordedRequests implements Iterable<RecordedRequest> {
  private final byte[] bytes;
  private final int[] starts;

  private RecordedRequests(byte[] bytes, int[] starts) {
    this.bytes = bytes;
    this.starts = starts;
  }

  static RecordedRequests of(Chunk chunk) {
    int end = chunk.end();
    byte[] bytes = chunk.bytes();
    int[] starts = new int[64];
    int size = 0;
    for (int at = 0; at < end; at += EntryReader.length(bytes, at)) {
      starts = size == starts.length ? Arrays.copyOf(starts, 2 * size) : starts;
      starts[size++] = at;
    }
    return new RecordedRequests(bytes, Arrays.copyOf(starts, size));
  }

  /** The same without the first ones. */
  RecordedRequests without(int first) {
    return new RecordedRequests(bytes, Arrays.copyOfRange(starts, first, starts.length));
  }

  public int size() {
    return starts.length;
  }

  /**
   * One of them.
   *
   * @param index from 0, the oldest
   */
  public RecordedRequest get(int index) {
    return new EntryReader(bytes, starts[index]).read();
  }

  @Override
  public Iterator<RecordedRequest> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < starts.length;
      }

      @Override
      public RecordedRequest next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return get(next++);
      }
    };
  }
}
