package dev.yumen.app;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.ListenerConfig;
import dev.yumen.control.ManagedGateway;
import dev.yumen.control.publish.ReloadStatus;
import dev.yumen.dataplane.ProgramVersion;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the program prints once it is up: where it listens, what it runs, and what to try. */
final class Welcome {
  private static final String ADMIN = "admin";

  private Welcome() {}

  /**
   * @param demo addresses of the demo services by their names; null when it is not the quick start
   */
  static void print(
      PrintWriter out, ManagedGateway managed, Path file, @Nullable Map<String, String> demo) {
    out.printf(
        Locale.ROOT,
        "Yumen %s is up after %.2f s with %s%s%n",
        ProgramVersion.text(),
        ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0,
        isLastGood(managed.status()) ? "the last good copy of " : "",
        fromHere(file));
    Map<String, InetSocketAddress> bound = managed.gateway().addresses();
    Map<String, String> lines = new LinkedHashMap<>();
    bound.forEach(
        (name, address) ->
            lines.put(
                name,
                scheme(managed.gateway().config(), name)
                    + shown(address)
                    + (name.equals(ADMIN) ? "  (dashboard and API)" : "")));
    if (demo != null) {
      demo.forEach((name, address) -> lines.put(name, "http://" + address + "  (demo)"));
    }
    int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
    lines.forEach(
        (name, address) ->
            out.println("  " + name + " ".repeat(width - name.length()) + "  " + address));
    InetSocketAddress traffic = bound.get("http");
    InetSocketAddress management = bound.get("management");
    if (demo != null && traffic != null && management != null) {
      printExamples(out, local(traffic), local(management));
    }
  }

  private static boolean isLastGood(ReloadStatus status) {
    ReloadStatus.Live live = status.live();
    return live != null && live.origin() == ReloadStatus.Origin.LAST_GOOD;
  }

  private static String scheme(GatewayConfig config, String listener) {
    ListenerConfig settings = config.listeners().get(listener);
    if (settings == null) {
      return listener.equals(ADMIN) && config.admin().tls() != null ? "https://" : "http://";
    }
    if (settings.udp() != null) {
      return "udp://";
    }
    boolean tls = settings.tls() != null;
    if (settings.tcp() != null) {
      return tls ? "tls://" : "tcp://";
    }
    return tls ? "https://" : "http://";
  }

  private static void printExamples(PrintWriter out, String traffic, String management) {
    out.println();
    out.println("Try:");
    out.println("  curl -i " + traffic + "/api/user/1");
    out.println("  curl -i " + traffic + "/api/order/42 -H 'X-Trace-ID: my-own-id'");
    out.println("  curl -i " + traffic + "/hello");
    out.println();
    out.println("Metrics and health: " + management + "/metrics and " + management + "/health");
    out.println("Change the file while it runs and see. Ctrl-C stops.");
  }

  private static Path fromHere(Path file) {
    Path here = Path.of("").toAbsolutePath();
    Path absolute = file.toAbsolutePath();
    return absolute.startsWith(here) ? here.relativize(absolute) : file;
  }

  private static String shown(InetSocketAddress address) {
    if (address.getAddress().isAnyLocalAddress()) {
      return "0.0.0.0:" + address.getPort(); // also when the system says it as ::
    }
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** An address that a client on this machine can use. */
  private static String local(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    boolean here = host.isAnyLocalAddress() || host.isLoopbackAddress();
    return "http://" + (here ? "localhost:" + address.getPort() : shown(address));
  }
}
