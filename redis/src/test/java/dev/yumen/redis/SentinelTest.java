package dev.yumen.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentinelTest {
  @TempDir static Path folder;

  private RedisServer master;
  private RedisServer replica;
  private RedisServer sentinel;
  private RedisUnderTest redis;

  @BeforeEach
  void start() throws IOException {
    Path own = Files.createTempDirectory(folder, "sentinel");
    master = RedisServer.start(own);
    replica = RedisServer.start(own, "--replicaof", "127.0.0.1", Integer.toString(master.port()));
    sentinel = RedisServer.sentinel(own, "shop", master);
    Eventually.within(
        RedisUnderTest.PATIENCE,
        "the sentinel knows the replica",
        () ->
            sentinel.ask("SENTINEL", "REPLICAS", "shop").contains(replica.address())
                && replica.ask("INFO", "replication").contains("master_link_status:up"));
    redis =
        RedisUnderTest.open(
                "{nodes: \""
                    + sentinel.address()
                    + "\", kind: sentinel, master: shop, timeout: 2s}")
            .connected();
    assertEquals(1, redis.count("a"));
    Eventually.within(
        RedisUnderTest.PATIENCE, "replicated", () -> replica.ask("GET", "a").equals("1"));
  }

  @AfterEach
  void stop() {
    redis.close();
    sentinel.close();
    replica.close();
    master.close();
  }

  @Test
  void theNextMasterTakesOverFromOneThatIsKilled() {
    master.kill();
    assertEquals(2, redis.countEventually("a"));
    assertTrue(replica.ask("INFO", "replication").contains("role:master"));
  }

  @Test
  void theNextMasterTakesOverFromOneThatHangs() {
    master.pause();
    assertEquals(2, redis.countEventually("a"));
    assertEquals("2", replica.ask("GET", "a"));
    master.resume();
  }
}
