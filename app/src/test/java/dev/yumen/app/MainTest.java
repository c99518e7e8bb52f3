package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
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
    for (String name : new String[] {"run", "check", "routes", "schema", "version"}) {
      assertTrue(out.toString().contains("\n  " + name + " "), out.toString());
    }
    assertFalse(out.toString().contains("train"), out.toString());
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
}
