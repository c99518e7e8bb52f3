package dev.yumen.dataplane.guard;

import dev.yumen.api.ConcurrencyLimit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A limit for each key. A key takes memory only while requests of it are under way or wait; what
 * belongs to the empty key, which an adaptive limit learns, stays.
 */
public final class FairLimit implements ConcurrencyLimit {
  private final Rules rules;
  private final LongSupplier clock;
  private final Places keyless;
  private final ConcurrentHashMap<String, Held> keys = new ConcurrentHashMap<>();

  /** The places of a key with how many tickets are out. Changed within the map's compute only. */
  private static final class Held {
    private final Places places;
    private int tickets;

    private Held(Places places) {
      this.places = places;
    }
  }

  /**
   * @param clock monotonic, in nanoseconds
   */
  public FairLimit(Rules rules, LongSupplier clock) {
    this.rules = rules;
    this.clock = clock;
    this.keyless = new Places(rules, clock);
  }

  @Override
  public @Nullable Ticket ask(String key, Executor executor, Runnable granted) {
    if (key.isEmpty()) {
      return keyless.ask(executor, granted);
    }
    Held held =
        keys.compute(
            key,
            (_, before) -> {
              Held now = before == null ? new Held(new Places(rules, clock)) : before;
              now.tickets++;
              return now;
            });
    Ticket ticket = held.places.ask(executor, granted);
    if (ticket == null) {
      letGo(key);
      return null;
    }
    return new Keyed(key, ticket);
  }

  @Override
  public Usage usage(String key) {
    Held held = key.isEmpty() ? null : keys.get(key);
    if (held == null && !key.isEmpty()) {
      return new Usage(0, rules.max(), 0);
    }
    Places places = held == null ? keyless : held.places;
    return new Usage(places.inUse(), places.limit(), places.pending());
  }

  private void letGo(String key) {
    keys.computeIfPresent(key, (_, held) -> --held.tickets == 0 ? null : held);
  }

  private final class Keyed implements Ticket {
    private final String key;
    private final Ticket ticket;

    private Keyed(String key, Ticket ticket) {
      this.key = key;
      this.ticket = ticket;
    }

    @Override
    public boolean granted() {
      return ticket.granted();
    }

    @Override
    public void end(long nanos) {
      ticket.end(nanos);
      letGo(key);
    }
  }

  /** Keys in use. */
  int keys() {
    return keys.size();
  }

  /** Of the empty key: how many may be under way. */
  public int limit() {
    return keyless.limit();
  }

  /** Of the empty key: how many are under way. */
  public int inUse() {
    return keyless.inUse();
  }

  /** Of the empty key: how many wait. */
  public int pending() {
    return keyless.pending();
  }
}
