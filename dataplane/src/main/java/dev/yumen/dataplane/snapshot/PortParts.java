package dev.yumen.dataplane.snapshot;

import dev.yumen.config.AdminConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.dataplane.observe.CertificateExpiry;
import dev.yumen.dataplane.tcp.TcpPlan;
import dev.yumen.dataplane.tls.ServerTls;
import dev.yumen.dataplane.tls.TlsSurroundings;
import dev.yumen.dataplane.udp.UdpPlan;
import dev.yumen.dataplane.upstream.Upstream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is made of the ports of a configuration: their TLS, and the ways of TCP and UDP. */
final class PortParts {
  private final LoadedConfig loaded;
  private final TlsSurroundings around;
  private final CompileProblems problems;
  private final Consumer<Runnable> giveBack;
  private final Map<String, ServerTls> tls = new HashMap<>();
  private final Map<String, TcpPlan> tcp = new HashMap<>();
  private final Map<String, UdpPlan> udp = new HashMap<>();
  private final List<CertificateExpiry> expiries = new ArrayList<>();
  private @Nullable ServerTls adminTls;

  /**
   * @param giveBack takes what has to be done when the configuration is over
   */
  PortParts(
      LoadedConfig loaded,
      TlsSurroundings around,
      CompileProblems problems,
      Consumer<Runnable> giveBack) {
    this.loaded = loaded;
    this.around = around;
    this.problems = problems;
    this.giveBack = giveBack;
  }

  /**
   * @param upstreams those that are held already, by name
   */
  void hold(String name, ListenerConfig settings, Function<String, Upstream> upstreams) {
    if (settings.tcp() != null) {
      tcp.put(name, TcpPlan.compile(settings.tcp(), upstreams));
    }
    if (settings.udp() != null) {
      udp.put(name, UdpPlan.compile(settings.udp(), upstreams));
    }
    if (settings.tls() != null) {
      ServerTls made = hold(name, settings.tls(), alpn(settings), "listeners." + name + ".tls");
      if (made != null) {
        tls.put(name, made);
      }
    }
  }

  /** The port of the admin API. */
  void hold(AdminConfig settings) {
    if (settings.tls() != null && settings.enabled()) {
      adminTls = hold("admin", settings.tls(), List.of("http/1.1"), "admin.tls");
    }
  }

  private @Nullable ServerTls hold(
      String name, ListenerTlsConfig settings, List<String> alpn, String place) {
    ServerTls.Compiled compiled = ServerTls.compile(name, settings, alpn, loaded.issued(), around);
    problems.addTls(place, compiled.problems());
    ServerTls made = compiled.tls();
    if (made != null) {
      giveBack.accept(made::close);
      expiries.addAll(made.expiries());
    }
    return made;
  }

  /** None where plain bytes are spoken: whatever a client offers is between it and the service. */
  private static List<String> alpn(ListenerConfig settings) {
    List<String> alpn = new ArrayList<>();
    if (settings.tcp() == null && settings.protocols().contains(ListenerConfig.Protocol.HTTP2)) {
      alpn.add("h2");
    }
    if (settings.tcp() == null && settings.protocols().contains(ListenerConfig.Protocol.HTTP1)) {
      alpn.add("http/1.1");
    }
    if (settings.protocols().contains(ListenerConfig.Protocol.HTTP3)) {
      alpn.add("h3");
    }
    return alpn;
  }

  /** By the name of their listener. */
  Map<String, ServerTls> tls() {
    return tls;
  }

  /** By the name of their listener. */
  Map<String, TcpPlan> tcp() {
    return tcp;
  }

  /** By the name of their listener. */
  Map<String, UdpPlan> udp() {
    return udp;
  }

  /** Of the admin API; null where it speaks plain HTTP. */
  @Nullable ServerTls adminTls() {
    return adminTls;
  }

  List<CertificateExpiry> expiries() {
    return expiries;
  }
}
