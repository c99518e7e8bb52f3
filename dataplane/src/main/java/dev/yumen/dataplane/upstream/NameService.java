package dev.yumen.dataplane.upstream;

import dev.yumen.config.UpstreamConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Resolves names and keeps them resolved. Any thread. */
public interface NameService extends AutoCloseable {

  /**
   * Resolves a name now and again whenever its time to live has passed.
   *
   * @param found called with the addresses, sorted, whenever a look-up succeeded; never with an
   *     empty list, so an outage of the name servers keeps what was known
   */
  Subscription subscribe(
      String host, UpstreamConfig.Dns settings, Consumer<List<InetAddress>> found);

  /** Waits until every name that was subscribed so far was looked up once, however it went. */
  void awaitFirst(Duration most);

  @Override
  void close();

  /** An interest in a name. */
  interface Subscription {
    void cancel();
  }
}
