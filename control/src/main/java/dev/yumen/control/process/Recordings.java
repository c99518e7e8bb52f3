package dev.yumen.control.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/**
 * Recordings of what the process does (JDK Flight Recorder), one at a time. They may hold data:
 * paths, and names of what is in memory.
 */
public final class Recordings {
  private static final long LARGEST = 128L << 20;
  private static final int PIECE = 64 << 10;

  private final Semaphore place = new Semaphore(1);

  /** Takes the pieces of a recording. */
  @FunctionalInterface
  public interface Pieces {
    void take(byte[] piece) throws IOException, InterruptedException;
  }

  /** A recording that is over, in a file that goes once it was read. */
  public static final class Recorded {
    private final Path file;

    private Recorded(Path file) {
      this.file = file;
    }

    /** Gives all of it, once. */
    public void pieces(Pieces to) throws IOException, InterruptedException {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] piece = in.readNBytes(PIECE);
        while (piece.length > 0) {
          to.take(piece);
          piece = in.readNBytes(PIECE);
        }
      } finally {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Records for a while, which it waits for.
   *
   * @return null when another recording is under way
   * @throws IOException when there is no room for it in the temporary folder
   * @throws IllegalStateException when this JVM records nothing
   */
  public @Nullable Recorded record(int seconds) throws IOException, InterruptedException {
    if (!place.tryAcquire()) {
      return null;
    }
    try (Recording recording = new Recording(Configuration.getConfiguration("profile"))) {
      recording.setName("admin");
      recording.setToDisk(true);
      recording.setMaxSize(LARGEST);
      recording.setMaxAge(Duration.ofSeconds(seconds));
      recording.start();
      boolean ended = new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
      if (!ended) {
        recording.stop();
      }
      Path file = Files.createTempFile("yumen-recording", ".jfr"); // its owner's alone
      recording.dump(file);
      return new Recorded(file);
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    } finally {
      place.release();
    }
  }
}
