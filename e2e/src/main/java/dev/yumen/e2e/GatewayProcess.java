package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Proc;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gateway in a JVM of its own, started as {@code yumen run --config} starts it. Configurations
 * listen on port 0; the ports are read from what the program prints. Ended by {@link #close}.
 */
public final class GatewayProcess implements AutoCloseable {
  /** How long a start, a stop or a reload may take on a busy machine. */
  public static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String MAIN = "dev.yumen.app.Main";
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx256m",
          "-XX:+UseParallelGC",
          "-Xms96m",
          "-Xmn48m",
          "-XX:+UseCompactObjectHeaders",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dio.netty.noUnsafe=false");

  /** Rank, number of objects, their bytes, and the class; filled holes are no objects. */
  private static final Pattern HISTOGRAM_LINE =
      Pattern.compile("^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+)");

  private final Proc proc;
  private final Path file;

  private GatewayProcess(Proc proc, Path file) {
    this.proc = proc;
    this.file = file;
  }

  /** Writes the configuration to {@code yumen.yaml} in the folder and starts a gateway with it. */
  public static GatewayProcess start(Path folder, String yaml) {
    return start(folder, yaml, Map.of());
  }

  /** The same with these environment variables, and waits until it is ready. */
  public static GatewayProcess start(Path folder, String yaml, Map<String, String> environment) {
    Path file = folder.resolve("yumen.yaml");
    write(file, yaml);
    GatewayProcess gateway =
        new GatewayProcess(
            command(folder, environment, List.of(), "run", "--config", file.toString()), file);
    gateway.awaitReady();
    return gateway;
  }

  /** Runs any command of the program in a JVM of its own, without waiting for anything. */
  public static Proc command(Path folder, Map<String, String> environment, String... arguments) {
    return command(folder, environment, List.of(), arguments);
  }

  /** The same with more options for its JVM, such as {@code -Dyumen.home=}. */
  public static Proc command(
      Path folder, Map<String, String> environment, List<String> jvm, String... arguments) {
    List<String> all = new ArrayList<>(JVM_OPTIONS);
    all.addAll(jvm);
    all.add(MAIN);
    all.addAll(List.of(arguments));
    return Proc.java(folder, environment, all);
  }

  private void awaitReady() {
    try {
      proc.awaitLine("Yumen .* is up", PATIENCE);
      Eventually.within(PATIENCE, "/ready says 200", () -> management("/ready").status() == 200);
    } catch (AssertionError | UncheckedIOException e) {
      proc.close();
      throw e;
    }
  }

  /** The port of the listener {@code http}. */
  public int port() {
    return port("http");
  }

  /** The port of a listener by its name in the configuration; {@code management} is one too. */
  public int port(String listener) {
    Matcher line =
        proc.awaitLine("^\\s+" + Pattern.quote(listener) + "\\s+[a-z]+://\\S+:(\\d+)", PATIENCE);
    return Integer.parseInt(line.group(1));
  }

  /** A new connection to the listener {@code http}. */
  public RawClient connect() {
    return RawClient.connect(port());
  }

  /** One GET on a connection of its own. */
  public RawResponse get(String target, String... headerLines) {
    try (RawClient client = connect()) {
      return client.get(target, headerLines);
    }
  }

  /** One GET to the management port, such as {@code /metrics}. */
  public RawResponse management(String target) {
    try (RawClient client = RawClient.connect(port("management"))) {
      return client.timeout(PATIENCE).get(target);
    }
  }

  /** The sum of a metric's series whose labels contain this text, or 0 when there is none. */
  public double metric(String name, String labels) {
    return management("/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> line.contains(labels))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Replaces the configuration file in one step. The gateway may notice by itself. */
  public void rewrite(String yaml) {
    Path next = file.resolveSibling("yumen.yaml.next");
    write(next, yaml);
    try {
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process, for signals and output. */
  public Proc proc() {
    return proc;
  }

  /** Open file descriptors of the process; Linux. */
  public int openFiles() {
    return entries("/proc/" + proc.pid() + "/fd");
  }

  /** Threads of the process; Linux. */
  public int threads() {
    return entries("/proc/" + proc.pid() + "/task");
  }

  /** Memory of the process that is in RAM, in KiB; Linux. */
  public long residentKib() {
    try {
      return Files.readAllLines(Path.of("/proc/" + proc.pid() + "/status"), UTF_8).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of all objects that are alive, counted after a collection of the whole heap. */
  public long liveHeap() {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    List<String> command =
        List.of(jcmd.toString(), Long.toString(proc.pid()), "GC.class_histogram");
    try (Proc histogram = Proc.start(file.resolveSibling(""), Map.of(), command)) {
      histogram.awaitLine("^Total", PATIENCE);
      return histogram.lines().stream()
          .map(HISTOGRAM_LINE::matcher)
          .filter(line -> line.find() && !line.group(2).contains("FillerElement"))
          .mapToLong(line -> Long.parseLong(line.group(1)))
          .sum();
    }
  }

  /** Asks for an orderly end by SIGTERM. */
  public void terminate() {
    proc.signal("TERM");
  }

  @Override
  public void close() {
    proc.close();
  }

  private static int entries(String folder) {
    String[] names = new File(folder).list();
    if (names == null) {
      throw new AssertionError(folder + " can not be listed");
    }
    return names.length;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
