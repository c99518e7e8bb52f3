package dev.yumen.dataplane.recording;

import dev.yumen.config.RecordingConfig;
import dev.yumen.dataplane.loop.Loop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The newest requests of all event loops, for as long as the process lives. Each loop keeps its
 * share of them. Reading takes no lock and holds nobody up; it sees requests that ended while it
 * reads, or not.
 */
public final class Recording {
  private final int loops;
  private volatile @Nullable RecordingConfig settings;
  private volatile RequestRing[] rings = {};

  public Recording(int loops) {
    this.loops = loops;
  }

  /**
   * From now on as these settings say. What is there stays as long as they keep the same number in
   * the same memory. Not at the same time as another such call.
   *
   * @param wanted null to keep nothing
   */
  public void configure(@Nullable RecordingConfig wanted) {
    RecordingConfig had = settings;
    settings = wanted;
    int requests = wanted == null ? 0 : wanted.requests();
    if (wanted == null || requests == 0) {
      rings = new RequestRing[0];
      return;
    }
    if (had != null && had.requests() == requests && had.memory().equals(wanted.memory())) {
      return;
    }
    RequestRing[] fresh = new RequestRing[loops];
    for (int i = 0; i < loops; i++) {
      fresh[i] = new RequestRing(Math.ceilDiv(requests, loops), wanted.memory().bytes() / loops);
    }
    rings = fresh;
  }

  /** Where a loop's requests are kept; null when they are not. */
  public @Nullable RequestRing of(Loop loop) {
    RequestRing[] now = rings;
    return now.length == 0 ? null : now[loop.index()];
  }

  /** Whether anything is kept at all. */
  public boolean active() {
    return rings.length > 0;
  }

  /** How many were recorded with these settings, those among them that are not kept any more. */
  public long recorded() {
    return Stream.of(rings).mapToLong(RequestRing::recorded).sum();
  }

  /** Everything that is kept now, in parts that do not change any more. */
  public List<RecordedRequests> read() {
    RecordingConfig now = settings;
    List<RecordedRequests> parts = new ArrayList<>();
    for (RequestRing ring : rings) {
      parts.addAll(ring.read());
    }
    // Shares are rounded up.
    int spare = parts.stream().mapToInt(RecordedRequests::size).sum();
    spare -= now == null ? 0 : now.requests();
    for (int i = 0; i < parts.size() && spare > 0; i++) {
      int dropped = Math.min(spare, parts.get(i).size());
      parts.set(i, parts.get(i).without(dropped));
      spare -= dropped;
    }
    return parts;
  }

  /**
   * Those that are asked for, the newest first.
   *
   * @param most of them
   */
  public List<RecordedRequest> newest(Predicate<RecordedRequest> wanted, int most) {
    List<RecordedRequest> found = new ArrayList<>();
    for (RequestRing ring : rings) {
      int own = 0;
      for (RecordedRequests part : ring.read().reversed()) {
        for (int i = part.size() - 1; i >= 0 && own < most; i--) {
          RecordedRequest request = part.get(i);
          if (wanted.test(request)) {
            found.add(request);
            own++;
          }
        }
      }
    }
    found.sort(Comparator.comparing(RecordedRequest::time).reversed());
    return List.copyOf(found.subList(0, Math.min(most, found.size())));
  }

  /** The newest request of this id; null when none is kept. */
  public @Nullable RecordedRequest find(String id) {
    List<RecordedRequest> found = newest(request -> request.id().equals(id), 1);
    return found.isEmpty() ? null : found.getFirst();
  }
}
