package dev.yumen.control.diagnose;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.UpstreamConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens one connection to each endpoint of an extent and closes it again, all at once and none
 * longer than two seconds. Sends no byte. From the gateway's own machine, but not through its
 * pools.
 */
public final class Probe {
  /** Endpoints that are tried at most. */
  static final int MOST = 64;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private record Endpoint(String upstream, String host, int port) {
    String address() {
      return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
  }

  private Probe() {}

  /** What came of it, in the order of upstreams; blocks for two seconds at most. */
  public static List<Evidence> of(GatewayConfig config, Extent extent) throws InterruptedException {
    List<Endpoint> endpoints = new ArrayList<>();
    for (String name : extent.upstreams(config)) {
      UpstreamConfig upstream = config.upstreams().get(name);
      if (upstream != null) {
        upstream.endpoints().stream()
            .map(one -> new Endpoint(name, one.address().host(), one.address().port()))
            .forEach(endpoints::add);
      }
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Map<Endpoint, CompletableFuture<Evidence>> tried = new LinkedHashMap<>();
      for (Endpoint endpoint : endpoints.subList(0, Math.min(MOST, endpoints.size()))) {
        tried.put(endpoint, CompletableFuture.supplyAsync(() -> tried(endpoint), threads));
      }
      long until = System.nanoTime() + PATIENCE.toNanos() + TimeUnit.MILLISECONDS.toNanos(200);
      List<Evidence> all = new ArrayList<>();
      for (Map.Entry<Endpoint, CompletableFuture<Evidence>> one : tried.entrySet()) {
        all.add(ended(one.getKey(), one.getValue(), until));
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Names may take longer than any connection to be looked up. */
  private static Evidence ended(Endpoint endpoint, CompletableFuture<Evidence> tried, long until)
      throws InterruptedException {
    try {
      return tried.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return late(endpoint);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }

  private static Evidence tried(Endpoint endpoint) {
    long begun = System.nanoTime();
    try (Socket socket = new Socket()) {
      InetAddress address = InetAddress.getByName(endpoint.host);
      socket.connect(new InetSocketAddress(address, endpoint.port), (int) PATIENCE.toMillis());
      Evidence good = of(Sign.PROBE_GOOD, endpoint);
      good = good.with("millis", Figures.count(Math.ceilDiv(System.nanoTime() - begun, 1_000_000)));
      return good;
    } catch (UnknownHostException _) {
      return of(Sign.PROBE_UNKNOWN_NAME, endpoint);
    } catch (SocketTimeoutException _) {
      return late(endpoint);
    } catch (ConnectException _) {
      return of(Sign.PROBE_REFUSED, endpoint);
    } catch (IOException e) {
      Evidence failed = of(Sign.PROBE_FAILED, endpoint);
      failed = failed.with("reason", String.valueOf(e.getMessage()));
      return failed;
    }
  }

  private static Evidence late(Endpoint endpoint) {
    Evidence late = of(Sign.PROBE_TIMEOUT, endpoint);
    late = late.with("millis", Figures.count(PATIENCE.toMillis()));
    return late;
  }

  private static Evidence of(Sign sign, Endpoint endpoint) {
    return Evidence.of(sign, "upstream", endpoint.upstream, "endpoint", endpoint.address());
  }
}
