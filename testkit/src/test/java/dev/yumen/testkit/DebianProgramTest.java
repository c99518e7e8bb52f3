package dev.yumen.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** On a system that is made of scripts in a folder. */
class DebianProgramTest {
  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void system() throws IOException {
    environment.put("PATH", folder.toString());
    environment.put("CI", "");
    script(
        "env", "shift; PATH=/usr/bin:/bin:$PATH; tool=$1; shift; exec " + folder + "/$tool \"$@\"");
  }

  private void script(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Notes how it is called; the package is there from the second {@code install} on. */
  private void aptThatNeedsAnUpdate() throws IOException {
    script(
        "apt-get",
        """
        cd %s; echo "$*" >>calls
        case "$*" in
          *update) touch updated ;;
          *) [ -f updated ] || exit 100; cp id gadget ;;
        esac\
        """
            .formatted(folder));
  }

  private Path find() {
    return new DebianProgram("gadget", "gadget-tools", environment).find();
  }

  private String abortion() {
    return String.valueOf(assertThrows(TestAbortedException.class, this::find).getMessage());
  }

  @Test
  void programOnThePathIsFound() throws IOException {
    script("gadget", "");
    assertEquals(folder.resolve("gadget"), find());
  }

  @Test
  void programOfThisSystemIsFound() {
    assertTrue(Files.isExecutable(DebianProgram.find("sh", "dash")));
  }

  @Test
  void missingProgramIsInstalledByRootAfterAnUpdate() throws IOException {
    script("id", "echo 0");
    aptThatNeedsAnUpdate();
    assertEquals(folder.resolve("gadget"), find());
    String calls = Files.readString(folder.resolve("calls"));
    assertEquals(3, calls.lines().count(), calls);
    assertTrue(calls.endsWith("--no-install-recommends install gadget-tools\n"), calls);
  }

  @Test
  void missingProgramIsInstalledBySudoWithoutPassword() throws IOException {
    script("id", "echo 1000");
    script("sudo", "[ \"$2\" = true ] || { shift; exec " + folder + "/\"$@\"; }");
    aptThatNeedsAnUpdate();
    assertEquals(folder.resolve("gadget"), find());
  }

  @Test
  void sudoWithPasswordIsNotUsed() throws IOException {
    script("id", "echo 1000");
    script("sudo", "exit 1");
    aptThatNeedsAnUpdate();
    assertTrue(abortion().endsWith("only root, or a sudo without password, could install it"));
    assertFalse(Files.exists(folder.resolve("calls")));
  }

  @Test
  void installationCanBeForbidden() throws IOException {
    script("id", "echo 0");
    aptThatNeedsAnUpdate();
    environment.put("YUMEN_TEST_INSTALL", "no");
    assertEquals(
        "this test needs gadget of the Debian package gadget-tools, and YUMEN_TEST_INSTALL=no"
            + " forbids to install it",
        abortion());
    assertFalse(Files.exists(folder.resolve("calls")));
  }

  @Test
  void failedInstallationSaysWhatAptSaid() throws IOException {
    script("id", "echo 0");
    script("apt-get", "echo Unable to locate package; exit 100");
    assertTrue(abortion().contains("Unable to locate package"));
  }

  @Test
  void missingProgramFailsTheTestInContinuousIntegration() {
    environment.put("CI", "true");
    AssertionError error = assertThrows(AssertionError.class, this::find);
    assertTrue(error.toString().endsWith("there is no apt-get to install it"), error.toString());
  }
}
