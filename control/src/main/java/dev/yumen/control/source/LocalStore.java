package dev.yumen.control.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.control.disk.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A document in a file of this machine, replaced in one step ({@link WholeFile}), so that a crash
 * leaves what was acknowledged last, or what was about to be. People may edit it too, and several
 * gateways may share it: a lock file keeps writers apart, and what another one wrote is seen within
 * a second.
 */
public final class LocalStore implements DocumentStore {
  private static final Logger LOG = LoggerFactory.getLogger(LocalStore.class);
  private static final long POLL_MILLIS = 1_000;
  private static final long QUIET_MILLIS = 100;
  private static final String NOTHING = "none";

  private final Path file;
  private final Semaphore wake = new Semaphore(0);
  private volatile boolean closed;

  /** What was read or written last, so that its revision is made once. */
  private volatile Content last = new Content(new byte[0], revision(new byte[0]));

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two
  private record Content(byte[] bytes, String revision) {}

  /**
   * Opens it; what a crash left half written beside it is removed.
   *
   * @param file need not exist, nor its folder
   */
  public LocalStore(Path file) {
    this.file = file.toAbsolutePath().normalize();
    removeUnfinished();
  }

  private void removeUnfinished() {
    Path folder = file.resolveSibling("");
    if (!Files.isDirectory(folder)) {
      return;
    }
    String own = String.valueOf(file.getFileName());
    try (Stream<Path> all = Files.list(folder)) {
      for (Path path : List.copyOf(all.toList())) {
        String name = String.valueOf(path.getFileName());
        if (name.startsWith(own) && name.endsWith(WholeFile.UNFINISHED)) {
          Files.deleteIfExists(path);
          LOG.warn(
              "{} was being written when a gateway ended, and is removed; {} holds what was"
                  + " acknowledged last",
              path,
              file);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} can not be searched for unfinished files: {}", folder, e.toString());
    }
  }

  @Override
  public String name() {
    return "store";
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public Stored read() throws IOException {
    byte[] content;
    try {
      if (Files.size(file) > Stored.MOST_BYTES) {
        throw new IOException(file + " has more than " + Stored.MOST_BYTES + " bytes");
      }
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException _) {
      return new Stored(null, NOTHING);
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      throw why.contains(file.toString()) ? e : new IOException(file + ": " + why, e);
    }
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      return new Stored(text, noted(content));
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8", e);
    }
  }

  @Override
  public Stored await(String revision) throws IOException, InterruptedException {
    String seen = revision;
    while (!closed) {
      Stored now = read();
      boolean rests = now.revision().equals(seen);
      if (rests && !seen.equals(revision)) {
        return now;
      }
      seen = now.revision(); // an editor may be half way through: it has to rest for a moment
      wake.tryAcquire(rests ? POLL_MILLIS : QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }
    throw new IOException("closed");
  }

  @Override
  public Stored write(String document, String revision) throws Conflict, IOException {
    byte[] content = document.getBytes(UTF_8);
    if (content.length > Stored.MOST_BYTES) {
      throw new IOException("a document of more than " + Stored.MOST_BYTES + " bytes");
    }
    Files.createDirectories(file.resolveSibling(""));
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    synchronized (this) { // a lock of a file is the whole process's
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        if (!read().revision().equals(revision)) {
          throw new Conflict(file + " holds something else by now");
        }
        WholeFile.replace(file, content);
      }
    }
    wake.release();
    return new Stored(document, noted(content));
  }

  private String noted(byte[] content) {
    Content known = last;
    if (!Arrays.equals(known.bytes(), content)) {
      known = new Content(content, revision(content));
      last = known;
    }
    return known.revision();
  }

  private static String revision(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    wake.release();
  }
}
