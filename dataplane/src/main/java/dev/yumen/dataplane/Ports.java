package dev.yumen.dataplane;

import dev.yumen.config.Address;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.dataplane.admin.AdminAcceptor;
import dev.yumen.dataplane.admin.AdminHandler;
import dev.yumen.dataplane.audit.AuditTrail;
import dev.yumen.dataplane.exchange.ExchangeAcceptor;
import dev.yumen.dataplane.exchange.ManagementAcceptor;
import dev.yumen.dataplane.http3.Http3Port;
import dev.yumen.dataplane.listener.Listener;
import dev.yumen.dataplane.listener.Port;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.snapshot.SnapshotHolder;
import dev.yumen.dataplane.tcp.TcpPlan;
import dev.yumen.dataplane.tls.ServerTls;
import dev.yumen.dataplane.udp.UdpListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a gateway: those of its listeners, by TCP, UDP and QUIC, and that of the management
 * listener and of the admin API. They follow the configuration; what they need of it while they are
 * open they read from the snapshot that is live. Guarded by the gateway.
 */
final class Ports {
  private static final String MANAGEMENT = "management";
  private static final String ADMIN = "admin";
  private static final List<ListenerConfig.Protocol> ONLY_HTTP1 =
      List.of(ListenerConfig.Protocol.HTTP1);

  private final Engine engine;
  private final SnapshotHolder snapshots;
  private final ExchangeAcceptor.Surroundings exchanges;
  private final Listener.Surroundings listening;
  private final UdpListener.Surroundings datagrams;
  private final Map<String, Port> listeners = new LinkedHashMap<>();

  /** By the name of their listener; those that were taken away too, until they are replaced. */
  private final Map<String, Http3Port> http3 = new LinkedHashMap<>();

  private @Nullable Listener management;
  private @Nullable Listener admin;

  Ports(Engine engine, SnapshotHolder snapshots, ExchangeAcceptor.Surroundings exchanges) {
    this.engine = engine;
    this.snapshots = snapshots;
    this.exchanges = exchanges;
    this.listening =
        new Listener.Surroundings(
            engine.serverBootstrap(), engine::loopOf, engine.metrics(), new AtomicInteger());
    this.datagrams =
        new UdpListener.Surroundings(engine.datagramBootstrap(), engine::loopOf, engine.metrics());
  }

  /** Ports that a configuration needs and that were not open yet. */
  final class Opened {
    private final Map<String, Port> added = new LinkedHashMap<>();
    private final Map<String, Http3Port> addedHttp3 = new LinkedHashMap<>();

    private Opened() {}

    private void open(String name, ListenerConfig settings) throws IOException {
      Port port = listeners.get(name);
      if (port == null || !port.is(name, settings)) {
        port = openOne(name, settings);
        added.put(name, port);
      }
      if (settings.speaks(ListenerConfig.Protocol.HTTP3) && port instanceof Listener listener) {
        Http3Port opened = openHttp3(name, settings, listener);
        if (opened != null) {
          addedHttp3.put(name, opened);
        }
      }
    }

    /** They belong to the gateway from now on. */
    void keep() {
      listeners.putAll(added);
      http3.putAll(addedHttp3);
    }

    private void retire() {
      added.values().forEach(Port::retire);
      addedHttp3.values().forEach(Port::retire);
    }
  }

  // ---- opening ----

  /** Opens the port of the management listener, where there is to be one. */
  void openManagement(GatewayConfig config) throws IOException {
    if (config.management().enabled()) {
      management =
          openOwn(
              MANAGEMENT,
              config.management().address(),
              new ManagementAcceptor(exchanges.builtIn(), exchanges.failures()),
              _ -> null);
    }
  }

  /**
   * Opens the port of the admin API.
   *
   * @throws IOException if it can not be had
   */
  void openAdmin(Address address, AdminHandler handler, AuditTrail audit) throws IOException {
    admin =
        openOwn(
            ADMIN,
            address,
            new AdminAcceptor(
                handler,
                exchanges.failures(),
                () -> snapshots.current().config().admin().maxBody().bytes(),
                audit,
                engine.metrics().admin()),
            Snapshot::adminTls);
  }

