package dev.yumen.app;

import dev.yumen.dataplane.ProgramVersion;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** What the program prints once it is up: where it listens, and what to try. */
final class Welcome {
  private Welcome() {}

  static void print(
      PrintWriter out, Map<String, InetSocketAddress> addresses, Path file, boolean quickStart) {
    out.printf(
        Locale.ROOT,
        "Yumen %s is up after %.2f s with %s%n",
        ProgramVersion.text(),
        ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0,
        fromHere(file));
    int width = addresses.keySet().stream().mapToInt(String::length).max().orElse(0);
    addresses.forEach(
        (name, address) ->
            out.println(
                "  " + name + " ".repeat(width - name.length()) + "  http://" + shown(address)));
    InetSocketAddress traffic = addresses.get("http");
    InetSocketAddress management = addresses.get("management");
    if (quickStart && traffic != null && management != null) {
      printExamples(out, local(traffic), local(management));
    }
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
