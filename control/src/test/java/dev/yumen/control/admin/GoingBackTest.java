package dev.yumen.control.admin;

import static dev.yumen.control.admin.OperatedGateway.YAML;
import static dev.yumen.control.admin.OperatedGateway.json;
import static dev.yumen.control.admin.StoreGateway.FILES;
import static dev.yumen.control.admin.StoreGateway.held;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change that is taken back: by hand, or as nobody confirmed it. */
class GoingBackTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  @AutoClose private OperatedGateway gateway;

  @BeforeEach
  void prepare() throws Exception {
    gateway = StoreGateway.in(folder);
  }

  @Test
  void aRollbackBringsBackWhatTheStoreHeld() throws Exception {
    gateway.start();
    gateway.send("PUT", "/config", held("one"), YAML);
    gateway.send("PUT", "/config", held("two"), YAML);
    RawResponse back = gateway.send("POST", "/versions/2/rollback", "", "X-Message: two was wrong");

    assertEquals(200, back.status(), back.text());
    assertEquals(4, json(back).get("number").asInt());
    assertEquals("one", gateway.traffic("/held").text());
    assertEquals("two was wrong", json(gateway.get("/versions/4")).get("message").asString());
    assertEquals(404, gateway.send("POST", "/versions/99/rollback", "").status());
  }

  @Test
  void withFilesAloneARollbackHoldsUntilTheyChange() throws Exception {
    gateway.start(FILES);
    gateway.write(FILES.replace("body: file", "body: other"));
    Eventually.within(SOON, () -> gateway.traffic("/file").text().equals("other"));
    RawResponse back = gateway.send("POST", "/versions/1/rollback", "");

    assertEquals(200, back.status(), back.text());
    assertEquals("file", gateway.traffic("/file").text());
    assertEquals("history", json(gateway.get("/status")).at("/config/live/origin").asString());

    gateway.write(FILES.replace("body: file", "body: third"));
    Eventually.within(SOON, () -> gateway.traffic("/file").text().equals("third"));
    Eventually.within(SOON, () -> json(gateway.get("/versions")).get("total").asInt() == 4);
  }

  @Test
  void whatIsNotConfirmedIsTakenBack() throws Exception {
    gateway.start();
    gateway.send("PUT", "/config", held("one"), YAML);
    RawResponse put = gateway.send("PUT", "/config?confirm-within=5s", held("two"), YAML);
    assertEquals(200, put.status(), put.text());
    assertEquals(3, json(gateway.get("/status")).at("/config/pending/number").asInt());
    RawResponse third = gateway.send("PUT", "/config", held("three"), YAML);
    assertEquals(409, third.status());
    assertEquals("UNCONFIRMED", json(third).get("code").asString());

    Eventually.within(SOON, () -> gateway.traffic("/held").text().equals("one"));
    Eventually.within(SOON, () -> json(gateway.get("/versions")).get("total").asInt() == 4);
    assertEquals("not-confirmed", json(gateway.get("/versions/4")).get("author").asString());
    assertTrue(json(gateway.get("/status")).at("/config/pending").isMissingNode());
  }

  @Test
  void whatIsConfirmedStays() throws Exception {
    gateway.start();
    gateway.send("PUT", "/config?confirm-within=5s", held("one"), YAML);

    assertEquals(404, gateway.send("POST", "/versions/1/confirm", "").status());
    assertEquals(200, gateway.send("POST", "/versions/2/confirm", "").status());
    assertEquals(404, gateway.send("POST", "/versions/2/confirm", "").status());
    assertFalse(Files.exists(folder.resolve(".yumen/unconfirmed.json")));
    assertEquals("one", gateway.traffic("/held").text());
  }

  @Test
  void aStartTakesBackWhatWasNotConfirmedMeanwhile() throws Exception {
    gateway.start();
    gateway.send("PUT", "/config", held("one"), YAML);
    gateway.send("PUT", "/config?confirm-within=5s", held("two"), YAML);
    gateway.close();
    gateway.start();

    assertEquals("two", gateway.traffic("/held").text());
    Eventually.within(SOON, () -> gateway.traffic("/held").text().equals("one"));
  }
}
