package dev.yumen.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * A program of the system that a test talks to, such as {@code openssl}. One that is missing is
 * installed from its Debian package, where that can be done without asking anybody: as root, or by
 * a sudo that wants no password. The environment variable {@code YUMEN_TEST_INSTALL=no} forbids it.
 */
public final class DebianProgram {
  private static final String SWITCH = "YUMEN_TEST_INSTALL";
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final String name;
  private final String debianPackage;
  private final Map<String, String> environment;

  DebianProgram(String name, String debianPackage, Map<String, String> environment) {
    this.name = name;
    this.debianPackage = debianPackage;
    this.environment = environment;
  }

  /**
   * Where the program is. Without it there is no test: that is a failure where the environment
   * variable {@code CI} is set, and elsewhere the test is aborted, with a sentence that says why.
   *
   * @param name as it is called in a shell
   * @param debianPackage that it is in
   */
  public static Path find(String name, String debianPackage) {
    // Tests may run side by side, and apt does not.
    synchronized (DebianProgram.class) {
      return new DebianProgram(name, debianPackage, System.getenv()).find();
    }
  }

  Path find() {
    Path found = onPath(name);
    if (found != null) {
      return found;
    }
    String missing =
        "this test needs " + name + " of the Debian package " + debianPackage + ", and ";
    if ("no".equals(environment.get(SWITCH))) {
      throw without(missing + SWITCH + "=no forbids to install it");
    }
    if (onPath("apt-get") == null) {
      throw without(missing + "there is no apt-get to install it");
    }
    List<String> asRoot = asRoot();
    if (asRoot == null) {
      throw without(missing + "only root, or a sudo without password, could install it");
    }
    String output = installAlone(asRoot);
    Path installed = onPath(name);
    if (installed == null) {
      throw without(missing + "installing it did not help:\n" + output);
    }
    return installed;
  }

  private RuntimeException without(String sentence) {
    String ci = environment.getOrDefault("CI", "");
    if (ci.isEmpty() || ci.equals("false")) {
      return new TestAbortedException(sentence);
    }
    throw new AssertionError(sentence);
  }

  private @Nullable Path onPath(String program) {
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
      Path file = Path.of(folder.isEmpty() ? "." : folder, program).toAbsolutePath();
      if (Files.isRegularFile(file) && Files.isExecutable(file)) {
        return file;
      }
    }
    return null;
  }

  /** What goes before a command so that root runs it, or null when that can not be had. */
  private @Nullable List<String> asRoot() {
    StringBuilder id = new StringBuilder();
    if (run(List.of("id", "-u"), id) == 0 && id.toString().strip().equals("0")) {
      return List.of();
    }
    boolean sudo = onPath("sudo") != null && run(List.of("sudo", "-n", "true"), id) == 0;
    return sudo ? List.of("sudo", "-n") : null;
  }

  /** Other processes of the same tests may want to install something, too. */
  private String installAlone(List<String> asRoot) {
    Path lock = temporary().resolve("yumen-test-install.lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      return onPath(name) == null ? install(asRoot) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String install(List<String> asRoot) {
    announce("installing the Debian package " + debianPackage + " for a test");
    StringBuilder output = new StringBuilder();
    if (apt(asRoot, output, "install", debianPackage) == 0) {
      return output.toString();
    }
    announce("apt-get update, as it can not be installed from the lists that are here");
    if (apt(asRoot, output, "update") == 0) {
      apt(asRoot, output, "install", debianPackage);
    }
    return output.toString();
  }

  private int apt(List<String> asRoot, StringBuilder output, String... arguments) {
    List<String> command = new ArrayList<>(asRoot);
    command.addAll(List.of("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"));
    command.addAll(List.of("-o", "DPkg::Lock::Timeout=300", "--no-install-recommends"));
    command.addAll(List.of(arguments));
    return run(command, output);
  }

  private int run(List<String> command, StringBuilder output) {
    Path program = onPath(command.getFirst());
    if (program == null) {
      return -1;
    }
    List<String> whole = new ArrayList<>(command);
    whole.set(0, program.toString());
    try (Proc proc = Proc.start(temporary(), environment, whole)) {
      int exit = proc.awaitExit(PATIENCE);
      output.append(proc.output()).append('\n');
      return exit;
    }
  }

  private static Path temporary() {
    try {
      return Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("SystemOut") // for whoever looks at the machine that tests run on
  private static void announce(String sentence) {
    System.err.println("[yumen tests] " + sentence);
  }
}
