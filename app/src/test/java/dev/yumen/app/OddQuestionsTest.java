package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Requests that commands are asked about, as nobody should write them. */
class OddQuestionsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;
  private String config = "";

  @BeforeEach
  void write() throws IOException {
    String yaml = "routes: [{id: a, match: {path: /a}, respond: {body: a}}]\n";
    config = Files.writeString(folder.resolve("yumen.yaml"), yaml).toString();
  }

  private int explain(String... arguments) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 3];
    all[0] = "explain";
    all[1] = "--config";
    all[2] = config;
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return main.execute(all);
  }

  @Test
  void noFileIsReadThatALineOfCurlNames() throws IOException {
    Path body = Files.writeString(folder.resolve("body.json"), "secret-1 secret-2\n");

    String[] line = {"--lang", "en", "--", "curl", "-d", "@" + body, "http://localhost:8080/a"};
    assertEquals(0, explain(line), err::toString);
    assertTrue(out.toString().startsWith("POST /a "), out::toString);
    assertEquals(1, explain("--", "curl", "@" + body, "@" + body));
    assertFalse((out.toString() + err).contains("secret"), err::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "'', no requests (expected: an HTTP archive",
    "[], no requests (expected: an HTTP archive",
    "'{\"log\": {\"entries\": 7}}', no requests (expected: an HTTP archive",
    "'{\"log\": {\"entries\": [{}]}}', entry 1 (expected: a request with a url)",
    "no, is no JSON: ",
  })
  void aFileThatIsNoArchiveIsSaidToBeNone(String text, String said) throws IOException {
    Path har = Files.writeString(folder.resolve("a.har"), text);

    assertEquals(1, explain("--har", har.toString()));
    assertTrue(err.toString().contains(said), err::toString);
  }

  @Test
  void anArchiveThatIsTooDeepIsSaidWithoutTheLibrarysNames() throws IOException {
    Path har = Files.writeString(folder.resolve("a.har"), "[".repeat(100_000));

    assertEquals(1, explain("--har", har.toString()));
    assertTrue(err.toString().contains("(expected: an HTTP archive)"), err::toString);
    assertFalse(err.toString().contains("StreamRead"), err::toString);
  }

  @Test
  void whatIsTooLongAndWhenNoClockWasThereIsSaid() {
    assertEquals(1, explain("http://localhost/" + "a".repeat(1 << 20)));
    assertTrue(err.toString().startsWith("url: a text of 10485"), err::toString);
    err.getBuffer().setLength(0);
    assertEquals(1, explain("--time", "+999999999-01-01T00:00:00Z", "http://localhost/a"));
    assertTrue(err.toString().contains("(expected: a time of the years 0 to 9999)"), err::toString);
  }
}
