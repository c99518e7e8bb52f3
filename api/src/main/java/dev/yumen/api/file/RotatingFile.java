package dev.yumen.api.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that is appended to and set aside when it is full: {@code access.log} becomes {@code
 * access.log.1}, that one {@code access.log.2}, and so on. The file and its folder are made with
 * the first write, so that a configuration can be looked at without leaving a trace.
 *
 * <p>Once a second, before a write, it looks whether the name still leads to the open file, so that
 * logrotate may rename or delete it without telling anybody. One thread.
 */
public final class RotatingFile implements Closeable {
  private static final long CHECK_NANOS = 1_000_000_000;

  private final Path path;
  private final long maxBytes;
  private final int maxFiles;
  private final LongSupplier nanoTime;

  private @Nullable FileChannel channel;
  private @Nullable Object identity;
  private long size;
  private long checkedAt;

  /**
   * @param maxBytes 0 is without a limit
   * @param maxFiles most files set aside
   */
  public RotatingFile(Path path, long maxBytes, int maxFiles, LongSupplier nanoTime) {
    this.path = path.toAbsolutePath();
    this.maxBytes = maxBytes;
    this.maxFiles = maxFiles;
    this.nanoTime = nanoTime;
  }

  /** Why a file can not be written, as far as that shows without a try; null when it can. */
  public static @Nullable String obstacle(Path file) {
    if (Files.isDirectory(file)) {
      return file + " is a folder";
    }
    Path there = file.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!there.equals(file.toAbsolutePath()) && !Files.isDirectory(there)) {
      return there + " is no folder";
    }
    return Files.isWritable(there) ? null : there + ": permission denied";
  }

  /**
   * Writes whole lines, after the file was set aside when they would make it larger than it may be.
   * When it throws, as little as possible of them was written.
   */
  public void write(byte[] bytes, int length) throws IOException {
    FileChannel out = current();
    if (maxBytes > 0 && size > 0 && size + length > maxBytes) {
      setAside();
      out = current();
    }
    try {
      ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      size += length;
    } catch (IOException e) {
      takeBack(out, e);
      throw e;
    }
  }

  /** Forces what was written to the disk. */
  public void sync() throws IOException {
    if (channel != null) {
      channel.force(false);
    }
  }

  /** How many bytes the file takes before it is set aside, as far as is known without a look. */
  public long room() {
    return maxBytes == 0 ? Long.MAX_VALUE : Math.max(0, maxBytes - size);
  }

  /** Sets the file aside now; the next write makes another. */
  public void setAside() throws IOException {
    close();
    size = 0;
    if (maxFiles == 0) {
      Files.deleteIfExists(path);
      return;
    }
    for (int number = maxFiles - 1; number >= 1; number--) {
      move(aside(number), aside(number + 1));
    }
    move(path, aside(1));
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private FileChannel current() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      return open();
    }
    long now = nanoTime.getAsLong();
    if (now - checkedAt < CHECK_NANOS) {
      return open;
    }
    checkedAt = now;
    if (!Objects.equals(identity, identity())) {
      close();
      return open();
    }
    size = open.size(); // somebody may have cut it (logrotate's copytruncate)
    return open;
  }

  private FileChannel open() throws IOException {
    Path folder = path.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    FileChannel opened =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    channel = opened;
    identity = identity();
    size = opened.size();
    checkedAt = nanoTime.getAsLong();
    return opened;
  }

  /** Device and inode; null where there is no such thing, or no file. */
  private @Nullable Object identity() throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return e; // equal to nothing: the file is made again
    }
  }

  private static void move(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private Path aside(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  /** After a full disk a file must not go on in the middle of a line. */
  private void takeBack(FileChannel out, IOException failure) {
    channel = null;
    try (out) {
      out.truncate(size);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
