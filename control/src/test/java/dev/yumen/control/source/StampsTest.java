package dev.yumen.control.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.Listing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StampsTest {
  @TempDir Path folder;

  @Test
  void aLogBesideTheConfigurationChangesNothing() throws IOException {
    Stamps before = listed();
    Files.writeString(folder.resolve("access.log"), "a line\n");
    Files.createDirectory(folder.resolve("logs"));
    assertEquals(before, before.now());
  }

  @Test
  void aFileThatIsAddedOrRemovedIsAChange() throws IOException {
    Stamps before = listed();
    Path added = Files.writeString(folder.resolve("b.yaml"), "");
    Stamps after = before.now();
    assertNotEquals(before, after);
    Files.delete(added);
    assertNotEquals(after, after.now());
    assertEquals(before, before.now());
  }

  @Test
  void aFolderThatIsNotThereYetIsEmpty() throws IOException {
    Listing listing = new Listing(folder.resolve("later"), "*.yaml", 1);
    Stamps before = Stamps.of(Set.of(), Set.of(listing));
    assertEquals(List.of(), before.listings().get(listing));
    Files.writeString(Files.createDirectory(folder.resolve("later")).resolve("a.yaml"), "");
    assertNotEquals(before, before.now());
  }

  @Test
  void onlyWritingWhatIsNoConfigurationIsPassedOver() {
    Set<Path> known = Set.of(folder.resolve("secret"));
    var modify = StandardWatchEventKinds.ENTRY_MODIFY;
    assertFalse(Notices.matters(folder, modify, Path.of("access.log"), known));
    assertTrue(Notices.matters(folder, modify, Path.of("secret"), known));
    assertTrue(Notices.matters(folder, modify, Path.of("new.yaml"), known));
    var create = StandardWatchEventKinds.ENTRY_CREATE;
    assertTrue(Notices.matters(folder, create, Path.of("..data"), known));
    assertTrue(Notices.matters(folder, StandardWatchEventKinds.OVERFLOW, null, known));
  }

  private Stamps listed() {
    return Stamps.of(Set.of(folder), Set.of(new Listing(folder, "*.{yaml,yml,json}", 1)));
  }
}
