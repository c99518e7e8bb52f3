package dev.yumen.dataplane.upstream;

import dev.yumen.dataplane.balance.Latency;
import dev.yumen.dataplane.loop.Loop;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One address of an upstream with its pools and counts, one of each for each loop. Shared by every
 * configuration that names this address in the same way, so reloads keep its connections.
 */
public final class Endpoint {
  /** Counts of different loops stay on different cache lines. */
  private static final int STRIDE = 16;

  private final InetSocketAddress address;
  private final String text;
  private final String host;
  private final String authority;
  private final PoolSettings settings;
  private final ConnectionPool[] pools;
  private final int[] active;
  private final Latency[] latencies;

  /**
   * @param host as configured
   * @param authority for a Host header
   */
  Endpoint(
      InetSocketAddress address,
      String host,
      String authority,
      List<Loop> loops,
      PoolSettings settings) {
    this.address = address;
    this.host = host;
    this.authority = authority;
    String ip = address.getAddress().getHostAddress();
    this.text = (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":" + address.getPort();
    this.settings = settings;
    this.active = new int[loops.size() * STRIDE];
    this.pools = new ConnectionPool[loops.size()];
    this.latencies = new Latency[loops.size()];
    for (Loop loop : loops) {
      latencies[loop.index()] = new Latency();
      pools[loop.index()] = new ConnectionPool(loop, this, settings);
    }
  }

  /** The pool of the calling loop. */
  public ConnectionPool pool(Loop loop) {
    return pools[loop.index()];
  }

  /** Attempts under way that this loop began. */
  public int active(Loop loop) {
    return active[loop.index() * STRIDE];
  }

  /** Counts an attempt in (1) or out (-1). */
  public void count(Loop loop, int change) {
    active[loop.index() * STRIDE] += change;
  }

  /** An attempt that this loop began was answered after so long. */
  void answered(Loop loop, long nanos) {
    latencies[loop.index()].add(nanos, loop.deadlines().coarseNow());
  }

  /** How long answers took of late, as this loop has seen; 0 when it has seen none. */
  double latencyNanos(Loop loop) {
    return latencies[loop.index()].nanos(loop.deadlines().coarseNow());
  }

  /** IP address and port. */
  public String text() {
    return text;
  }

  /** Host and port as configured, for a Host header. */
  public String authority() {
    return authority;
  }

  /** The host as configured: a name or an address. */
  String host() {
    return host;
  }

  /** Where connections and datagrams go to. */
  public InetSocketAddress socketAddress() {
    return address;
  }

  PoolSettings settings() {
    return settings;
  }

  void retire() {
    settings.release();
    for (ConnectionPool pool : pools) {
      pool.loop().execute(pool::retire);
    }
  }
}
