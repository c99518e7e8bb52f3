package dev.yumen.control.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.control.disk.WholeFile;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Versions as files, each a compressed configuration whose first line says in JSON what it is. So
 * {@code zcat} shows one, and it can be run as it is.
 *
 * <p>A file is written aside, forced to the disk and renamed, and then its folder is forced: a
 * crash leaves it whole or not there. Only the owner may read it.
 */
final class VersionFiles {
  private static final Logger LOG = LoggerFactory.getLogger(VersionFiles.class);

  private static final Pattern NAME = Pattern.compile("(\\d{6,18})\\.yaml\\.gz");
  private static final String TITLE = "# yumen version ";

  /** Stands before what a source held of it; no line of the whole is a comment. */
  private static final String SOURCED = "# What the source held of it:\n";

  private static final int MOST_CHARS = 256 << 20;

  private final Path folder;

  VersionFiles(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  /** What is there, in order; what can not be read is logged and left out. */
  List<Version> read() throws IOException {
    List<Version> versions = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return versions;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(WholeFile.UNFINISHED)) {
        Files.deleteIfExists(file);
        LOG.warn("{} was being written when the gateway ended, and is removed", file);
      } else if (NAME.matcher(name).matches()) {
        Version version = read(file);
        if (version != null) {
          versions.add(version);
        }
      }
    }
    return versions;
  }

  private static @Nullable Version read(Path file) {
    try (BufferedReader reader = open(file)) {
      return parse(reader.readLine());
    } catch (IOException e) {
      LOG.error("{} is damaged and left out of the history: {}", file, e.toString());
      return null;
    }
  }

  private static Version parse(@Nullable String line) throws IOException {
    if (line == null || !line.startsWith(TITLE)) {
      throw new IOException("its first line does not say what it is");
    }
    try {
      Map<?, ?> said = Json.MAPPER.readValue(line.substring(TITLE.length()), Map.class);
      return new Version(
          Long.parseLong(text(said, "number")),
          text(said, "hash"),
          text(said, "author"),
          text(said, "message"),
          text(said, "source"),
          Instant.parse(text(said, "time")));
    } catch (JacksonException | NumberFormatException | DateTimeException e) {
      throw new IOException("its first line can not be read", e);
    }
  }

  private static String text(Map<?, ?> said, String key) throws IOException {
    Object value = said.get(key);
    if (value == null) {
      throw new IOException("its first line does not say its " + key);
    }
    return value.toString();
  }

  /** What is written of it, without the first line. */
  Written document(long number) throws IOException {
    String text = text(number);
    int end = text.indexOf("\n" + SOURCED);
    return end < 0
        ? new Written(text, null)
        : new Written(text.substring(0, end + 1), text.substring(end + 1 + SOURCED.length()));
  }

  private String text(long number) throws IOException {
    try (BufferedReader reader = open(file(number))) {
      parse(reader.readLine());
      StringBuilder text = new StringBuilder();
      char[] some = new char[1 << 14];
      for (int n = reader.read(some); n >= 0; n = reader.read(some)) {
        text.append(some, 0, n);
        if (text.length() > MOST_CHARS) {
          throw new IOException("version " + number + " is too large");
        }
      }
      return text.toString();
    } catch (NoSuchFileException e) {
      throw new IOException("version " + number + " is not kept", e);
    }
  }

  private static BufferedReader open(Path file) throws IOException {
    return new BufferedReader(
        new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8));
  }

  /** Writes one; when this returns it is there for good. */
  void write(Version version, Written document) throws IOException {
    WholeFile.replace(file(version.number()), packed(version, document));
  }

  private static byte[] packed(Version version, Written document) throws IOException {
    Map<String, Object> said = new TreeMap<>();
    said.put("number", version.number());
    said.put("hash", version.hash());
    said.put("author", version.author());
    said.put("message", version.message());
    said.put("source", version.source());
    said.put("time", version.time().toString());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer out = new OutputStreamWriter(new GZIPOutputStream(bytes), UTF_8)) {
      out.write(TITLE + Json.MAPPER.writeValueAsString(said) + "\n");
      out.write(document.yaml());
      if (document.sourced() != null) {
        out.write(SOURCED);
        out.write(document.sourced());
      }
    }
    return bytes.toByteArray();
  }

  /** Removes one that is too old; it does not matter when it stays. */
  void remove(long number) {
    try {
      Files.deleteIfExists(file(number));
    } catch (IOException e) {
      LOG.warn("version {} can not be removed from {}: {}", number, folder, e.toString());
    }
  }

  private Path file(long number) {
    return folder.resolve(String.format(Locale.ROOT, "%06d.yaml.gz", number));
  }

  /** Loaded when the first version is read or written. */
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }
}
