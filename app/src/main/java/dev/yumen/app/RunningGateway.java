package dev.yumen.app;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.StartFailure;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A gateway together with where its configuration comes from. */
final class RunningGateway {
  private final Gateway gateway;
  private final ConfigReader reader;
  private final Path file;

  private RunningGateway(Gateway gateway, ConfigReader reader, Path file) {
    this.gateway = gateway;
    this.reader = reader;
    this.file = file;
  }

  /** Reads the configuration, starts a gateway with it, and watches it from then on. */
  static RunningGateway start(Path file, Map<String, String> environment) throws NotStarted {
    ConfigReader reader = Wiring.reader(environment);
    LoadedConfig loaded = reader.read(file);
    GatewayConfig config = loaded.config();
    if (config == null) {
      throw new NotStarted(loaded.problems());
    }
    LogSetup.apply(config.log());
    try {
      return new RunningGateway(Gateway.start(loaded), reader, file);
    } catch (StartFailure e) {
      throw new NotStarted(e.problems());
    }
  }

  Map<String, InetSocketAddress> addresses() {
    return gateway.addresses();
  }

  List<Problem> reload() {
    return gateway.apply(reader.read(file));
  }

  CompletableFuture<Boolean> drain() {
    return gateway.drain();
  }

  /** The configuration is bad or a port can not be had; the problems say which. */
  static final class NotStarted extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    NotStarted(List<Problem> problems) {
      super("not started");
      this.problems = List.copyOf(problems);
    }

    List<Problem> problems() {
      return problems;
    }
  }
}
