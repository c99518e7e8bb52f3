package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.Problem;
import dev.yumen.control.ManagedGateway;
import dev.yumen.testkit.DebianProgram;
import dev.yumen.testkit.Proc;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A template as its README says to use it: copied, filled in, its services and itself running. */
final class RunningTemplate implements AutoCloseable {
  private static final Path TEMPLATES =
      Path.of("..", "examples", "templates").toAbsolutePath().normalize();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(sh|console)\\n(.*?)^```$");

  private final Path folder;
  private final String page;
  private final List<ManagedGateway> running = new ArrayList<>();
  private final Map<String, String> ports = new HashMap<>();
  private final Map<String, String> tools;

  /** A line of the page that somebody types, and the lines that the page shows after it. */
  record Typed(String line, List<String> answer) {}

  private RunningTemplate(Path folder) throws IOException {
    this.folder = folder;
    this.page = Files.readString(folder.resolve("README.md"));
    this.tools = tools(folder);
  }

  /** Copies it, prepares what its page says, checks every file of it, and starts it. */
  static RunningTemplate start(String name, Path folder) throws Exception {
    new Templates(TEMPLATES).copy(name, folder);
    RunningTemplate template = new RunningTemplate(folder);
    try {
      template.startAll();
      return template;
    } catch (Exception | AssertionError e) {
      template.close();
      throw e;
    }
  }

  static Templates templates() {
    return new Templates(TEMPLATES);
  }

  private void startAll() throws Exception {
    for (String block : blocks("sh")) {
      Proc prepared = shell(block);
      assertEquals(0, prepared.awaitExit(PATIENCE), prepared::output);
    }
    Map<String, String> environment = new HashMap<>();
    for (String port : List.of("API_GATEWAY", "MANAGEMENT", "ADMIN")) {
      environment.put(port + "_PORT", "0");
    }
    environment.put("OVERLOAD_CPU", "0.99");
    ManagedGateway services =
        gateway("services/yumen.yaml", Map.of("USER_SERVICE_PORT", "0", "ORDER_SERVICE_PORT", "0"));
    environment.put("USER_SERVICE", "127.0.0.1:" + port(services, "user-service"));
    environment.put("ORDER_SERVICE", "127.0.0.1:" + port(services, "order-service"));
    ManagedGateway gateway = gateway("yumen.yaml", environment);
    ports.put("8080", port(gateway, "http"));
    ports.put("8081", port(gateway, "management"));
    ports.put("9901", port(gateway, "admin"));
  }

  private ManagedGateway gateway(String file, Map<String, String> environment) throws Exception {
    List<Problem> problems = Wiring.check(folder.resolve(file), environment).problems();
    assertEquals(List.of(), problems, file);
    ManagedGateway gateway =
        ManagedGateway.start(folder.resolve(file), Wiring.reader(environment), loaded -> {});
    running.add(gateway);
    return gateway;
  }

  private static String port(ManagedGateway gateway, String listener) {
    InetSocketAddress address = gateway.gateway().addresses().get(listener);
    return Integer.toString(Objects.requireNonNull(address, listener).getPort());
  }

  /** An address as the page writes it, such as {@code http://127.0.0.1:8080/}, as it is here. */
  String here(String text) {
    String moved = text;
    for (Map.Entry<String, String> port : ports.entrySet()) {
      moved = moved.replace("127.0.0.1:" + port.getKey(), "127.0.0.1:" + port.getValue());
    }
    return moved;
  }

  Path folder() {
    return folder;
  }

  /** What the page says to type. */
  List<Typed> typed() {
    List<Typed> typed = new ArrayList<>();
    for (String block : blocks("console")) {
      for (String line : block.lines().toList()) {
        if (line.startsWith("$ ")) {
          typed.add(new Typed(line.substring(2), new ArrayList<>()));
        } else {
          typed.getLast().answer().add(line.strip());
        }
      }
    }
    return typed;
  }

  /** Types the lines one after the other into one shell; gives what came after each. */
  List<List<String>> type(List<String> lines) {
    StringBuilder script = new StringBuilder();
    lines.forEach(line -> script.append("echo ==typed==\n").append(here(line)).append('\n'));
    Proc shell = shell(script.toString());
    shell.awaitExit(PATIENCE);
    List<List<String>> said = new ArrayList<>();
    for (String line : shell.lines()) {
      int mark = line.indexOf("==typed==");
      if (mark < 0) {
        said.getLast().add(line.strip());
      } else {
        if (mark > 0) {
          said.getLast().add(line.substring(0, mark).strip());
        }
        said.add(new ArrayList<>());
      }
    }
    return said;
  }

  /** Runs a script of this template to its end; gives its exit status. */
  int run(Map<String, String> environment, String script, StringBuilder said) {
    Map<String, String> all = new HashMap<>(tools);
    all.put("ADMIN_URL", here("http://127.0.0.1:9901"));
    all.putAll(environment);
    try (Proc shell = Proc.start(folder, all, List.of("sh", "-c", here(script)))) {
      int exit = shell.awaitExit(PATIENCE);
      said.append(shell.output());
      return exit;
    }
  }

  private Proc shell(String script) {
    Map<String, String> all = new HashMap<>(tools);
    all.put("ADMIN_URL", here("http://127.0.0.1:9901"));
    return Proc.start(folder, all, List.of("sh", "-c", script));
  }

  private List<String> blocks(String language) {
    List<String> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(page);
    while (block.find()) {
      if (block.group(1).equals(language)) {
        blocks.add(block.group(2));
      }
    }
    return blocks;
  }

  /** The environment in which pages are typed: curl without a meter, and a program yumen. */
  private static Map<String, String> tools(Path folder) throws IOException {
    DebianProgram.find("curl", "curl");
    DebianProgram.find("openssl", "openssl");
    Path home = Files.createDirectories(folder.resolve("../tools").normalize());
    Files.writeString(home.resolve(".curlrc"), "silent\nshow-error\nnoproxy = \"*\"\n");
    Path yumen = home.resolve("yumen");
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.writeString(
        yumen,
        "#!/bin/sh\nexec '%s' %s -cp '%s' dev.yumen.app.Main \"$@\"\n"
            .formatted(java, String.join(" ", Proc.compilers()), classes));
    yumen.toFile().setExecutable(true);
    String path = home + File.pathSeparator + System.getenv("PATH");
    return Map.of("CURL_HOME", home.toString(), "YUMEN", yumen.toString(), "PATH", path);
  }

  /** The number of the live version. */
  long version() {
    return Objects.requireNonNull(running.getLast().status().live()).number();
  }

  @Override
  public void close() {
    running.reversed().forEach(ManagedGateway::close);
  }
}
