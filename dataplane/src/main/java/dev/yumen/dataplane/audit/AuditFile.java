package dev.yumen.dataplane.audit;

import dev.yumen.api.file.RotatingFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The file that the chain is written to, and its end: found in the file at start, known from then
 * on. A record counts as written only when its whole line is, so that the chain goes on over a disk
 * that was full for a while. One thread.
 */
final class AuditFile implements Closeable {
  /** More than any line has. */
  private static final int TAIL_BYTES = 1 << 20;

  private final Path path;
  private final long maxBytes;
  private final Seal seal;
  private final InstantSource clock;
  private final RotatingFile file;

  private long sequence;
  private String hash = AuditLine.ORIGIN;
  private boolean sound;
  private boolean setAside;
  private AuditLine.@Nullable Torn torn;

  /**
   * @param path absolute
   * @param maxBytes 0 is without a limit
   */
  AuditFile(
      Path path,
      long maxBytes,
      int maxFiles,
      Seal seal,
      InstantSource clock,
      LongSupplier nanoClock) {
    this.path = path;
    this.maxBytes = maxBytes;
    this.seal = seal;
    this.clock = clock;
    this.file = new RotatingFile(path, 0, maxFiles, nanoClock);
  }

  /** The number of the last record. */
  long sequence() {
    return sequence;
  }

  /** The hash of the last record. */
  String hash() {
    return hash;
  }

  /**
   * Writes a record, after those that tell of a torn line or of a new file.
   *
   * @throws IOException when it was not written
   */
  void write(String kind, Map<String, ?> what) throws IOException {
    try {
      if (!sound) {
        mend();
        sound = true;
      }
      AuditLine line = line(kind, what);
      long size = Files.exists(path) ? Files.size(path) : 0;
      if (maxBytes > 0 && size > 0 && size + line.bytes().length > maxBytes) {
        file.sync();
        file.setAside();
        setAside = true;
      }
      if (torn != null) {
        append(line(AuditLine.TORN, torn.told()));
        torn = null;
      }
      if (setAside) {
        append(line(AuditLine.CONTINUED, Map.of()));
        setAside = false;
      }
      append(line(kind, what));
    } catch (IOException e) {
      sound = false;
      throw e;
    }
  }

  void sync() throws IOException {
    file.sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private AuditLine line(String kind, Map<String, ?> what) {
    return AuditLine.of(
        sequence + 1, clock.instant().truncatedTo(ChronoUnit.MILLIS), kind, what, seal, hash);
  }

  private void append(AuditLine line) throws IOException {
    byte[] bytes = line.bytes();
    file.write(bytes, bytes.length);
    sequence = line.sequence();
    hash = line.hash();
  }

  /** Ends a line that was not finished, and finds the last record unless it is known. */
  private void mend() throws IOException {
    byte[] tail = tail(path);
    if (tail.length > 0 && tail[tail.length - 1] != '\n') {
      byte[] rest = Arrays.copyOfRange(tail, lastLineFeed(tail, tail.length) + 1, tail.length);
      Files.write(path, new byte[] {'\n'}, StandardOpenOption.APPEND);
      torn = new AuditLine.Torn(rest.length, HexFormat.of().formatHex(Seal.digest(rest)));
    }
    if (sequence > 0) {
      return;
    }
    AuditLine last = lastRecord(tail);
    if (last == null) {
      last = lastRecord(tail(path.resolveSibling(path.getFileName() + ".1")));
      setAside = last != null;
    }
    if (last != null) {
      sequence = last.sequence();
      hash = last.hash();
    }
  }

  private static @Nullable AuditLine lastRecord(byte[] tail) {
    int end = lastLineFeed(tail, tail.length);
    while (end >= 0) {
      int before = lastLineFeed(tail, end);
      AuditLine line = AuditLine.parse(Arrays.copyOfRange(tail, before + 1, end));
      if (line != null) {
        return line;
      }
      end = before;
    }
    return null;
  }

  private static int lastLineFeed(byte[] bytes, int before) {
    int at = before - 1;
    while (at >= 0 && bytes[at] != '\n') {
      at--;
    }
    return at;
  }

  private static byte[] tail(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new byte[0];
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      ByteBuffer tail = ByteBuffer.allocate((int) Math.min(size, TAIL_BYTES));
      long from = size - tail.capacity();
      while (tail.hasRemaining() && channel.read(tail, from + tail.position()) >= 0) {
        // until all is read
      }
      return Arrays.copyOf(tail.array(), tail.position());
    }
  }
}
