package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.app.RunningTemplate.Typed;
import dev.yumen.control.plan.Texts.Language;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The templates that {@code yumen init} offers do what their pages say. */
class TemplatesTest {
  @TempDir Path folder;

  static Stream<String> names() {
    return RunningTemplate.templates().all(Language.EN).stream().map(Templates.Template::name);
  }

  /** Each is copied, filled in as the page says, checked without a warning, and run. */
  @ParameterizedTest
  @MethodSource("names")
  void answersAreThoseThatThePageShows(String name) throws Exception {
    try (RunningTemplate template = RunningTemplate.start(name, folder.resolve(name))) {
      List<Typed> typed = template.typed();
      assertTrue(typed.stream().filter(t -> t.line().contains("curl")).count() >= 3, name);
      List<List<String>> said = template.type(typed.stream().map(Typed::line).toList());
      assertEquals(typed.size(), said.size(), said::toString);
      for (int i = 0; i < typed.size(); i++) {
        assertSaid(typed.get(i), said.get(i));
      }
    }
  }

  /** Every line that is shown is there; {@code …} stands for anything. */
  private static void assertSaid(Typed typed, List<String> said) {
    assertEquals(typed.answer().isEmpty(), said.isEmpty(), () -> typed + "\n" + said);
    for (String line : typed.answer()) {
      boolean field = line.matches("[A-Za-z-]+: .*");
      String anything =
          Stream.of(line.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
      Pattern wanted = Pattern.compile(anything, field ? Pattern.CASE_INSENSITIVE : 0);
      assertTrue(
          said.stream().anyMatch(got -> wanted.matcher(got).matches()),
          () -> typed.line() + "\nshown: " + line + "\nsaid:  " + String.join("\n       ", said));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyFileIsForItsReader(String name) throws Exception {
    List<Path> files = RunningTemplate.templates().copy(name, folder);

    List<String> names = files.stream().map(Path::toString).toList();
    for (String file :
        List.of(
            "README.md", "README.zh-CN.md", "yumen.yaml", "services/yumen.yaml", ".env.example")) {
      assertTrue(names.contains(file), file);
    }
    String example = Files.readString(folder.resolve(".env.example"));
    for (String line : example.lines().toList()) {
      boolean secret = line.matches("[A-Z_]*(SECRET|KEY|TOKEN|PASSWORD)=.*");
      assertTrue(!secret || line.endsWith("="), line);
    }
    // what can be set there is what the configuration takes
    List<String> variables =
        example
            .lines()
            .filter(line -> line.matches("[A-Z_]+=.*"))
            .map(l -> l.split("=")[0])
            .toList();
    StringBuilder configurations = new StringBuilder();
    for (String file : names) {
      if (file.matches("(yumen|routes)\\.yaml")) {
        configurations.append(Files.readString(folder.resolve(file)));
      }
    }
    for (String variable : variables) {
      assertTrue(configurations.indexOf("${" + variable) >= 0, variable);
    }
  }

  /** What is typed, what is shown, what is listed and what is named. */
  @ParameterizedTest
  @MethodSource("names")
  void bothLanguagesSayTheSame(String name) throws Exception {
    RunningTemplate.templates().copy(name, folder);
    String english = Files.readString(folder.resolve("README.md"));
    String chinese = Files.readString(folder.resolve("README.zh-CN.md"));

    assertEquals(commands(english), commands(chinese));
    for (String form : List.of("(?m)^\\d\\. ", "(?m)^- ", "(?m)^\\| ", "(?m)^#+ ")) {
      Pattern one = Pattern.compile(form);
      assertEquals(
          one.matcher(english).results().count(), one.matcher(chinese).results().count(), form);
    }
    assertEquals(named(english), named(chinese));
  }

  /** The lines of all blocks that are typed, without their comments. */
  private static List<String> commands(String page) {
    return Pattern.compile("(?ms)^```(sh|console|)\\n(.*?)^```$")
        .matcher(page)
        .results()
        .flatMap(block -> block.group(2).lines())
        .map(line -> line.replaceFirst(" +# .*", ""))
        .filter(line -> !line.matches(".*[►\\u4e00-\\u9fff].*") && !line.contains("merge"))
        .toList();
  }

  /** What stands in code marks outside of blocks. */
  private static Set<String> named(String page) {
    return Pattern.compile("`([^`\\n]+)`")
        .matcher(page.replaceAll("(?ms)^```.*?^```$", ""))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @MethodSource("names")
  void whatIsSecretOrStateStaysOutOfVersionControl(String name) throws Exception {
    RunningTemplate.templates().copy(name, folder);

    List<String> ignored = Files.readAllLines(folder.resolve(".gitignore"));
    assertTrue(ignored.containsAll(List.of(".env", ".yumen/")), ignored::toString);
    String written = Files.readString(folder.resolve("yumen.yaml"));
    assertTrue(!written.contains("logs/") || ignored.contains("logs/"), ignored::toString);
  }

  /** Without its secrets a template does not start, and says which is missing. */
  @ParameterizedTest
  @MethodSource("names")
  void noSecretHasADefault(String name) throws Exception {
    RunningTemplate.templates().copy(name, folder);

    List<String> secrets =
        Files.readAllLines(folder.resolve(".env.example")).stream()
            .filter(line -> line.matches("[A-Z_]+="))
            .map(line -> line.replace("=", ""))
            .toList();
    List<String> problems = new ArrayList<>();
    Wiring.check(folder.resolve("yumen.yaml"), Map.of())
        .problems()
        .forEach(problem -> problems.add(problem.toString()));
    for (String secret : secrets) {
      assertTrue(problems.stream().anyMatch(p -> p.contains(secret)), () -> secret + problems);
    }
    assertEquals(secrets.isEmpty(), problems.isEmpty(), problems::toString);
  }

  @Test
  void thereAreThoseThatUsersAskFor() {
    assertEquals(
        List.of(
            "authentication",
            "basic-routing",
            "ci-cd",
            "limits-and-breaker",
            "monitoring-and-alerts"),
        names().toList());
    for (Language language : Language.values()) {
      for (Templates.Template template : RunningTemplate.templates().all(language)) {
        assertTrue(template.title().length() > 10, template.toString());
      }
    }
  }
}
