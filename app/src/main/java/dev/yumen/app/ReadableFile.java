package dev.yumen.app;

import dev.yumen.app.Main.BadInput;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files that somebody named, and says in a sentence why one can not be read. */
final class ReadableFile {
  private ReadableFile() {}

  /**
   * The text of a file.
   *
   * @param expected what it should hold, such as {@code a file with a token}
   * @throws BadInput when it can not be read
   */
  static String text(Path file, String expected) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new BadInput(
          "%s can not be read: %s (expected: %s)".formatted(file, why(file, e), expected));
    }
  }

  /**
   * Why something could not be read or written, without the name of an exception where possible.
   */
  static String why(Path file, IOException e) {
    if (Files.isDirectory(file)) {
      return "it is a folder";
    }
    return switch (e) {
      case NoSuchFileException _ -> "it is not there";
      case AccessDeniedException _ -> "this user may not";
      case CharacterCodingException _ -> "it is not UTF-8";
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
