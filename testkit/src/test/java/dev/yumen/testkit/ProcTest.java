package dev.yumen.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  private Proc shell(String script) {
    return Proc.start(folder, Map.of("WORD", "port"), List.of("sh", "-c", script));
  }

  @Test
  void outputIsCapturedAndSignalsArrive() {
    try (Proc proc =
        shell("trap 'echo bye; exit 7' TERM; echo $WORD 81; while :; do sleep 0.1; done")) {
      assertEquals("81", proc.awaitLine("^port (\\d+)$", PATIENCE).group(1));
      proc.signal("TERM");
      assertEquals(7, proc.awaitExit(PATIENCE));
      assertTrue(proc.output().endsWith("bye"), proc.output());
    }
  }

  @Test
  void endBeforeTheAwaitedLineIsAFailure() {
    try (Proc proc = shell("echo no; exit 3")) {
      AssertionError error =
          assertThrows(AssertionError.class, () -> proc.awaitLine("yes", PATIENCE));
      assertTrue(error.toString().contains("ended with 3"), error.toString());
    }
  }

  @Test
  void processDiesWithClose() {
    Proc proc = shell("sleep 1000");
    proc.close();
    assertFalse(proc.isAlive());
  }

  @Test
  void javaRunsWithTheSameClassPath() {
    try (Proc proc = Proc.java(folder, Map.of(), List.of(Hello.class.getName(), "there"))) {
      assertEquals(0, proc.awaitExit(PATIENCE));
      assertEquals("hello there", proc.output());
    }
  }

  @Test
  void javaRunsWithTheSameCompilers() {
    try (Proc proc = Proc.java(folder, Map.of(), List.of(Compilers.class.getName()))) {
      assertEquals(0, proc.awaitExit(PATIENCE));
      assertEquals(Proc.compilers().toString(), proc.output());
    }
  }

  /** Started as a child. */
  static final class Hello {
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      System.out.println("hello " + args[0]);
    }
  }

  /** Started as a child. */
  static final class Compilers {
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      System.out.println(Proc.compilers());
    }
  }
}
