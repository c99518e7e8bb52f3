package dev.yumen.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.plan.Texts.Language;
import dev.yumen.filters.auth.PasswordHash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return main.execute(arguments);
  }

  @Test
  void everyCommandHasHelp() {
    for (String name : Main.commandLine().getSubcommands().keySet()) {
      out.getBuffer().setLength(0);
      assertEquals(0, execute(name, "--help"), name);
      assertTrue(out.toString().startsWith("Usage: yumen " + name), out.toString());
    }
  }

  @Test
  void helpListsTheCommandsForUsers() {
    assertEquals(0, execute("--help"));
    for (String name :
        new String[] {
          "run",
          "init",
          "check",
          "routes",
          "plan",
          "diff",
          "schema",
          "hash-password",
          "audit",
          "version"
        }) {
      assertTrue(out.toString().contains("\n  " + name + " "), out.toString());
    }
    assertFalse(out.toString().contains("train"), out.toString());
  }

  @Test
  void helpIsACommandToo() {
    assertEquals(0, execute("help"));
    assertTrue(out.toString().startsWith("Usage: yumen "), out.toString());
    out.getBuffer().setLength(0);
    assertEquals(0, execute("help", "replay"));
    assertTrue(out.toString().startsWith("Usage: yumen replay "), out.toString());
    assertEquals(0, execute("help", "audit", "verify"));
    assertEquals(2, execute("help", "nothing"));
  }

  /** Where commands are listed, only the first line of each description is shown. */
  @Test
  void theFirstLineOfADescriptionIsWholeSentences() {
    List<CommandLine> left = new ArrayList<>(List.of(Main.commandLine()));
    int seen = 0;
    for (; !left.isEmpty(); seen++) {
      CommandLine command = left.removeLast();
      left.addAll(command.getSubcommands().values());
      String line = command.getCommandSpec().usageMessage().description()[0];
      assertTrue(line.matches("[A-Z].*\\."), line);
    }
    assertTrue(seen > 20, () -> "only so many commands");
  }

  @Test
  void numbersOfVersionsNeedAGateway() {
    assertEquals(2, execute("diff", "4", "5"));
    assertTrue(
        err.toString()
            .startsWith(
                "4 and 5: no files of these names (expected: two files or folders; for the numbers"
                    + " of versions, --admin ADDRESS of the gateway that had them)"),
        err.toString());
  }

  @Test
  void theLanguageIsThatOfTheEnvironment() {
    assertEquals(Language.EN, LanguageOption.of(Map.of()));
    assertEquals(Language.EN, LanguageOption.of(Map.of("LANG", "C.UTF-8")));
    assertEquals(Language.ZH, LanguageOption.of(Map.of("LANG", "zh_CN.UTF-8")));
    assertEquals(
        Language.EN, LanguageOption.of(Map.of("LANG", "zh_CN.UTF-8", "LC_MESSAGES", "en_GB")));
    assertEquals(Language.ZH, LanguageOption.of(Map.of("LANG", "de_DE", "LC_ALL", "zh_TW")));
  }

  @Test
  void aPasswordIsHashedFromStandardInput() {
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream("a wörd\r\nmore\n".getBytes(UTF_8)));
      assertEquals(0, execute("hash-password"), err::toString);
      String hash = out.toString().strip();
      assertTrue(hash.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), hash);
      assertTrue(PasswordHash.parse(hash).matches("a wörd".getBytes(UTF_8)));
      assertFalse(PasswordHash.parse(hash).matches("a word".getBytes(UTF_8)));
      System.setIn(new ByteArrayInputStream(new byte[] {'\n'}));
      assertEquals(1, execute("hash-password"));
      assertEquals(2, execute("hash-password", "secret"));
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void theAuditLogOfThePageIsVerified(@TempDir Path folder) throws IOException {
    String page = Files.readString(Path.of("../docs/audit.md"));
    String records = page.replaceFirst("(?s).*```json\n(.*?)```.*", "$1");
    Path log = Files.writeString(folder.resolve("audit.jsonl"), records);
    assertEquals(0, execute("audit", "verify", log.toString()), out::toString);
    assertTrue(out.toString().startsWith("good: 4 records, 1 to 4, hash "), out.toString());
    String hash = out.toString().strip().replaceFirst(".* ", "");
    Files.writeString(log, records.substring(0, records.indexOf("{\"sequence\":4")));
    assertEquals(0, execute("audit", "verify", log.toString()), out::toString);
    assertEquals(1, execute("audit", "verify", "--expect", "4:" + hash, log.toString()));
    assertEquals(2, execute("audit", "verify", "--expect", "4", log.toString()));
    assertEquals(2, execute("audit", "verify"));
    assertEquals(2, execute("audit"));
    Files.writeString(log, records.replace("203.0.113.9", "203.0.113.8"));
    assertEquals(1, execute("audit", "verify", "--output", "json", log.toString()));
    assertTrue(out.toString().contains("\"line\" : 3"), out.toString());
    Path key = Files.writeString(folder.resolve("key"), "0123456789abcdef\n");
    assertEquals(1, execute("audit", "verify", "--key-file", key.toString(), log.toString()));
    assertEquals(1, execute("audit", "verify", folder.resolve("none").toString()));
    assertTrue(
        err.toString()
            .endsWith("none can not be read: it is not there (expected: a file of an audit log)\n"),
        err.toString());
  }

  @Test
  void noCommandIsWrongUsage() {
    assertEquals(2, execute());
    assertTrue(err.toString().contains("No command given."), err.toString());
  }

  @Test
  void versionIsTheOneThatWasBuilt() {
    assertEquals(0, execute("version", "--output", "json"));
    assertTrue(
        out.toString().matches("(?s).*\"yumen\" : \"\\d+\\.\\d+\\.\\d+[^$]*\".*"), out.toString());
  }

  @Test
  void versionIsAlsoAnOption() {
    assertEquals(0, execute("--version"));
    String option = out.toString();
    out.getBuffer().setLength(0);
    execute("version");
    assertTrue(option.startsWith("yumen ") && out.toString().startsWith(option), option);
  }

  @Test
  void aConfigurationIsNamedAloneOrBehindTheOption(@TempDir Path folder) throws IOException {
    String file =
        Files.writeString(
                folder.resolve("yumen.yaml"),
                "routes: [{id: a, match: {path: /a}, respond: {status: 204}}]\n")
            .toString();
    for (String command : List.of("check", "routes")) {
      assertEquals(0, execute(command, file), err::toString);
      String alone = out.toString();
      out.getBuffer().setLength(0);
      assertEquals(0, execute(command, "--config", file), err::toString);
      assertEquals(alone, out.toString());
      out.getBuffer().setLength(0);
    }
    assertEquals(1, execute("run", folder.resolve("missing.yaml").toString()));
    assertTrue(err.toString().contains("missing.yaml can not be read"), err.toString());
  }

  @Test
  void twoConfigurationsAreWrongUsage() {
    for (String command : List.of("check", "routes", "run")) {
      err.getBuffer().setLength(0);
      assertEquals(2, execute(command, "a.yaml", "--config", "b.yaml"), command);
      assertTrue(
          err.toString()
              .startsWith("Two configurations, 'a.yaml' and '--config b.yaml' (expected: one)"),
          err.toString());
    }
  }

  @Test
  void checkWithoutAConfigurationIsWrongUsage() {
    assertEquals(2, execute("check"));
    assertTrue(
        err.toString()
            .startsWith(
                "No configuration given (expected: FILE|FOLDER, as in `yumen check yumen.yaml`)."),
        err.toString());
  }

  @Test
  void onlyARunThatNeedsNoParserGoesPastIt() {
    assertTrue(Main.isPlainRun(new String[] {"run"}));
    assertTrue(Main.isPlainRun(new String[] {"run", "a.yaml"}));
    assertTrue(Main.isPlainRun(new String[] {"run", "--config", "a.yaml"}));
    assertFalse(Main.isPlainRun(new String[] {"run", "--help"}));
    assertFalse(Main.isPlainRun(new String[] {"run", "a.yaml", "b.yaml"}));
    assertFalse(Main.isPlainRun(new String[] {"run", "--config", "--help"}));
    assertFalse(Main.isPlainRun(new String[] {"check", "a.yaml"}));
    assertFalse(Main.isPlainRun(new String[] {}));
  }
}
