package dev.yumen.dataplane.recording;

import dev.yumen.dataplane.http1.HeadTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest requests of one event loop, in chunks of which the oldest makes room for a new one.
 * The loop writes; any thread reads, at any time, without a lock on either side. What was read
 * stays readable while the ring goes on: a chunk that made room is not written into again.
 */
public final class RequestRing {
  private final int most;
  private final int mostChunks;
  private final EntryWriter writer = new EntryWriter();

  /** Replaced as a whole, by the loop alone; the last one is written into. */
  private volatile Chunk[] chunks = {};

  /** Entries in all chunks; the loop's own. */
  private int entries;

  private final AtomicLong recorded = new AtomicLong();

  /**
   * @param most requests to keep, more than 0; a few more may be
   * @param memory in bytes; at least two chunks are used
   */
  RequestRing(int most, long memory) {
    this.most = most;
    this.mostChunks = (int) Math.max(2, memory / Chunk.SIZE);
  }

  /**
   * Keeps a request. The loop's thread.
   *
   * @param request as it was read; edits of it do not matter
   * @param hidden names in lower case whose values are hidden beside those that sound like
   *     credentials; the same set while nothing has changed
   */
  public void add(long wallMillis, Ended ended, HeadTable request, Set<String> hidden) {
    int length = writer.write(wallMillis, ended, request, hidden);
    Chunk[] all = chunks;
    Chunk last = all.length == 0 ? null : all[all.length - 1];
    if (last == null || !last.fits(length)) {
      last = next(all);
    }
    last.append(writer.entry(), length);
    entries++;
    recorded.setRelease(recorded.getPlain() + 1);
  }

  private Chunk next(Chunk[] all) {
    int first = 0;
    while (first < all.length
        && (all.length - first >= mostChunks || entries - all[first].entries() >= most)) {
      entries -= all[first].entries();
      first++;
    }
    Chunk[] kept = Arrays.copyOfRange(all, first, all.length + 1);
    Chunk last = new Chunk();
    kept[kept.length - 1] = last;
    chunks = kept;
    return last;
  }

  /** How many were recorded since the ring was made. */
  long recorded() {
    return recorded.getAcquire();
  }

  /** Those that are kept now, the oldest first. */
  List<RecordedRequests> read() {
    List<RecordedRequests> parts = new ArrayList<>();
    int all = 0;
    for (Chunk chunk : chunks) {
      RecordedRequests part = RecordedRequests.of(chunk);
      parts.add(part);
      all += part.size();
    }
    // Chunks are dropped as a whole, so there may be some more than were asked for.
    int spare = all - most;
    for (int i = 0; i < parts.size() && spare > 0; i++) {
      RecordedRequests part = parts.get(i);
      int dropped = Math.min(spare, part.size());
      parts.set(i, part.without(dropped));
      spare -= dropped;
    }
    return parts;
  }
}
