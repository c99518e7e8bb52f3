package dev.yumen.control.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.control.disk.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one change that waits to be confirmed, and is taken back when that does not happen in time.
 * It is on disk, so a gateway that was ended meanwhile takes it back at its next start.
 */
public final class Confirmation {
  private static final Logger LOG = LoggerFactory.getLogger(Confirmation.class);

  /** How often the clock is looked at, which may be set meanwhile. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final long LOOK_NANOS = LOOK.toNanos();

  private final Path file;
  private final InstantSource clock;
  private volatile @Nullable Pending pending;
  private volatile @Nullable Thread waiting;

  /**
   * A change that waits.
   *
   * @param number of its version
   * @param until when it is taken back
   * @param tag of what the source holds since; null when the files alone are followed
   * @param before what the source held before; null when the files alone are followed
   */
  public record Pending(
      long number, Instant until, @Nullable String tag, @Nullable String before) {}

  /**
   * @param file where it is kept; need not exist
   */
  Confirmation(Path file, InstantSource clock) {
    this.file = file.toAbsolutePath().normalize();
    this.clock = clock;
  }

  /** The change that waits, or null. */
  public @Nullable Pending pending() {
    return pending;
  }

  /** Takes up what a process before left waiting. */
  void resume(Consumer<Pending> takeBack) {
    try {
      Map<?, ?> said = Json.MAPPER.readValue(Files.readString(file), Map.class);
      Pending left =
          new Pending(
              Long.parseLong(String.valueOf(said.get("number"))),
              Instant.parse(String.valueOf(said.get("until"))),
              (String) said.get("tag"),
              (String) said.get("before"));
      pending = left;
      LOG.warn("version {} waits to be confirmed until {}", left.number(), left.until());
      await(left, takeBack);
    } catch (NoSuchFileException _) {
      // nothing waits
    } catch (IOException
        | JacksonException
        | NumberFormatException
        | DateTimeException
        | ClassCastException e) {
      LOG.error("{} can not be read, so nothing is taken back: {}", file, e.toString());
    }
  }

  /**
   * Begins to wait.
   *
   * @param takeBack called when the time is over, on a thread of its own
   * @throws IOException when it can not be kept
   */
  void begin(Pending change, Consumer<Pending> takeBack) throws IOException {
    if (change.tag() != null) { // what is in the files alone comes back with a start anyway
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("number", change.number());
      said.put("until", change.until().toString());
      said.put("tag", change.tag());
      said.put("before", change.before());
      WholeFile.replace(file, Json.MAPPER.writeValueAsString(said).getBytes(UTF_8));
    }
    pending = change;
    await(change, takeBack);
  }

  private void await(Pending change, Consumer<Pending> takeBack) {
    waiting =
        Thread.ofVirtual()
            .name("confirmation")
            .start(
                () -> {
                  while (change.equals(pending)) {
                    Duration left = Duration.between(clock.instant(), change.until());
                    if (!left.isPositive()) {
                      takeBack.accept(change);
                      return;
                    }
                    LockSupport.parkNanos(left.compareTo(LOOK) < 0 ? left.toNanos() : LOOK_NANOS);
                  }
                });
  }

  /** Nothing waits any more. */
  void end() {
    pending = null;
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.error("{} can not be removed; the next start would take it up: {}", file, e.toString());
    }
    Thread thread = waiting;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Stops waiting in this process; what is on disk stays. */
  void close() {
    pending = null;
    Thread thread = waiting;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Loaded when a change waits. */
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }
}
