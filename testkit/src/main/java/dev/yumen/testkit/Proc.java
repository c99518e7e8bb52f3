package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A child process whose output is captured; it and its own children die with {@link #close}. */
public final class Proc implements AutoCloseable {
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  private Proc(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::readOutput);
  }

  /**
   * Starts a command; standard error goes where standard output goes.
   *
   * @param environment added to that of this process
   */
  public static Proc start(Path folder, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      return new Proc(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("can not start " + command, e);
    }
  }

  /** Starts a JVM of this kind with the class path and the compilers of this one. */
  public static Proc java(Path folder, Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(compilers());
    command.add("-cp");
    command.add(absoluteClassPath());
    command.addAll(arguments);
    return start(folder, environment, command);
  }

  /** Options that say which compilers there are; a test without the second one starts faster. */
  public static List<String> compilers() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-XX:TieredStopAtLevel="))
        .toList();
  }

  private static String absoluteClassPath() {
    // Surefire keeps the real class path here when it starts the JVM by a manifest-only jar.
    String path = System.getProperty("surefire.test.class.path");
    if (path == null) {
      path = System.getProperty("java.class.path");
    }
    StringBuilder absolute = new StringBuilder();
    for (String part : path.split(File.pathSeparator)) {
      absolute.append(absolute.isEmpty() ? "" : File.pathSeparator);
      absolute.append(Path.of(part).toAbsolutePath());
    }
    return absolute.toString();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Lines written so far, to both outputs. */
  public List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  public String output() {
    return String.join("\n", lines());
  }

  /** Waits for a line in which the expression is found; fails early when the process ends. */
  public Matcher awaitLine(String expression, Duration time) {
    Pattern pattern = Pattern.compile(expression);
    return Eventually.valueWithin(
        time,
        "a line with " + expression + " of process " + pid(),
        () -> {
          boolean ended = !process.isAlive() && !reader.isAlive();
          Matcher found = find(pattern);
          if (found == null && ended) {
            throw new AssertionError(
                "ended with " + process.exitValue() + " before " + expression + ":\n" + output());
          }
          return found;
        });
  }

  private @Nullable Matcher find(Pattern pattern) {
    for (String line : lines()) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        return matcher;
      }
    }
    return null;
  }

  /** Sends a signal such as TERM or HUP to this process alone. */
  public void signal(String name) {
    try {
      int result =
          new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (result != 0) {
        throw new AssertionError("kill -" + name + " " + pid() + " gave " + result);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits for the end and for the last line of output; returns the exit status. */
  public int awaitExit(Duration time) {
    try {
      if (!process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS) || !reader.join(time)) {
        throw new AssertionError("still running after " + time + ":\n" + output());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }

  private void readOutput() {
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line; (line = output.readLine()) != null; ) {
        synchronized (lines) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      // the stream was closed with the process
    }
  }
}
