package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes an address with a password in place of each value of the full configuration. */
class PasswordsInProblemsTest {
  private static final Path FOLDER = Path.of("src/test/resources");
  private static final ConfigReader READER = ConfigFolder.reader();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:pass-word@host/path",
        "redis://:a pass-word%40@host:no-port",
        "user:pass-word@host:80",
        "https://user:1/pass-word?-and-more-and-more-and-more-and-more-and-more-and-more-and-more"
            + "-and-more-and-more-and-more-and-more-and-more-and-more-and-more-and-more#@host"
      })
  void noProblemTellsAPasswordOfAnAddress(String address) {
    int seen =
        OneReplaced.ofFull(written -> new Scalar(written.place(), address, Origin.QUOTED))
            .mapToInt(one -> assertNothingTold(one.load(READER), one.text()))
            .sum();
    assertTrue(seen > 250, seen + " problems");
  }

  @Test
  void noProblemTellsAPasswordInAVariable() {
    for (String variable : List.of("CONFIG_CENTER_URL", "API_GATEWAY_PORT", "LOG_LEVEL")) {
      ConfigReader reader = ConfigFolder.reader(variable, "https://user:pass-word@host /");
      LoadedConfig loaded = reader.readText("text", "listeners: {web: {address: '${A}'}}", FOLDER);
      assertTrue(assertNothingTold(loaded, variable) > 0, variable);
    }
  }

  @Test
  void noProblemTellsAPasswordInAKey() {
    String text =
        "routes: [{id: a, 'https://user:pass-word@host': 1}]\nredis: {'//u:pass-word@h:': 1}";
    assertTrue(assertNothingTold(READER.readText("text", text, FOLDER), text) > 1);
  }

  @Test
  void noProblemTellsAPasswordInWhatIsNoYaml() {
    String text =
        "redis: {a: {nodes: [redis://user:pass-word@host\n  ]]\n a: 'redis://u:pass-word@h";
    assertTrue(assertNothingTold(READER.readText("text", text, FOLDER), text) > 0);
  }

  private static int assertNothingTold(LoadedConfig loaded, String text) {
    for (Problem problem : loaded.problems()) {
      assertEquals(-1, problem.toString().indexOf("pass-word"), () -> problem + " of\n" + text);
    }
    return loaded.problems().size();
  }
}
