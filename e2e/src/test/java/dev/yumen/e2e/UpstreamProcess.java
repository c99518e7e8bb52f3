package dev.yumen.e2e;

import dev.yumen.testkit.Proc;
import dev.yumen.testkit.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A {@link FaultyUpstream} in a JVM of its own, to be killed, stopped and started again. */
final class UpstreamProcess implements AutoCloseable {
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Path folder;
  private final String name;
  private final Path executed;
  private final int port;
  private Proc proc;

  private UpstreamProcess(Path folder, String name) {
    this.folder = folder;
    this.name = name;
    this.executed = folder.resolve(name + ".executed");
    this.proc = java(0);
    this.port = awaitPort(proc);
  }

  /** Starts one on any port and waits for it. */
  static UpstreamProcess start(Path folder, String name) {
    return new UpstreamProcess(folder, name);
  }

  private Proc java(int port) {
    List<String> arguments = new ArrayList<>(JVM_OPTIONS);
    arguments.add(FaultyUpstream.class.getName());
    arguments.addAll(List.of(Integer.toString(port), name, executed.toString()));
    return Proc.java(folder, Map.of(), arguments);
  }

  private static int awaitPort(Proc proc) {
    try {
      return Integer.parseInt(
          proc.awaitLine("^listens on (\\d+)$", GatewayProcess.PATIENCE).group(1));
    } catch (AssertionError e) {
      proc.close();
      throw e;
    }
  }

  String name() {
    return name;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Ends it by SIGKILL. */
  void kill() {
    proc.signal("KILL");
    proc.awaitExit(GatewayProcess.PATIENCE);
  }

  /** Starts it on the same port after a {@link #kill}, and waits for it. */
  void startAgain() {
    proc = java(port);
    awaitPort(proc);
  }

  /** SIGSTOP: the kernel goes on taking connections and bytes for it. */
  void freeze() {
    proc.signal("STOP");
  }

  void thaw() {
    proc.signal("CONT");
  }

  /** Everything is answered with 503 from now on for this long. */
  void unavailable(Duration time) {
    tell("unavailable", time);
  }

  /** Half of its connections are reset from now on for this long. */
  void resets(Duration time) {
    tell("reset", time);
  }

  /** How long each answer takes from now on. */
  void takes(Duration time) {
    tell("slow", time);
  }

  private void tell(String fault, Duration time) {
    try (RawClient client = RawClient.connect(port)) {
      client.get("/fault/" + fault + "/" + time.toMillis());
    }
  }

  /** Numbers of the POSTs that it has executed in all its lives. */
  long[] executed() {
    try {
      LongBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(executed)).asLongBuffer();
      long[] all = new long[numbers.remaining()];
      numbers.get(all);
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    proc.close();
  }
}
