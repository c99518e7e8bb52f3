package dev.yumen.app;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.control.ManagedGateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code yumen run}: starts a gateway and stays until a signal ends it. SIGTERM and SIGINT stop
 * without losing a request, a second one at once; SIGHUP reads the configuration again.
 */
@Command(
    name = "run",
    description = {
      "Starts the gateway; without --config that of the quick start, with two demo services.",
      "SIGTERM (or Ctrl-C) stops it without losing a request, SIGHUP makes it read its configuration"
          + " again; it also follows changes of the files by itself."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
  private static final int KILLED_BY_SIGTERM = 143;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE|FOLDER",
      description = "The configuration: a YAML or JSON file, or a folder of such files.")
  private @Nullable Path config;

  @Override
  public Integer call() throws InterruptedException {
    if (config != null) {
      return run(config, System.getenv(), false);
    }
    Path example = Example.quickStart();
    Map<String, String> environment = new HashMap<>(System.getenv());
    try (DemoServices demo = DemoServices.start(environment)) {
      environment.putAll(demo.addresses());
      return run(example, environment, true);
    } catch (IOException e) {
      throw new Main.BadInput("The demo services can not be started: " + e.getMessage());
    }
  }

  private int run(Path file, Map<String, String> environment, boolean quickStart)
      throws InterruptedException {
    ManagedGateway gateway;
    try {
      gateway = ManagedGateway.start(file, Wiring.reader(environment), RunCommand::applyLogLevel);
    } catch (ManagedGateway.NotStarted e) {
      PrintWriter err = spec.commandLine().getErr();
      e.problems().forEach(err::println);
      return Main.BAD_INPUT;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    handleSignals(gateway, stopped);
    PrintWriter out = spec.commandLine().getOut();
    Welcome.print(out, gateway.gateway().addresses(), file, quickStart);
    out.flush();
    stopped.await();
    return 0;
  }

  private static void applyLogLevel(LoadedConfig live) {
    GatewayConfig liveConfig = live.config();
    if (liveConfig != null) {
      LogSetup.apply(liveConfig.log());
    }
  }

  private static void handleSignals(ManagedGateway gateway, CountDownLatch stopped) {
    AtomicBoolean stopping = new AtomicBoolean();
    Runnable stop =
        () -> {
          if (!stopping.compareAndSet(false, true)) {
            Runtime.getRuntime().halt(KILLED_BY_SIGTERM);
          }
          LOG.info("stopping: what is in flight is finished first, a second signal ends at once");
          gateway.stopFollowing();
          gateway.gateway().drain().whenComplete((inTime, failure) -> stopped.countDown());
        };
    Signals.on("TERM", stop);
    Signals.on("INT", stop);
    Signals.on("HUP", gateway::reload);
  }
}
