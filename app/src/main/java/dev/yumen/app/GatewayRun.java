package dev.yumen.app;

import dev.yumen.acme.Acme;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.control.ManagedGateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a gateway in this process, from its configuration to the signal that ends it. SIGTERM
 * and SIGINT stop without losing a request, a second one at once; SIGHUP reads the configuration
 * again.
 */
final class GatewayRun {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayRun.class);
  private static final int KILLED_BY_SIGTERM = 143;

  private final PrintWriter out;
  private final PrintWriter err;
  private final Consumer<Map<String, InetSocketAddress>> up;

  GatewayRun(PrintWriter out, PrintWriter err) {
    this(out, err, addresses -> {});
  }

  /**
   * @param up told where it listens, once it does
   */
  GatewayRun(PrintWriter out, PrintWriter err, Consumer<Map<String, InetSocketAddress>> up) {
    this.out = out;
    this.err = err;
    this.up = up;
  }

  /** Runs a configuration until a signal comes; gives the exit status. */
  int run(Path config) throws InterruptedException {
    return run(config, System.getenv(), null);
  }

  /** Runs the quick start with its two demo services. */
  int runQuickStart(Path example, Map<String, String> environment) throws InterruptedException {
    Map<String, String> all = new HashMap<>(environment);
    try (DemoServices demo = DemoServices.start(environment)) {
      all.putAll(demo.addresses());
      return run(example, all, demo.byName());
    } catch (IOException e) {
      err.println("The demo services can not be started: " + e.getMessage());
      return Main.BAD_INPUT;
    }
  }

  private int run(Path file, Map<String, String> environment, @Nullable Map<String, String> demo)
      throws InterruptedException {
    Acme acme = new Acme(InstantSource.system());
    ManagedGateway gateway;
    try {
      gateway =
          ManagedGateway.start(
              file,
              Wiring.reader(environment),
              Wiring.redis(),
              live -> {
                applyLogLevel(live);
                acme.follow(live);
              });
    } catch (ManagedGateway.NotStarted e) {
      e.problems().forEach(err::println);
      return Main.BAD_INPUT;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    handleSignals(gateway, acme, stopped);
    Welcome.print(out, gateway, file, demo);
    out.flush();
    acme.begin(gateway.gateway().challenges(), gateway.gateway().metrics().acme());
    up.accept(gateway.gateway().addresses());
    stopped.await();
    LOG.info("stopped");
    return 0;
  }

  private static void applyLogLevel(LoadedConfig live) {
    GatewayConfig config = live.config();
    if (config != null) {
      LogSetup.apply(config.log());
    }
  }

  private static void handleSignals(ManagedGateway gateway, Acme acme, CountDownLatch stopped) {
    AtomicBoolean stopping = new AtomicBoolean();
    Runnable end =
        () -> {
          LOG.info("stopping: what is in flight is finished first, a second signal ends at once");
          gateway.stopFollowing();
          acme.close();
          gateway.gateway().drain().whenComplete((inTime, failure) -> stopped.countDown());
        };
    Runnable stop =
        () -> {
          if (!stopping.compareAndSet(false, true)) {
            Runtime.getRuntime().halt(KILLED_BY_SIGTERM);
          }
          end.run();
        };
    gateway.serve(
        new RunningProgram(
            () -> {
              if (stopping.compareAndSet(false, true)) {
                end.run();
              }
            }));
    Signals.on("TERM", stop);
    Signals.on("INT", stop);
    Signals.on("HUP", gateway::reload);
  }
}
