package dev.yumen.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.LocalServer;
import dev.yumen.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
  private static final int KEYS = 30;
  private static final List<String[]> SLOTS =
      List.of(
          new String[] {"CLUSTER", "ADDSLOTSRANGE", "0", "5460"},
          new String[] {"CLUSTER", "ADDSLOTSRANGE", "5461", "10922"},
          new String[] {"CLUSTER", "ADDSLOTSRANGE", "10923", "16383"});

  @TempDir static Path folder;

  private final List<RedisServer> nodes = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    List<String> buses = new ArrayList<>();
    for (String[] slots : SLOTS) {
      buses.add(Integer.toString(LocalServer.freePort()));
      RedisServer node =
          RedisServer.start(
              Files.createTempDirectory(folder, "node"),
              "--cluster-enabled",
              "yes",
              "--cluster-port",
              buses.getLast(),
              "--cluster-node-timeout",
              "1000",
              "--cluster-require-full-coverage",
              "no");
      nodes.add(node);
      assertEquals("OK", node.ask(slots));
    }
    for (int i = 1; i < nodes.size(); i++) {
      String port = Integer.toString(nodes.get(i).port());
      nodes.getFirst().ask("CLUSTER", "MEET", "127.0.0.1", port, buses.get(i));
    }
    Eventually.within(
        RedisUnderTest.PATIENCE, "a cluster", () -> nodes.stream().allMatch(ClusterTest::knowsAll));
  }

  private static boolean knowsAll(RedisServer node) {
    String info = node.ask("CLUSTER", "INFO");
    return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:16384");
  }

  @AfterEach
  void stop() {
    nodes.forEach(RedisServer::close);
  }

  private RedisUnderTest open(String timeout) {
    RedisUnderTest redis =
        RedisUnderTest.open(
            "{nodes: \""
                + nodes.getFirst().address()
                + "\", kind: cluster, timeout: "
                + timeout
                + "}");
    redis.redis().awaitFirst(RedisUnderTest.PATIENCE);
    return redis;
  }

  @Test
  void everyKeyIsCountedByItsNode() {
    try (RedisUnderTest redis = open("10s")) {
      for (int i = 0; i < KEYS; i++) {
        assertEquals(1, redis.count("key-" + i));
      }
      for (RedisServer node : nodes) {
        assertTrue(Integer.parseInt(node.ask("DBSIZE")) > 0, node::output);
      }
    }
  }

  @Test
  void aNodeThatIsGoneCostsItsOwnKeysAloneUntilItIsBack() {
    try (RedisUnderTest redis = open("500ms")) {
      Eventually.within(RedisUnderTest.PATIENCE, "no failure", () -> failing(redis) == 0);
      int lost = Integer.parseInt(nodes.getLast().ask("DBSIZE"));
      nodes.getLast().kill();
      Eventually.within(RedisUnderTest.PATIENCE, "its keys", () -> failing(redis) == lost);
      nodes.getLast().startAgain();
      Eventually.within(RedisUnderTest.PATIENCE, "all keys", () -> failing(redis) == 0);
    }
  }

  private static int failing(RedisUnderTest redis) {
    int failing = 0;
    for (int i = 0; i < KEYS; i++) {
      try {
        redis.count("key-" + i);
      } catch (CompletionException e) {
        failing++;
      }
    }
    return failing;
  }
}
