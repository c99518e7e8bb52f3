package dev.yumen.dataplane;

import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.upstream.NameService;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Looks nothing up: for checking a configuration. */
final class NoNames implements NameService {

  @Override
  public Subscription subscribe(
      String host, UpstreamConfig.Dns settings, Consumer<List<InetAddress>> found) {
    return () -> {};
  }

  @Override
  public void awaitFirst(Duration most) {}

  @Override
  public void close() {}
}
