package dev.yumen.config;

import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.HashMap;
import java.util.Map;

/**
 * The files that one configuration names, each read once, so that all settings that name it see the
 * same content. What was read or looked for is noted for watching.
 */
final class InputFiles {
  private static final String EXPECTED = "a file that can be read, of at most 1MiB";

  private final SourceFiles files;
  private final Map<String, InputFile> read = new HashMap<>();
  private int asked;

  InputFiles(SourceFiles files) {
    this.files = files;
  }

  /**
   * @throws InvalidValue that says why it can not be read
   */
  InputFile read(String name) {
    asked++;
    InputFile known = read.get(name);
    if (known != null) {
      return known;
    }
    try {
      InputFile file = new InputFile(name, content(name));
      read.put(name, file);
      return file;
    } catch (InvalidPathException _) {
      throw new InvalidValue("", name, ValueType.Basic.FILE.expected());
    } catch (IOException e) {
      String found = Text.quoted(name) + ": " + SourceFiles.reason(e);
      throw InvalidValue.found("", found, EXPECTED);
    }
  }

  /** How often a file was asked for. */
  int asked() {
    return asked;
  }

  private byte[] content(String name) throws IOException {
    if (name.isEmpty()) {
      throw new InvalidPathException(name, "empty");
    }
    return files.bytes(files.folder().resolve(name), InputFile.MOST_BYTES);
  }
}
