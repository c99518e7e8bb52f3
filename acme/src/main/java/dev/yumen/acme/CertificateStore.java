package dev.yumen.acme;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.yumen.api.InputFile;
import dev.yumen.config.AcmeStorage;
import dev.yumen.dataplane.observe.AcmeMetrics.Outcome;
import dev.yumen.dataplane.tls.IssuedCertificate;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is kept of one authority: the key of the account, and a file for each domain with private
 * key and chain. Files are replaced in one step and only the owner may read them. Several gateways
 * may share the folder; a lock says who orders. Any thread.
 */
final class CertificateStore {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateStore.class);
  private static final String ACCOUNT = "account.key";
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final AcmeStorage storage;

  /** The last good file of each domain: a change of one file has those of all read again. */
  private final ConcurrentMap<String, Judged> judged = new ConcurrentHashMap<>();

  /** Bytes of a file, and what was found in them, which does not depend on the time. */
  private record Judged(byte[] content, Stored.Good found) {}

  CertificateStore(AcmeStorage storage) {
    this.storage = storage;
  }

  /** What lies there for a domain. */
  sealed interface Stored {
    /** Nothing. */
    record Absent() implements Stored {}

    /** A file that can not be used. */
    record Damaged(String reason) implements Stored {}

    /** A certificate, which may have expired. */
    record Good(IssuedCertificate certificate) implements Stored {}
  }

  /** Held by who orders the certificate of a domain. */
  interface Lock extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  Path folder() {
    return storage.folder();
  }

  Stored read(String domain) throws IOException {
    Path file = storage.certificate(domain);
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException _) {
      return new Stored.Absent();
    }
    Judged before = judged.get(domain);
    if (before != null && Arrays.equals(before.content(), content)) {
      return before.found();
    }
    try {
      InputFile input = new InputFile(file.toString(), content);
      Stored.Good good = new Stored.Good(IssuedCertificate.read(input, domain));
      judged.put(domain, new Judged(content, good));
      return good;
    } catch (IssuedCertificate.Damaged e) {
      return new Stored.Damaged(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Replaces what is kept for a domain.
   *
   * @throws OrderFailed when the new certificate could not be used for it
   */
  void write(String domain, Authority.Given given) throws IOException, OrderFailed {
    StringBuilder text = new StringBuilder(8 << 10);
    text.append(Keys.pem("PRIVATE KEY", given.key().getEncoded()));
    try {
      for (X509Certificate certificate : given.chain()) {
        text.append(Keys.pem("CERTIFICATE", certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IOException(e);
    }
    try {
      byte[] content = text.toString().getBytes(US_ASCII);
      IssuedCertificate.read(new InputFile("what it gave", content), domain);
    } catch (IssuedCertificate.Damaged e) {
      throw new OrderFailed(Outcome.FAILED, "it can not be used: " + e.getMessage());
    }
    replace(storage.certificate(domain), text.toString());
  }

  /**
   * Puts a damaged file out of the way, for whoever wants to know what became of it.
   *
   * @return where it is now
   */
  Path keepAside(String domain, Instant now) throws IOException {
    return keepAside(storage.certificate(domain), now);
  }

  private static Path keepAside(Path file, Instant now) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged-" + STAMP.format(now));
    return Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The key of the account, or null when there is none yet or none that can be used. */
  @Nullable KeyPair account(Instant now) throws IOException {
    Path file = folder().resolve(ACCOUNT);
    String text;
    try {
      text = Files.readString(file, ISO_8859_1);
    } catch (NoSuchFileException _) {
      return null;
    }
    try {
      return Keys.read(text);
    } catch (IOException _) {
      LOG.error(
          "{} is damaged and kept as {}; there will be a new account", file, keepAside(file, now));
      return null;
    }
  }

  void writeAccount(KeyPair key) throws IOException {
    replace(folder().resolve(ACCOUNT), Keys.pem(key));
  }

  /**
   * Takes the lock of a domain, or of the account when the name is empty.
   *
   * @return null when another gateway has it
   */
  @Nullable Lock lock(String domain) throws IOException {
    Files.createDirectories(folder(), attributes("rwx------"));
    FileChannel channel =
        FileChannel.open(
            folder().resolve((domain.isEmpty() ? "account" : domain) + ".lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            attributes("rw-------"));
    boolean taken = false;
    try {
      taken = channel.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      // Another gateway in this JVM has it.
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    return taken ? channel::close : null;
  }

  /** By streams, not channels: those would lose a certificate when the thread is interrupted. */
  private static void replace(Path file, String text) throws IOException {
    Path folder = file.resolveSibling("");
    Files.createDirectories(folder, attributes("rwx------"));
    Path written =
        Files.createTempFile(
            folder, file.getFileName().toString(), ".tmp", attributes("rw-------"));
    try {
      try (FileOutputStream out = new FileOutputStream(written.toFile())) {
        out.write(text.getBytes(US_ASCII));
        out.getFD().sync();
      }
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private static FileAttribute<?>[] attributes(String permissions) {
    boolean posix = Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
