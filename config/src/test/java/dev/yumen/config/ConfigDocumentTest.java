package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDocumentTest {
  @TempDir Path temporary;
  private ConfigFolder folder = new ConfigFolder(Path.of("."));

  @BeforeEach
  void openFolder() {
    folder = ConfigFolder.in(temporary);
  }

  @Test
  void readingTheTextGivesTheSameConfiguration() {
    folder.with(
        "yumen.yaml",
        """
        upstreams:
          "odd:": {endpoints: [127.0.0.1:9001, {address: "h:1", weight: 2}]}
          users: {endpoints: "127.0.0.1:9001", timeout: {connect: 250ms}}
        metrics: {max-series: 500, enabled: false}
        trusted-proxies: [10.0.0.0/8, "::1"]
        log: ~
        filters: []
        routes:
          - id: "true"
            match: {path: {regex: '^/a\\.[0-9]+$'}, methods: [GET], headers: {x-a: {not: "*"}}}
            respond:
              status: 200
              body: |
                "quoted" \\ back
                  中文 😀   #: - [x]
              headers: {content-type: "text/plain", "x": "- no list", "y": ""}
          - id: 0x10
            match: {path: "/b/**", host: "*.example.com"}
            to: [{upstream: users, weight: 80}, {upstream: "odd:", weight: 20}]
        """);

    assertEquals(folder.read(), ConfigFolder.good(again(document())));
  }

  @Test
  void includesAndTheOverlayAreInTheText() {
    folder
        .with("yumen.yaml", "include: more/*.yaml\nlog: {level: info}\n")
        .with("more/a.yaml", "routes: [{id: a, respond: {status: 200}}]")
        .with("yumen-prod.yaml", "log: {level: warn}\n");
    ConfigDocument document =
        ConfigFolder.reader("API_GATEWAY_ENV", "prod")
            .document(folder.path().resolve("yumen.yaml"));
    assertNotNull(document);

    assertFalse(document.yaml().contains("include"));
    assertEquals(folder.read("API_GATEWAY_ENV", "prod"), ConfigFolder.good(again(document)));
  }

  @Test
  void whatIsFilledInIsNotInTheText() {
    folder
        .with("secret", "from-file")
        .with(
            "yumen.yaml",
            "routes: [{id: a, respond: {status: 200, body: \"$${X} ${BODY} ${file:secret}\"}}]");
    ConfigDocument document =
        ConfigFolder.reader("BODY", "from-variable").document(folder.path().resolve("yumen.yaml"));
    assertNotNull(document);

    assertFalse(document.yaml().contains("from-"), document.yaml());
    assertEquals(
        folder.read("BODY", "from-variable"),
        ConfigFolder.good(again(document, "BODY", "from-variable")));
  }

  @Test
  void theHashIsThatOfTheFiles() {
    folder.with("yumen.yaml", "log: {level: warn}\n");

    assertEquals(folder.load().hash(), document().hash());
  }

  @Test
  void theStateFolderIsFoundWhateverElseIsWrong() {
    folder.with("yumen.yaml", "nonsense: 1\nruntime: {state: \"${STATE:-kept}\"}\n");

    assertEquals(folder.path().resolve("kept"), document().state());
    folder.with("yumen.yaml", "log: {}\n");
    assertNull(document().state());
  }

  @Test
  void filesThatAreNoYamlGiveNothing() {
    folder.with("yumen.yaml", "routes: [\n");

    assertNull(ConfigFolder.reader().document(folder.path().resolve("yumen.yaml")));
    assertNull(ConfigFolder.reader().document(folder.path().resolve("missing.yaml")));
  }

  @Test
  void aliasesThatMultiplyGiveNothing() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      String before = "*a" + (i - 1);
      text.append(
          "a%d: &a%d %s\n"
              .formatted(
                  i,
                  i,
                  List.of(
                      before, before, before, before, before, before, before, before, before,
                      before)));
    }
    folder.with("yumen.yaml", text.toString());

    assertNull(ConfigFolder.reader().document(folder.path().resolve("yumen.yaml")));
  }

  private ConfigDocument document() {
    ConfigDocument document = ConfigFolder.reader().document(folder.path().resolve("yumen.yaml"));
    assertNotNull(document);
    return document;
  }

  private LoadedConfig again(ConfigDocument document, String... environment) {
    return ConfigFolder.reader(environment)
        .readText("last-good.yaml", document.yaml(), folder.path());
  }
}
