package dev.yumen.filters.observe;

import dev.yumen.api.DataSize;
import dev.yumen.api.FilterContext;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.file.RotatingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes finished log lines from event loops and writes them with a thread of its own.
 *
 * <p>{@link #offer} never waits: when the writer falls behind by more than the buffer, or the disk
 * is full, lines are dropped and counted. The writer naps between batches rather than being woken
 * for each line, because waking costs the event loop a system call; only after a second without a
 * line does it sleep until the next one.
 *
 * <p>Kept over reloads as {@link FilterContext#state} under its {@link Settings}.
 */
public final class LogSink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogSink.class);

  private static final int QUEUE_LINES = 1 << 16;
  private static final int BATCH_BYTES = 64 * 1024;
  private static final long NAP_NANOS = 5_000_000;
  private static final long SLEEP_NANOS = 1_000_000_000;
  private static final int NAPS_BEFORE_SLEEP = 200;
  private static final long RETRY_NANOS = 1_000_000_000;
  private static final long COMPLAINT_NANOS = 60_000_000_000L;
  private static final long CLOSE_MILLIS = 5_000;

  private final LogDestination destination;
  private final long bufferBytes;
  private final FilterContext.Counter dropped;
  private final LongSupplier nanoTime;
  private final MpscAtomicArrayQueue<byte[]> queue = new MpscAtomicArrayQueue<>(QUEUE_LINES);
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Thread writer;
  private volatile boolean asleep;
  private volatile boolean closed;

  // The writer's own.
  private final byte[] batch = new byte[BATCH_BYTES];
  private int batchBytes;
  private int batchLines;
  private long droppedSinceComplaint;
  private @Nullable Long failedAt;
  private @Nullable Long complainedAt;

  /**
   * Where lines go and how many may wait.
   *
   * @param file absolute; null for standard output
   * @param maxSize size at which the file is set aside as {@code name.1}; 0 is never
   * @param maxFiles most files set aside; the oldest goes first
   * @param buffer most bytes of lines that wait for the writer
   */
  public record Settings(@Nullable Path file, DataSize maxSize, int maxFiles, DataSize buffer) {}

  LogSink(
      LogDestination destination,
      DataSize buffer,
      FilterContext.Counter dropped,
      LongSupplier nanoTime) {
    this.destination = destination;
    this.bufferBytes = buffer.bytes();
    this.dropped = dropped;
    this.nanoTime = nanoTime;
    this.writer = Thread.ofPlatform().name("access-log").daemon().unstarted(this::run);
  }

  /**
   * Starts the writer; the file is opened with the first line.
   *
   * @param dropped counts lines that were not written
   * @param nanoTime monotonic time
   * @throws InvalidValue when the file can not be written
   */
  public static LogSink open(
      Settings settings, FilterContext.Counter dropped, LongSupplier nanoTime) {
    return new LogSink(destination(settings, nanoTime), settings.buffer(), dropped, nanoTime)
        .start();
  }

  LogSink start() {
    writer.start();
    return this;
  }

  /**
   * Hands a line over. Any thread; never waits.
   *
   * @param line with its line feed; must not be changed afterwards
   * @return false when it was dropped
   */
  public boolean offer(byte[] line) {
    if (closed) {
      dropped.add(1);
      return false;
    }
    if (queuedBytes.addAndGet(line.length) > bufferBytes || !queue.offer(line)) {
      queuedBytes.addAndGet(-line.length);
      dropped.add(1);
      return false;
    }
    if (asleep) {
      asleep = false;
      LockSupport.unpark(writer);
    }
    return true;
  }

  /** Writes what was taken so far, for at most five seconds, then closes the file. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(writer);
    try {
      writer.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static LogDestination destination(Settings settings, LongSupplier nanoTime) {
    Path file = settings.file();
    if (file == null) {
      return LogDestination.standardOutput();
    }
    String obstacle = RotatingFile.obstacle(file);
    if (obstacle != null) {
      throw new InvalidValue("file", file.toString(), "a file that can be written: " + obstacle);
    }
    return LogDestination.file(
        new RotatingFile(file, settings.maxSize().bytes(), settings.maxFiles(), nanoTime));
  }

  private void run() {
    int naps = 0;
    while (!closed) {
      if (writeQueued()) {
        naps = 0;
      }
      if (naps < NAPS_BEFORE_SLEEP) {
        naps++;
        LockSupport.parkNanos(this, NAP_NANOS);
      } else {
        sleepUntilOffered();
      }
    }
    writeQueued();
    try {
      destination.close();
    } catch (IOException e) {
      LOG.warn("{} could not be closed: {}", destination, e.toString());
    }
  }

  /** Sleeps for a while at most, so that a wake-up lost to a race delays a line, not loses it. */
  private void sleepUntilOffered() {
    asleep = true;
    if (queue.isEmpty() && !closed) {
      LockSupport.parkNanos(this, SLEEP_NANOS);
    }
    asleep = false;
  }

  private boolean writeQueued() {
    boolean any = false;
    for (byte[] line = queue.poll(); line != null; line = queue.poll()) {
      queuedBytes.addAndGet(-line.length);
      append(line);
      any = true;
    }
    flush();
    return any;
  }

  private void append(byte[] line) {
    long room = Math.min(BATCH_BYTES, destination.room());
    if (batchBytes + line.length > room) {
      flush();
    }
    if (line.length > BATCH_BYTES) {
      write(line, line.length, 1);
      return;
    }
    System.arraycopy(line, 0, batch, batchBytes, line.length);
    batchBytes += line.length;
    batchLines++;
  }

  private void flush() {
    if (batchLines > 0) {
      write(batch, batchBytes, batchLines);
      batchBytes = 0;
      batchLines = 0;
    }
  }

  private void write(byte[] bytes, int length, int lines) {
    long now = nanoTime.getAsLong();
    if (failedAt != null && now - failedAt < RETRY_NANOS) {
      drop(lines);
      return;
    }
    try {
      destination.write(bytes, length);
      failedAt = null;
    } catch (IOException e) {
      failedAt = now;
      drop(lines);
      complain(e, now);
    }
  }

  private void drop(int lines) {
    dropped.add(lines);
    droppedSinceComplaint += lines;
  }

  private void complain(IOException failure, long now) {
    if (complainedAt != null && now - complainedAt < COMPLAINT_NANOS) {
      return;
    }
    LOG.warn(
        "{} could not be written: {}; {} dropped since the last such message",
        destination,
        failure.toString(),
        droppedSinceComplaint == 1 ? "1 line" : droppedSinceComplaint + " lines");
    complainedAt = now;
    droppedSinceComplaint = 0;
  }
}
