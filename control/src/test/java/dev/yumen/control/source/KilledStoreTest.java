package dev.yumen.control.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.disk.WholeFile;
import dev.yumen.control.source.DocumentStore.Stored;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writer that is killed at random moments. {@code -Dyumen.store.kills=200} for as many as the
 * release is tried with.
 */
class KilledStoreTest {
  private static final int KILLS = Integer.getInteger("yumen.store.kills", 10);

  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedIsThereAfterAKill() throws Exception {
    Path file = folder.resolve("store.yaml");
    Random random = new Random(20_260_801);
    int unfinished = 0;
    for (int i = 0; i < KILLS; i++) {
      int acknowledged = writeAndKill(file, 1 + random.nextInt(20), random.nextInt(8_000_000));
      unfinished += unfinished();
      LocalStore store = new LocalStore(file);
      Stored held = store.read();
      int number = StoreWriter.number(held);

      assertEquals(StoreWriter.document(number), held.document(), "whole, after kill " + i);
      assertTrue(number >= acknowledged, number + " after " + acknowledged + " was acknowledged");
      assertEquals(0, unfinished(), "what was half written is gone");
    }
    System.out.println(KILLS + " kills, of which " + unfinished + " left a file half written");
  }

  /** Gives the number that was acknowledged last. */
  private static int writeAndKill(Path file, int documents, int nanos)
      throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StoreWriter.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int last = 0;
    try (BufferedReader acknowledged = writer.inputReader()) {
      for (int i = 0; i < documents; i++) {
        last = Integer.parseInt(String.valueOf(acknowledged.readLine()));
      }
      long until = System.nanoTime() + nanos;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      writer.toHandle().destroyForcibly(); // which leaves its output open
      assertTrue(writer.waitFor(30, TimeUnit.SECONDS), "it ends");
      for (String line : List.copyOf(acknowledged.lines().toList())) {
        last = Integer.parseInt(line);
      }
    } finally {
      writer.destroyForcibly();
    }
    return last;
  }

  private int unfinished() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return (int) all.filter(path -> path.toString().endsWith(WholeFile.UNFINISHED)).count();
    }
  }
}
