package dev.yumen.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.publish.ReloadStatus.Live;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers and the access log tell which configuration a request was judged by. */
class ConfigVersionTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ON = "forwarded: {config-version: true}\n";

  @TempDir Path folder;

  private final CountDownLatch answer = new CountDownLatch(1);
  private ScriptedUpstream service;
  private @Nullable ManagedGateway gateway;

  @BeforeEach
  void startAServiceThatIsAGatewayItself() {
    service =
        ScriptedUpstream.start(
            request -> {
              if (request.recorded().target().equals("/slow")) {
                Behaviours.await(answer).serve(request);
              }
              request.respond(200, Map.of("X-Config-Version", "9-ffffffffffff"), new byte[0]);
            });
  }

  @AfterEach
  void close() {
    answer.countDown();
    if (gateway != null) {
      gateway.close();
    }
    service.close();
  }

  private void write(String more) throws IOException {
    Path next =
        Files.writeString(
            folder.resolve("next"),
            """
            listeners: {http: {address: "127.0.0.1:0"}}
            management: {address: "127.0.0.1:0"}
            admin: {enabled: false}
            runtime: {loops: 1}
            upstreams:
              service: {endpoints: "%s"}
              nobody: {endpoints: "127.0.0.1:1", retry: {attempts: 0}}
            filters:
              - access-log: {format: text, file: access.log, fields: [path, config-version]}
            routes:
              - {id: service, match: {path: "/**"}, to: service}
              - {id: own, match: {path: /own}, respond: {body: own}}
              - {id: nobody, match: {path: /nobody}, to: nobody}
            """
                    .formatted(service.address())
                + more);
    Files.move(next, folder.resolve("yumen.yaml"), StandardCopyOption.REPLACE_EXISTING);
  }

  private ManagedGateway start() throws Exception {
    ConfigReader reader = new ConfigReader(BuiltInFilters.byName(), Map.of());
    gateway = ManagedGateway.start(folder.resolve("yumen.yaml"), reader, loaded -> {});
    return gateway;
  }

  private static Live live(ManagedGateway gateway) {
    return Objects.requireNonNull(gateway.status().live());
  }

  /** As it is to be told. */
  private static String version(ManagedGateway gateway) {
    return live(gateway).number() + "-" + live(gateway).hash().substring(0, 12);
  }

  private static RawClient connect(ManagedGateway gateway, String listener) {
    return RawClient.connect(
        Objects.requireNonNull(gateway.gateway().addresses().get(listener)).getPort());
  }

  private static RawResponse get(ManagedGateway gateway, String path) {
    try (RawClient client = connect(gateway, "http")) {
      return client.get(path);
    }
  }

  private static List<String> told(ManagedGateway gateway, String path) {
    return get(gateway, path).headerValues("X-Config-Version");
  }

  @Test
  void everyAnswerTellsItWhereItIsAskedFor() throws Exception {
    write(ON);
    ManagedGateway running = start();

    for (String path : List.of("/own", "/from-the-service", "/nobody")) {
      assertEquals(List.of(version(running)), told(running, path), path);
    }
    assertEquals(502, get(running, "/nobody").status());
    try (RawClient client = connect(running, "management")) {
      assertTrue(client.get("/metrics").text().contains("\ngateway_config_version 1.0\n"));
    }
  }

  @Test
  void withoutTheSettingNothingIsAdded() throws Exception {
    write("");
    ManagedGateway running = start();

    assertNull(get(running, "/own").header("X-Config-Version"));
    assertEquals(List.of("9-ffffffffffff"), told(running, "/from-the-service"));
  }

  @Test
  void aRequestTellsTheOneThatItBeganWith() throws Exception {
    write(ON);
    ManagedGateway running = start();
    String first = version(running);
    try (RawClient slow = connect(running, "http")) {
      slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
      Eventually.within(SOON, () -> !service.requests().isEmpty());
      write(ON + "# another\nlog: {level: warn}\n");
      Eventually.within(SOON, () -> live(running).number() == 2);

      assertEquals(List.of(version(running)), told(running, "/own"));
      answer.countDown();
      assertEquals(first, slow.readResponse().header("X-Config-Version"));
    }
    assertTrue(version(running).startsWith("2-"), version(running));
    Path log = folder.resolve("access.log");
    Eventually.within(SOON, () -> lines(log).size() == 2);
    assertEquals(
        List.of(
            "path=/own config-version=" + version(running), "path=/slow config-version=" + first),
        lines(log));
  }

  private static List<String> lines(Path log) {
    try {
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void numbersGoOnAcrossStartsAsTheHistoryDoes() throws Exception {
    write(ON);
    start().close();
    write(ON + "log: {level: warn}\n");
    ManagedGateway running = start();

    assertEquals(2, live(running).number());
    assertEquals(List.of(version(running)), told(running, "/own"));
    write(ON + "log: {level: error}\n");
    Eventually.within(SOON, () -> live(running).number() == 3);
    assertEquals(List.of(version(running)), told(running, "/own"));
    write(ON + "nonsense: 1\n");
    Eventually.within(SOON, () -> running.status().rejected() != null);
    write(ON + "log: {level: info}\n");
    Eventually.within(SOON, () -> live(running).number() == 4);
    assertEquals(List.of(version(running)), told(running, "/own"));
  }
}
