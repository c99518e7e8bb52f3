package dev.yumen.control.admin;

import static dev.yumen.control.admin.TeamGateway.A;
import static dev.yumen.control.admin.TeamGateway.B;
import static dev.yumen.control.admin.TeamGateway.ROOT;
import static dev.yumen.control.admin.TeamGateway.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteRatesTest {
  private static final int MANY = 400;

  @TempDir Path folder;

  @Test
  void oneMoreIsLetThroughWithEachSecond() throws Exception {
    AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);
    WriteRates rates = new WriteRates(time::get);
    for (int i = 0; i < 60; i++) {
      rates.take("a");
    }
    assertEquals(1, assertThrows(Refused.class, () -> rates.take("a")).retryAfter());
    rates.take("b");
    time.addAndGet(TimeUnit.SECONDS.toNanos(1));
    rates.take("a");
    assertThrows(Refused.class, () -> rates.take("a"));
    time.addAndGet(TimeUnit.MINUTES.toNanos(10));
    for (int i = 0; i < 60; i++) {
      rates.take("a");
    }
    assertThrows(Refused.class, () -> rates.take("a"));
  }

  @Test
  void aWorkspaceThatWritesWithoutEndIsToldToWait() throws Exception {
    try (TeamGateway teams = TeamGateway.start(folder, TeamGateway.FILES)) {
      String body = "{\"endpoints\": [\"127.0.0.1:1\"]}";
      RawResponse put = teams.as(A, "PUT", "/config/upstreams/a-up", body);
      int written = 0;
      while (put.status() == 200 && written < MANY) {
        written++;
        put = teams.as(A, "PUT", "/config/upstreams/a-up", body);
      }
      assertEquals(429, put.status(), put.text());
      assertTrue(written >= 60, written + " were written");
      assertEquals("RATE_LIMITED", json(put).get("code").asString());
      assertTrue(Integer.parseInt(put.header("retry-after")) >= 1);
      assertEquals(
          200, teams.as(A, "PUT", "/config/upstreams/a-up?dry-run=true", body).status(), "dry");
      assertEquals(200, teams.as(B, "PUT", "/config/upstreams/b-up", body).status(), "others");
      assertEquals(200, teams.as(ROOT, "PUT", "/config/upstreams/a-up", body).status());
      teams.awaitAudit("\"code\":\"RATE_LIMITED\"");
    }
  }
}
