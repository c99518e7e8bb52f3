package dev.yumen.dataplane.tls;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.UpstreamTlsConfig;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.state.StateRegistry;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.ManualClock;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A folder with certificates, and TLS compiled from settings that name them. */
final class TlsFixture {
  final StateRegistry states = new StateRegistry();
  final ManualClock clock = new ManualClock(Instant.now());
  final PendingChallenges challenges = new PendingChallenges();
  final TlsSurroundings around = new TlsSurroundings(states, clock, clock::nanoTime, challenges);
  private final Path folder;

  TlsFixture(Path folder) {
    this.folder = folder;
  }

  /**
   * Closes the channels, then ends the loops: one that is at work when it is told to end may do so
   * before it has closed its channels, and what their handlers hold is lost.
   */
  static void stop(EventLoopGroup group, Collection<Channel> channels) {
    channels.forEach(Channel::close);
    Eventually.within(
        TlsServer.LIMIT,
        "the end of the channels",
        () -> channels.stream().noneMatch(Channel::isRegistered));
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  TlsFixture write(String name, String text) {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  TlsFixture write(String name, byte[] content) {
    try {
      Files.write(folder.resolve(name), content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes {@code NAME.pem} with the chain and {@code NAME.key}. */
  TlsFixture write(String name, Issued bundle) {
    return write(name + ".pem", bundle.chainPem()).write(name + ".key", bundle.keyPem());
  }

  private LoadedConfig loaded(String tls) {
    return read(
        "acme: {agree-to-terms: true, storage: kept}\n"
            + "listeners: {https: {address: '127.0.0.1:0', tls: "
            + tls
            + "}}\n");
  }

  /** The settings of {@code listeners.https.tls}, written as flow YAML. */
  ListenerTlsConfig listener(String tls) {
    return listener(loaded(tls));
  }

  private static ListenerTlsConfig listener(LoadedConfig loaded) {
    GatewayConfig config = Objects.requireNonNull(loaded.config());
    return Objects.requireNonNull(Objects.requireNonNull(config.listeners().get("https")).tls());
  }

  UpstreamTlsConfig upstream(String tls) {
    LoadedConfig loaded =
        read("upstreams: {users: {endpoints: ['127.0.0.1:1'], tls: " + tls + "}}\n");
    GatewayConfig config = Objects.requireNonNull(loaded.config());
    return Objects.requireNonNull(config.upstreams().get("users")).tls();
  }

  private LoadedConfig read(String yaml) {
    write("yumen.yaml", yaml);
    LoadedConfig loaded = new ConfigReader(Map.of(), Map.of()).read(folder.resolve("yumen.yaml"));
    if (loaded.config() == null) {
      throw new AssertionError(loaded.problems());
    }
    return loaded;
  }

  ServerTls.Compiled compile(String tls, String... alpn) {
    LoadedConfig loaded = loaded(tls);
    return ServerTls.compile("https", listener(loaded), List.of(alpn), loaded.issued(), around);
  }

  ServerTls server(String tls, String... alpn) {
    ServerTls.Compiled compiled = compile(tls, alpn);
    if (compiled.tls() == null) {
      throw new AssertionError(compiled.problems());
    }
    return compiled.tls();
  }

  /** Problems, one a line. */
  String problems(String tls) {
    ServerTls.Compiled compiled = compile(tls);
    if (compiled.tls() != null) {
      compiled.tls().close();
    }
    return text(compiled.problems());
  }

  String upstreamProblems(String tls) {
    UpstreamTls.Compiled compiled = UpstreamTls.compile(upstream(tls), around);
    if (compiled.tls() != null) {
      compiled.tls().close();
    }
    return text(compiled.problems());
  }

  private static String text(List<TlsProblem> problems) {
    StringBuilder text = new StringBuilder();
    for (TlsProblem problem : problems) {
      text.append(problem.severity()).append(' ');
      text.append(problem.setting()).append(": ").append(problem.message()).append('\n');
    }
    return text.toString();
  }
}
