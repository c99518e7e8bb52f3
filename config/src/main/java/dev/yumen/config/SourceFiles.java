package dev.yumen.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of one configuration while it is read: bounded, strictly UTF-8, noted for watching, and
 * those that are configuration are part of the hash.
 */
final class SourceFiles {
  /** Bytes of all configuration files together. */
  static final int MOST_BYTES = 64 << 20;

  private final Path folder;
  private final Problems problems;
  private final Set<Path> touched = new LinkedHashSet<>();
  private final Set<Listing> listings = new LinkedHashSet<>();
  private final MessageDigest digest;
  private boolean complete = true;
  private int sources;
  private long bytes;

  /** A source with its text. */
  record SourceText(Source source, String text) {}

  SourceFiles(Path folder, Problems problems) {
    this.folder = folder;
    this.problems = problems;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  Path folder() {
    return folder;
  }

  /** Every file that was read or looked for. */
  List<Path> touched() {
    return List.copyOf(touched);
  }

  List<Listing> listings() {
    return List.copyOf(listings);
  }

  void list(Listing listing) {
    listings.add(listing);
  }

  void touch(Path path) {
    touched.add(path.toAbsolutePath().normalize());
  }

  /** Whether no file was missing or unreadable. */
  boolean complete() {
    return complete;
  }

  /** Notes that the content of some file is not known. */
  void incomplete() {
    complete = false;
  }

  String hash() {
    return HexFormat.of().formatHex(digest.digest());
  }

  Source source(String name) {
    return new Source(sources++, name);
  }

  /** A configuration file's text, or null when it can not be read; a problem then says so. */
  @Nullable SourceText configuration(Path file) {
    Source source = source(name(file));
    byte[] content;
    try {
      content = bytes(file, (int) (MOST_BYTES - bytes));
    } catch (IOException e) {
      complete = false;
      problems.error(null, "", source.name() + " can not be read: " + reason(e));
      return null;
    }
    return configuration(source, content);
  }

  /** The same for text that is at hand. */
  @Nullable SourceText configuration(Source source, byte[] content) {
    bytes += content.length;
    if (bytes > MOST_BYTES) {
      complete = false;
      problems.error(null, "", source.name() + " is too large");
      return null;
    }
    digest.update(source.name().getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    digest.update(content);
    digest.update((byte) 0);
    String text = decode(source, content);
    return text == null ? null : new SourceText(source, text);
  }

  /** A file that is no configuration, such as one that holds a password. */
  byte[] bytes(Path file, int most) throws IOException {
    touch(file);
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) { // a pipe would hold the reader up for ever
      throw new IOException(attributes.isDirectory() ? "it is a folder" : "it is no regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      // What the system makes up may say that it is empty and never end.
      byte[] content = Files.size(file) > most ? null : in.readNBytes(most + 1);
      if (content == null || content.length > most) {
        throw new IOException("it has more than " + most + " bytes");
      }
      return content;
    }
  }

  /** The text, or null when it is not UTF-8; a problem then says where. */
  @Nullable String decode(Source source, byte[] content) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer text = CharBuffer.allocate(content.length + 1);
    ByteBuffer in = ByteBuffer.wrap(content);
    CoderResult result = decoder.decode(in, text, true);
    text.flip();
    if (result.isError()) {
      complete = false;
      String wrong = String.format("byte 0x%02x is not UTF-8", content[in.position()] & 0xff);
      problems.error(endOf(source, text.toString()), "", wrong);
      return null;
    }
    boolean mark = text.hasRemaining() && text.get(0) == '\ufeff';
    return text.subSequence(mark ? 1 : 0, text.length()).toString();
  }

  /** The place just after a text. */
  static Place endOf(Source source, String text) {
    int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
    int start = text.lastIndexOf('\n') + 1;
    return new Place(source, line, 1 + text.codePointCount(start, text.length()));
  }

  /** How a file is called in messages: relative to the main file's folder. */
  String name(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    Path root = folder.toAbsolutePath().normalize();
    boolean related = absolute.startsWith(root) && !absolute.equals(root);
    return (related ? root.relativize(absolute) : absolute).toString().replace('\\', '/');
  }

  /** Why a file could not be read, in words. */
  static String reason(Throwable failure) {
    return switch (failure) {
      case UncheckedIOException unchecked when unchecked.getCause() != null ->
          reason(unchecked.getCause());
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      default -> {
        String message = failure.getMessage();
        yield message == null ? failure.getClass().getSimpleName() : message;
      }
    };
  }
}
