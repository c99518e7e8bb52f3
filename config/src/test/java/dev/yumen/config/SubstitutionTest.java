package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubstitutionTest {
  @TempDir Path temporary;

  /** The body of an answer written as given, read with A=one, EMPTY= and TRICK set. */
  private String body(String yaml) {
    LoadedConfig loaded =
        ConfigFolder.in(temporary)
            .with("yumen.yaml", "routes:\n  - id: a\n    respond:\n      body: " + yaml + "\n")
            .load("A", "one", "EMPTY", "", "TRICK", "a: {b: [c]} # ${A}");
    RouteConfig route = ConfigFolder.good(loaded).routes().getFirst();
    return Objects.requireNonNull(route.respond()).body();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ${A}                     | one
          x${A}y${A}z              | xoneyonez
          "${A}"                   | one
          '${A}'                   | one
          ${UNSET:-two}            | two
          ${UNSET:-}!              | !
          ${EMPTY:-two}            | two
          ${EMPTY}!                | !
          ${A:-two}                | one
          ${UNSET:-a:-b}           | a:-b
          $${A}                    | ${A}
          $$${A}                   | $${A}
          ${path.id}               | ${path.id}
          ${rest}                  | ${rest}
          ${A                      | ${A
          ${}                      | ${}
          ${1A}                    | ${1A}
          $A                       | $A
          ${TRICK}                 | a: {b: [c]} # ${A}
          ${file:secret.txt}       | word
          "<${file: secret.txt }>" | <word>
          """)
  void valuesAreFilledIn(String yaml, String expected) {
    ConfigFolder.in(temporary).with("secret.txt", "word\r\n");
    assertEquals(expected, body(yaml));
  }

  @Test
  void onlyOneLineEndOfAFileIsLeftOut() {
    ConfigFolder.in(temporary).with("secret.txt", "a\n\n");
    assertEquals("a\n", body("${file:secret.txt}"));
  }

  @Test
  void aVariableCanBeANumberOrTrue() {
    GatewayConfig config =
        ConfigFolder.in(temporary)
            .with(
                "yumen.yaml",
                "limits: {header-count: '${COUNT}'}\nmetrics: {long-names: \"${LONG}\"}\n")
            .read("COUNT", "42", "LONG", "true");
    assertEquals(42, config.limits().headerCount());
    assertEquals(true, config.metrics().longNames());
  }

  @Test
  void aVariableIsNeverNothing() {
    LoadedConfig loaded =
        ConfigFolder.in(temporary)
            .with("yumen.yaml", "routes: [{id: a, respond: {body: '${B}'}}]")
            .load("B", "null");
    RouteConfig route = ConfigFolder.good(loaded).routes().getFirst();
    assertEquals("null", Objects.requireNonNull(route.respond()).body());
  }

  @Test
  void includesAreFilledIn() {
    GatewayConfig config =
        ConfigFolder.in(temporary)
            .with("yumen.yaml", "include: ['${PLACE}/*.yaml']\n")
            .with("here/a.yaml", "routes: [{id: a, respond: {}}]")
            .read("PLACE", "here");
    assertEquals(1, config.routes().size());
  }

  @Test
  void dotEnvFillsInWhatTheEnvironmentDoesNotSay() {
    ConfigFolder folder =
        ConfigFolder.in(temporary)
            .with(
                ".env",
                """
                # comment

                PLAIN=a b # comment
                export EXPORTED = x#y
                SINGLE='a # "b" \\n'
                DOUBLE="a\\nb \\"c\\" \\$ \\x" # comment
                EMPTY=
                LATER=1
                LATER=2
                REAL=from-file
                """)
            .with(
                "yumen.yaml",
                """
                routes:
                  - id: a
                    respond:
                      headers:
                        a: ${PLAIN}
                        b: ${EXPORTED}
                        c: ${SINGLE}
                        d: ${DOUBLE}
                        e: ${EMPTY}
                        f: ${LATER}
                        g: ${REAL}
                """);
    RouteConfig route = folder.read("REAL", "from-environment").routes().getFirst();
    assertEquals(
        List.of("a b", "x#y", "a # \"b\" \\n", "a\nb \"c\" $ \\x", "", "2", "from-environment"),
        List.copyOf(Objects.requireNonNull(route.respond()).headers().values()));
  }
}