  private Listener openOwn(
      String name,
      Address address,
      RequestAcceptor acceptor,
      Function<Snapshot, @Nullable ServerTls> tls)
      throws IOException {
    return Listener.open(
        name,
        new ListenerConfig(address, 128, List.of(), ONLY_HTTP1),
        () -> {
          Snapshot live = snapshots.current();
          return new Listener.Rules(
              live.config().limits(), ONLY_HTTP1, tls.apply(live), null, null);
        },
        acceptor,
        listening.apart());
  }

  /**
   * Opens what a configuration needs and is not open yet.
   *
   * @throws IOException naming a port that can not be had; then none has been opened
   */
  Opened open(GatewayConfig config) throws IOException {
    Opened opened = new Opened();
    try {
      for (Map.Entry<String, ListenerConfig> entry : config.listeners().entrySet()) {
        opened.open(entry.getKey(), entry.getValue());
      }
    } catch (IOException e) {
      opened.retire();
      throw e;
    }
    return opened;
  }

  private Port openOne(String name, ListenerConfig settings) throws IOException {
    if (settings.udp() != null) {
      return UdpListener.open(
          name, settings.address(), () -> snapshots.current().udp(name), datagrams);
    }
    return Listener.open(name, settings, () -> rules(name, settings), acceptor(name), listening);
  }

  private ExchangeAcceptor acceptor(String name) {
    return new ExchangeAcceptor(name, exchanges, engine.loops());
  }

  /** Null when it is open already. */
  private @Nullable Http3Port openHttp3(String name, ListenerConfig settings, Listener listener)
      throws IOException {
    Http3Port old = http3.get(name);
    if (old != null && old.is(name, settings)) {
      return null;
    }
    if (old != null && old.bound().equals(listener.bound())) {
      old.closeAll(); // it was taken away a moment ago, and its last connections are still there
    }
    return Http3Port.open(
        new Http3Port.Owner(
            name,
            settings.address(),
            () -> rules(name, settings),
            acceptor(name),
            listener.registryBeside()),
        listener.bound(),
        datagrams);
  }

  /** What is live now; a listener that is about to be closed keeps what it had. */
  private Listener.Rules rules(String name, ListenerConfig opened) {
    Snapshot live = snapshots.current();
    ListenerConfig settings = live.config().listeners().getOrDefault(name, opened);
    TcpPlan plan = live.tcp(name);
    return new Listener.Rules(
        live.config().limits(),
        settings.protocols(),
        live.tls(name),
        settings.proxyProtocol(),
        plan == null ? null : new Listener.Rules.Tcp(plan, live::pin));
  }

  // ---- closing ----

  /** Takes those away that a configuration has no more, or has otherwise. */
  void retireAllBut(GatewayConfig config) {
    listeners
        .values()
        .removeIf(
            listener -> {
              if (listener.is(listener.name(), config.listeners().get(listener.name()))) {
                return false;
              }
              listener.retire();
              return true;
            });
    for (Http3Port port : http3.values()) {
      if (!port.is(port.name(), config.listeners().get(port.name()))) {
        port.retire();
      }
    }
  }

  /** Closes all of them at once. */
  void close() {
    List<Port> all = ofListeners();
    if (management != null) {
      all.add(management);
    }
    if (admin != null) {
      all.add(admin);
    }
    for (Port port : all) {
      port.stopAccepting();
      port.closeAll();
    }
  }

  // ---- what there is ----

  /** Those of the listeners; the management listener stays open while they are drained. */
  List<Port> ofListeners() {
    List<Port> all = new ArrayList<>(listeners.values());
    all.addAll(http3.values());
    return all;
  }

  /** Where they are bound, by the name of the listener. */
  Map<String, InetSocketAddress> addresses() {
    Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
    listeners.forEach((name, listener) -> addresses.put(name, listener.bound()));
    if (management != null) {
      addresses.put(MANAGEMENT, management.bound());
    }
    if (admin != null) {
      addresses.put(ADMIN, admin.bound());
    }
    return addresses;
  }
}
