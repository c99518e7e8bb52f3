package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of the template {@code ci-cd}, on a gateway that runs. */
class PublishScriptTest {
  private static final String SMOKE = "SMOKE_URL=http://127.0.0.1:8080/users/7 ";
  private static final String PUBLISH =
      ". ./.env; export DEPLOY_TOKEN; " + SMOKE + "sh gateway.sh publish ";

  @TempDir Path folder;

  private final StringBuilder said = new StringBuilder();
  private RunningTemplate template;
  private String routes;

  @BeforeEach
  void publishTheFirstRoutes() throws Exception {
    template = RunningTemplate.start("ci-cd", folder.resolve("ci-cd"));
    routes = Files.readString(template.folder().resolve("routes.yaml"));
    assertEquals(0, run(PUBLISH + "routes.yaml"), said::toString);
    assertEquals(2, template.version());
    assertEquals(200, status("/users/7"));
    said.setLength(0);
  }

  @AfterEach
  void close() {
    template.close();
  }

  private int run(String script) {
    return template.run(Map.of(), script, said);
  }

  private int status(String path) {
    int port = URI.create(template.here("http://127.0.0.1:8080")).getPort();
    try (RawClient client = RawClient.connect(port)) {
      return client.get(path).status();
    }
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(template.folder().resolve(file), text);
  }

  @Test
  void aGoodChangeGoesLiveAndIsConfirmed() throws IOException {
    write("routes.yaml", routes + "  - {id: new, match: {path: /new}, respond: {body: new}}\n");
    assertEquals(404, status("/new"));

    assertEquals(
        0,
        run("MESSAGE='a new one' AUTHOR=ann; export MESSAGE AUTHOR; " + PUBLISH + "routes.yaml"),
        said::toString);
    assertEquals("Version 3 is live, on trial.\nVersion 3 is confirmed.", said.toString());
    assertEquals(200, status("/new"));
    assertEquals(
        1,
        run(
            ". ./.env; yumen() { \"$YUMEN\" \"$@\"; }; YUMEN_ADMIN_TOKEN=$DEPLOY_TOKEN; export YUMEN_ADMIN_TOKEN; yumen confirm 3 --admin $ADMIN_URL"),
        said::toString);
    assertTrue(said.toString().contains("does not wait to be confirmed"), said.toString());
  }

  @Test
  void theSameAgainIsNoChange() {
    assertEquals(0, run(PUBLISH + "routes.yaml"), said::toString);
    assertEquals("Nothing to publish: version 2 is the same.", said.toString());
    assertEquals(2, template.version());
  }

  @Test
  void oneWithErrorsIsRefusedAndNothingChanges() throws IOException {
    write("bad.yaml", routes.replace("to: user-service", "to: nobody"));

    assertEquals(1, run(PUBLISH + "bad.yaml"), said::toString);
    assertTrue(said.toString().contains("unknown upstream"), said.toString());
    assertTrue(
        said.toString().contains("refused, nothing was changed (status 422)"), said::toString);
    assertEquals(2, template.version());
    assertEquals(200, status("/users/7"));
  }

  @Test
  void oneWithWhichTheGatewayDoesNotServeIsTakenBack() throws IOException {
    write("bad.yaml", routes.replace("\"/users/**\"", "\"/people/**\""));

    assertEquals(1, run(PUBLISH + "bad.yaml"), said::toString);
    assertTrue(said.toString().contains("Version 3 is live, on trial."), said.toString());
    assertTrue(said.toString().endsWith("version 2 is back, as number 4"), said.toString());
    assertEquals(200, status("/users/7"));
    assertEquals(404, status("/people/7"));
    said.setLength(0);
    assertEquals(0, run(PUBLISH + "routes.yaml"), said::toString);
    assertEquals("Nothing to publish: version 4 is the same.", said.toString());
  }

  @Test
  void whoHasNoTokenChangesNothing() {
    assertEquals(1, run("DEPLOY_TOKEN=guessed sh gateway.sh publish routes.yaml"), said::toString);
    assertTrue(said.toString().contains("AUTH_INVALID"), said.toString());
    said.setLength(0);
    assertEquals(1, run("sh gateway.sh publish routes.yaml"), said::toString);
    assertTrue(said.toString().contains("DEPLOY_TOKEN is not set"), said.toString());
    assertEquals(2, template.version());
  }

  @Test
  void aCandidateIsJudgedBeforeItIsPublished() throws IOException {
    write("better.yaml", routes + "  - {id: new, match: {path: /new}, respond: {body: new}}\n");
    assertEquals(0, run("sh gateway.sh check better.yaml routes.yaml"), said::toString);
    assertTrue(said.toString().contains("\"new\""), said.toString());
    said.setLength(0);

    write("bad.yaml", routes.replace("to: user-service", "to: nobody"));
    assertEquals(1, run("sh gateway.sh check bad.yaml routes.yaml"), said::toString);
    assertTrue(said.toString().endsWith("bad.yaml has errors"), said.toString());
    said.setLength(0);

    write(
        "safe.yaml",
        "consumers: [{name: ann, credentials: [{api-key: key-of-ann}]}]\n"
            + routes.replace(
                "    to: user-service", "    filters: [api-key]\n    to: user-service"));
    assertEquals(1, run("sh gateway.sh check routes.yaml safe.yaml"), said::toString);
    assertTrue(said.toString().contains("something dangerous"), said.toString());
  }

  @Test
  void wrongUseIsToldHowItIsUsed() {
    assertEquals(2, run("sh gateway.sh"), said::toString);
    assertEquals(2, run("sh gateway.sh publish"), said::toString);
    assertEquals(2, run("sh gateway.sh rm -rf"), said::toString);
    assertTrue(said.toString().contains("sh gateway.sh publish NEW "), said.toString());
  }
}
