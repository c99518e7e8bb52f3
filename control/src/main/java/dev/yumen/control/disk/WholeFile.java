package dev.yumen.control.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is replaced in one step: written aside, forced to the disk and renamed, and then its
 * folder is forced. A crash leaves the old one or the new one. Only the owner may read it.
 */
public final class WholeFile {
  /** How the names end of files that are being written. */
  public static final String UNFINISHED = ".tmp";

  private static final Logger LOG = LoggerFactory.getLogger(WholeFile.class);

  private WholeFile() {}

  /**
   * Writes it; when this returns it is there for good. Its folder is made when it is missing.
   *
   * @param file absolute
   * @throws IOException when it can not be written; then what was there still is
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path folder = file.resolveSibling("");
    Files.createDirectories(folder);
    Path written =
        Files.createTempFile(
            folder, String.valueOf(file.getFileName()), UNFINISHED, ownerOnly(folder));
    try {
      force(written, ByteBuffer.wrap(content));
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceFolder(folder);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private static void force(Path file, ByteBuffer rest) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  /** So that the new name is on the disk, too; where a folder can be opened. */
  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      LOG.debug("{} can not be forced to the disk on this system", folder, e);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path folder) {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
