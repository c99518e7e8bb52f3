package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.DebianProgram;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A browser with a profile of its own that has one page open. It trusts one authority, as if its
 * user had imported it, and every {@code example.com} is this machine; there are no other names.
 */
final class Chromium implements AutoCloseable {
  private static final String NAMES = "MAP *.example.com 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE *.1";

  private final Proc proc;

  private Chromium(Proc proc) {
    this.proc = proc;
  }

  /**
   * Opens a page.
   *
   * @param home a folder that is not there yet
   * @param authority in PEM
   */
  static Chromium open(Path home, String authority, String url) {
    trust(home, authority);
    return open(home, url);
  }

  /**
   * Opens a page that needs no trust of its own, or none yet.
   *
   * @param home a folder that is there
   */
  static Chromium open(Path home, String url) {
    Path program = DebianProgram.find("chromium", "chromium");
    List<String> command =
        List.of(
            program.toString(),
            "--headless",
            "--no-sandbox", // which root can not have; all pages are our own
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-proxy-server",
            "--host-resolver-rules=" + NAMES,
            "--remote-debugging-port=0",
            "--window-size=800,500",
            "--user-data-dir=" + home.resolve("profile"),
            "--enable-logging=stderr",
            url);
    Map<String, String> environment = Map.of("HOME", home.toString(), "TMPDIR", home.toString());
    return new Chromium(Proc.start(home, environment, command));
  }

  /** Puts the authority where Chromium looks for those of its user. */
  private static void trust(Path home, String authority) {
    Path certutil = DebianProgram.find("certutil", "libnss3-tools");
    Path store = home.resolve(".pki/nssdb");
    Path file = home.resolve("ca.pem");
    try {
      Files.createDirectories(store);
      Files.writeString(file, authority);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String database = "sql:" + store;
    run(home, certutil, "-N", "-d", database, "--empty-password");
    run(home, certutil, "-A", "-d", database, "-n", "ours", "-t", "C,,", "-i", file.toString());
  }

  private static void run(Path home, Path program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    try (Proc proc = Proc.start(home, Map.of(), command)) {
      assertEquals(0, proc.awaitExit(GatewayProcess.PATIENCE), proc::output);
    }
  }

  /** The page that it has open, for those who want to use it. */
  BrowserPage page() {
    int port = port();
    return new BrowserPage(
        Eventually.valueWithin(GatewayProcess.PATIENCE, "a page", () -> openPage(port)));
  }

  private static @Nullable URI openPage(int port) {
    JsonNode targets = DevTools.get(port, "/json/list");
    if (targets != null) {
      for (JsonNode target : targets) {
        if (target.path("type").asString("").equals("page")) {
          return address(target);
        }
      }
    }
    return null;
  }

  private static URI address(JsonNode target) {
    return URI.create(target.path("webSocketDebuggerUrl").asString(""));
  }

  private int port() {
    Matcher line =
        proc.awaitLine(
            "^DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)", GatewayProcess.PATIENCE);
    return Integer.parseInt(line.group(1));
  }

  /**
   * Somebody who begins with nothing stored, as in another profile: without cookies, cache and
   * tokens of anybody before. Forgotten with {@link #close}.
   */
  final class Visitor implements AutoCloseable {
    private final DevTools browser;
    private final BrowserPage page;

    Visitor() {
      int port = port();
      JsonNode version =
          Eventually.valueWithin(
              GatewayProcess.PATIENCE, "its version", () -> DevTools.get(port, "/json/version"));
      browser = new DevTools(address(version), (_, _) -> {});
      String context =
          browser
              .call("Target.createBrowserContext", Map.of("disposeOnDetach", true))
              .path("browserContextId")
              .asString("");
      String target =
          browser
              .call(
                  "Target.createTarget", Map.of("url", "about:blank", "browserContextId", context))
              .path("targetId")
              .asString("");
      page = new BrowserPage(URI.create("ws://127.0.0.1:" + port + "/devtools/page/" + target));
    }

    BrowserPage page() {
      return page;
    }

    @Override
    public void close() {
      page.close();
      browser.close();
    }
  }

  /** What it says about itself and its pages; for messages of tests. */
  String output() {
    return proc.output();
  }

  @Override
  public void close() {
    proc.close();
  }
}
