package dev.yumen.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.RedisFailure;
import dev.yumen.api.RedisFailure.Reason;
import dev.yumen.api.RedisScript;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.LocalServer;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneServerTest {
  private static final RedisScript NUMBERS = RedisScript.of("return {1, -2, 9007199254740993}");

  @TempDir Path folder;

  @Test
  void scriptsRunAndAnswerWithNumbers() {
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis = RedisUnderTest.open("\"" + server.address() + "\"").connected()) {
      assertEquals(1, redis.count("a"));
      assertEquals(2, redis.count("a"));
      assertEquals(List.of(1L, -2L, 9007199254740992L), redis.run(NUMBERS, "a"));
      server.ask("SCRIPT", "FLUSH");
      assertEquals(3, redis.count("a"));
    }
  }

  @Test
  void scriptsAnswerWithTextsToo() {
    String large = "\u00fc\u6f22".repeat(20_000);
    RedisScript kept =
        RedisScript.of(
            "redis.call('SET', KEYS[1], ARGV[1]) return {'', redis.call('GET', KEYS[1])}");
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis = RedisUnderTest.open("\"" + server.address() + "\"").connected()) {
      assertEquals(List.of("", large), redis.texts(kept, "a", large));
      server.ask("SCRIPT", "FLUSH");
      assertEquals(List.of("", "b"), redis.texts(kept, "a", "b"));
      assertEquals(List.of(), redis.texts(RedisScript.of("return {}"), "a"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"return {1}", "return {'a', 1}", "return {false}", "return {{'a'}}"})
  void whatIsNoListOfTextsIsGarbage(String script) {
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis = RedisUnderTest.open("\"" + server.address() + "\"").connected()) {
      CompletionException thrown =
          assertThrows(CompletionException.class, () -> redis.texts(RedisScript.of(script), "a"));
      RedisFailure failure = assertInstanceOf(RedisFailure.class, thrown.getCause());
      assertEquals(Reason.GARBAGE, failure.reason());
      assertEquals("not a list of texts", failure.getMessage());
      assertEquals(1, redis.countEventually("a"));
    }
  }

  @Test
  void scriptsRunInTheDatabaseOfTheSettings() {
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis =
            RedisUnderTest.open("{nodes: \"" + server.address() + "\", database: 3}").connected()) {
      redis.count("a");
      assertTrue(server.ask("INFO", "keyspace").contains("db3:keys=1"));
    }
  }

  @Test
  void errorsOfScriptsAreToldAndHurtNobody() {
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis = RedisUnderTest.open("\"" + server.address() + "\"").connected()) {
      RedisFailure failure =
          redis.failure(RedisScript.of("return redis.error_reply('NO such luck')"), "a");
      assertEquals(Reason.ERROR, failure.reason());
      assertEquals("NO such luck", failure.getMessage());
      assertEquals(1, redis.count("a"));
    }
  }

  @Test
  void anAnswerThatIsNoListOfNumbersIsGarbage() {
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis = RedisUnderTest.open("\"" + server.address() + "\"").connected()) {
      RedisFailure failure = redis.failure(RedisScript.of("return {'a'}"), "a");
      assertEquals(Reason.GARBAGE, failure.reason());
      assertEquals(1, redis.countEventually("a"));
    }
  }

  @Test
  void onlyWithTheRightPasswordIsItAvailable() {
    try (RedisServer server = RedisServer.start(folder, "--requirepass", "open sesame")) {
      String nodes = "{nodes: \"" + server.address() + "\", password: ";
      try (RedisUnderTest redis = RedisUnderTest.open(nodes + "open sesame}").connected()) {
        assertEquals(1, redis.count("a"));
      }
      try (RedisUnderTest redis = RedisUnderTest.open(nodes + "open barley}")) {
        redis.redis().awaitFirst(RedisUnderTest.PATIENCE);
        assertFalse(redis.redis().available());
        assertEquals(Reason.GONE, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
      }
    }
  }

  @Test
  void usersLogInByName() {
    try (RedisServer server =
            RedisServer.start(
                folder,
                "--requirepass",
                "root",
                "--user",
                "shop",
                "on",
                ">word",
                "~shop:*",
                "+@all");
        RedisUnderTest redis =
            RedisUnderTest.open("{nodes: \"" + server.address() + "\", user: shop, password: word}")
                .connected()) {
      assertEquals(1, redis.count("shop:a"));
      RedisFailure failure = redis.failure(RedisUnderTest.COUNT, "other", "1");
      assertEquals(Reason.ERROR, failure.reason());
      assertTrue(String.valueOf(failure.getMessage()).contains("NOPERM"), failure::getMessage);
    }
  }

  @Test
  void tlsChecksTheServersCertificate() throws IOException {
    Pki authority = Pki.called("Redis test");
    Issued right = authority.server("localhost", "127.0.0.1");
    Files.writeString(folder.resolve("ca.pem"), authority.rootPem());
    Files.writeString(folder.resolve("other.pem"), Pki.called("Somebody").rootPem());
    Files.writeString(folder.resolve("redis.pem"), right.chainPem());
    Files.writeString(folder.resolve("redis.key"), right.keyPem());
    int port = LocalServer.freePort();
    String tls = "{nodes: \"localhost:" + port + "\", tls: ";
    try (RedisServer server =
        RedisServer.start(
            folder,
            "--tls-port",
            Integer.toString(port),
            "--tls-cert-file",
            "redis.pem",
            "--tls-key-file",
            "redis.key",
            "--tls-auth-clients",
            "no")) {
      assertTrue(server.output().contains("Ready"));
      try (RedisUnderTest redis = RedisUnderTest.open(tls + "{ca: ca.pem}}", folder).connected()) {
        assertEquals(1, redis.count("a"));
      }
      for (String wrong :
          List.of("{ca: other.pem}}", "{ca: ca.pem, server-name: redis.example}}")) {
        try (RedisUnderTest redis = RedisUnderTest.open(tls + wrong, folder)) {
          redis.redis().awaitFirst(RedisUnderTest.PATIENCE);
          assertFalse(redis.redis().available(), wrong);
        }
      }
    }
  }

  @Test
  void itComesBackByItselfWhenTheServerDoes() {
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis = RedisUnderTest.open("\"" + server.address() + "\"").connected()) {
      assertEquals(1, redis.count("a"));
      server.kill();
      Eventually.within(RedisUnderTest.PATIENCE, () -> !redis.redis().available());
      assertEquals(Reason.GONE, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
      server.startAgain();
      redis.connected();
      assertEquals(1, redis.count("a"));
    }
  }

  @Test
  void aServerThatIsNotThereYetIsFoundLater() {
    RedisServer server = RedisServer.start(folder);
    server.kill();
    try (server;
        RedisUnderTest redis = RedisUnderTest.open("\"" + server.address() + "\"")) {
      redis.redis().awaitFirst(RedisUnderTest.PATIENCE);
      assertTrue(fails(redis, Reason.GONE).isDone());
      server.startAgain();
      redis.connected();
      assertEquals(1, redis.count("a"));
    }
  }

  private static CompletableFuture<?> fails(RedisUnderTest redis, Reason reason) {
    assertEquals(reason, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
    return redis
        .redis()
        .run(RedisUnderTest.COUNT, List.of("a"), List.of("1"))
        .toCompletableFuture();
  }

  @Test
  void aServerThatHangsCostsOnlyTheFirstCallers() {
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis =
            RedisUnderTest.open("{nodes: \"" + server.address() + "\", timeout: 500ms}")
                .connected()) {
      redis.countEventually("a");
      server.pause();
      for (int i = 0; i < 3; i++) {
        assertEquals(Reason.TIMEOUT, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
      }
      for (int i = 0; i < 100; i++) {
        assertTrue(fails(redis, Reason.GONE).isDone());
      }
      assertFalse(redis.redis().available());
      server.resume();
      redis.countEventually("b");
    }
  }

  @Test
  void noMoreCallsWaitThanTheSettingsSay() {
    try (RedisServer server = RedisServer.start(folder);
        RedisUnderTest redis =
            RedisUnderTest.open(
                    "{nodes: \"" + server.address() + "\", max-pending: 5, timeout: 30s}")
                .connected()) {
      redis.count("a");
      server.pause();
      List<CompletableFuture<List<Long>>> waiting = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        waiting.add(
            redis
                .redis()
                .run(RedisUnderTest.COUNT, List.of("a"), List.of("1"))
                .toCompletableFuture());
      }
      assertEquals(Reason.BUSY, redis.failure(RedisUnderTest.COUNT, "a", "1").reason());
      server.resume();
      waiting.forEach(CompletableFuture::join);
      assertEquals(7, redis.count("a"));
    }
  }

  @Test
  void callsInFlightWhenItIsClosedEnd() {
    try (RedisServer server = RedisServer.start(folder)) {
      CompletableFuture<List<Long>> call;
      try (RedisUnderTest redis =
          RedisUnderTest.open("{nodes: \"" + server.address() + "\", timeout: 1s}").connected()) {
        redis.countEventually("a");
        server.pause();
        call =
            redis
                .redis()
                .run(RedisUnderTest.COUNT, List.of("a"), List.of("1"))
                .toCompletableFuture();
      }
      server.resume();
      assertTrue(
          call.handle((answer, failure) -> failure instanceof RedisFailure || answer != null)
              .join());
    }
  }
}
