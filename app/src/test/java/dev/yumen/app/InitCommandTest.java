package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code yumen init} copies a template whole, or writes nothing. */
class InitCommandTest {
  private static final String HOME = "yumen.home";

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private @Nullable String home;

  @BeforeEach
  void standBesideTheExamples() {
    home = System.getProperty(HOME);
    System.setProperty(HOME, Path.of("..").toAbsolutePath().normalize().toString());
  }

  @AfterEach
  void standWhereItWas() {
    if (home == null) {
      System.clearProperty(HOME);
    } else {
      System.setProperty(HOME, home);
    }
  }

  private int execute(String... arguments) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return main.execute(arguments);
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  static Stream<String> names() {
    return TemplatesTest.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyFileOfATemplateIsCopiedAndTheNextStepsAreTold(String name) throws IOException {
    Path to = folder.resolve("deep/new");

    assertEquals(0, execute("init", to.toString(), "--template", name), err::toString);
    Path from = Path.of("..", "examples", "templates", name);
    List<String> templates =
        files(from).stream()
            .filter(file -> !file.matches("(.*/)?(\\.yumen/.*|logs/.*|\\.env)"))
            .toList();
    assertEquals(templates, files(to));
    for (String file : templates) {
      assertEquals(-1, Files.mismatch(from.resolve(file), to.resolve(file)), file);
      assertEquals(
          Files.isExecutable(from.resolve(file)), Files.isExecutable(to.resolve(file)), file);
    }
    String said = out.toString();
    assertTrue(said.contains("\n  yumen run --config " + to.resolve("yumen.yaml")), said);
    assertTrue(said.contains("\n  cp " + to.resolve(".env.example") + " "), said);
  }

  @Test
  void whatIsSaidToBeTypedNextBeginsAsTheProgramWasCalled() {
    System.setProperty(Called.PROPERTY, "./yumen");
    try {
      String to = folder.resolve("new").toString();
      assertEquals(0, execute("init", to, "--template", "basic-routing"), err::toString);
      assertTrue(out.toString().contains("\n  ./yumen check " + to), out.toString());
      assertTrue(out.toString().contains("\n  ./yumen run --config " + to), out.toString());
      System.setProperty(Called.PROPERTY, "/opt/my programs/bin/yumen");
      assertEquals(2, execute("init", to));
      assertTrue(
          err.toString().contains(": \"/opt/my programs/bin/yumen\" init " + to), err.toString());
    } finally {
      System.clearProperty(Called.PROPERTY);
    }
  }

  @Test
  void whatIsSaidToBeTypedNextCanBeTypedWhateverTheFolderIsCalled() throws Exception {
    Path to = folder.resolve("it's $(touch no) 小 网关");

    assertEquals(0, execute("init", to.toString(), "-t", "basic-routing"), err::toString);
    String copy = out.toString().lines().filter(l -> l.startsWith("  cp ")).findFirst().orElse("");
    Process shell =
        new ProcessBuilder("sh", "-c", copy).directory(folder.toFile()).inheritIO().start();
    assertEquals(0, shell.waitFor(), copy);
    assertTrue(Files.exists(to.resolve(".env")), copy);
    assertFalse(Files.exists(folder.resolve("no")), copy);
    assertEquals("." + File.separator + "-x", Called.typed(Path.of("-x")));
    assertEquals("小-1/a.yaml", Called.typed(Path.of("小-1/a.yaml")));
  }

  @Test
  void whatExistsIsNeverTouchedAndNothingIsWritten() throws IOException {
    Files.writeString(folder.resolve("yumen.yaml"), "mine");
    Files.createDirectory(folder.resolve("services"));
    Files.createSymbolicLink(folder.resolve("services/yumen.yaml"), Path.of("/nowhere"));

    assertEquals(1, execute("init", folder.toString(), "-t", "basic-routing"));
    assertEquals("mine", Files.readString(folder.resolve("yumen.yaml")));
    assertEquals(List.of("yumen.yaml"), files(folder));
    String said = err.toString();
    assertTrue(said.startsWith("Nothing was written, as these files exist:\n"), said);
    assertTrue(said.contains("\n  " + folder.resolve("yumen.yaml") + "\n"), said);
    assertTrue(said.contains("\n  " + folder.resolve("services/yumen.yaml") + "\n"), said);
    assertEquals("", out.toString());
  }

  @Test
  void otherFilesOfTheFolderStay() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), "mine");
    assertEquals(0, execute("init", folder.toString(), "-t", "basic-routing"), err::toString);
    assertEquals("mine", Files.readString(folder.resolve("notes.txt")));
  }

  @Test
  void aWriteThatFailsHalfWayIsTakenBack() throws IOException {
    // files are written by name, and there can be no folder where this file is
    Files.writeString(folder.resolve("services"), "mine");

    assertEquals(1, execute("init", folder.toString(), "-t", "basic-routing"));
    assertEquals(List.of("services"), files(folder));
    assertTrue(err.toString().contains("Nothing was written."), err.toString());
  }

  @Test
  void whatWasLeftInATemplateIsNotCopied() throws IOException {
    Path templates = Files.createDirectories(folder.resolve("examples/templates/one"));
    Files.writeString(templates.resolve("README.md"), "# One");
    Files.createDirectory(templates.resolve("b"));
    Files.writeString(templates.resolve("b/c"), "");
    Files.createSymbolicLink(templates.resolve("link"), Path.of("README.md"));
    Files.createDirectories(templates.resolve(".yumen/history"));
    Files.writeString(templates.resolve(".yumen/history/1"), "");
    Files.writeString(templates.resolve(".env"), "SECRET=1");
    Path to = folder.resolve("to");

    new Templates(folder.resolve("examples/templates")).copy("one", to);
    assertEquals(List.of("README.md", "b/c"), files(to));
  }

  @Test
  void theListHasALineForEachInBothLanguages() {
    assertEquals(0, execute("init", "--list"), err::toString);
    assertTrue(out.toString().contains("\nbasic-routing          Basic routing: "), out.toString());
    assertEquals(5, out.toString().lines().count());
    out.getBuffer().setLength(0);
    assertEquals(0, execute("init", "--list", "--lang", "zh"), err::toString);
    assertTrue(out.toString().contains("\nbasic-routing          基础路由："), out.toString());
    out.getBuffer().setLength(0);
    assertEquals(0, execute("init", "--list", "--output", "json"), err::toString);
    JsonNode list = new JsonMapper().readTree(out.toString());
    assertEquals("authentication", list.path(0).path("name").asString());
    assertTrue(list.path(0).path("title").asString().startsWith("Authentication: "));
  }

  @Test
  void whoNamesNoTemplateIsToldWhichThereAre() throws IOException {
    assertEquals(2, execute("init", folder.toString()));
    String said = err.toString();
    assertTrue(said.contains("basic-routing          Basic routing: "), said);
    assertTrue(
        said.endsWith(
            "\nChoose one, such as: yumen init " + folder + " --template authentication\n"),
        said);
    assertEquals(List.of(), files(folder));
    assertEquals(2, execute("init", folder.toString(), "--lang", "zh"));
    assertTrue(err.toString().contains("请选择一个"), err.toString());
  }

  @Test
  void anUnknownTemplateIsAnsweredWithTheNames() throws IOException {
    assertEquals(2, execute("init", folder.toString(), "--template", "../quickstart"));
    assertTrue(
        err.toString()
            .contains("--template ../quickstart (expected: authentication, basic-routing, ci-cd, "),
        err.toString());
    assertEquals(List.of(), files(folder));
  }

  @Test
  void withoutExamplesItSaysSo() {
    System.setProperty(HOME, folder.toString());
    assertEquals(1, execute("init", "--list"));
    assertTrue(err.toString().contains("is not there"), err.toString());
    assertFalse(err.toString().contains("Exception"), err.toString());
  }
}
